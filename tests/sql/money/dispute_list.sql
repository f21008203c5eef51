-- Disputes listed, for staff alone.

begin;
select plan(5);

select tests.offer('a', 'tara', 10000);
select tests.paid('a', 'alice');
select tests.make_staff('sam');
select tests.event('evt_open', 'charge.dispute.created',
  tests.dispute(p.payment_id, 'dp_1', 'needs_response', '[]'))
from core.payment as p;

select tests.act_as_anonymous();
select throws_ok('select api.list_disputes()', '42501', null,
  'an anonymous caller has no list of disputes');
select tests.act_as('tara');
select throws_ok('select api.list_disputes()', 'M3301', 'staff_only',
  'a provider cannot list the disputes of everybody');
select tests.act_as('sam');
select results_eq('select payer_id, amount_minor, status from api.list_disputes()',
  $$ values (tests.id('alice'), 10000::bigint, 'needs_response') $$,
  'staff sees what a bank has taken back, and of whom');
select is_empty($$ select * from api.list_disputes('won') $$,
  'staff lists the disputes that have a status');
select is_empty(
  'select * from api.list_disputes(p_before => (select d.dispute_id from api.list_disputes() as d))',
  'a page begins after the last dispute of the one before');
select * from finish();
rollback;
