-- Earnings: a provider's part clears first, and the clock releases it once.

begin;
select plan(12);

select tests.offer('lesson', 'tara', 10000);
select tests.offer('disputed', 'uwe', 10000, p_starts => now() + interval '20 days');
create table paid as
select s.slot, tests.paid(s.slot, 'alice') as payment_id
from (values ('lesson'), ('disputed')) as s(slot);

prepare earnings as
select gross_minor, commission_minor, provider_minor, released_at is not null
from core.earning where provider_id = tests.id('tara');

select results_eq('earnings', $$ values (10000::bigint, 1500::bigint, 8500::bigint, false) $$,
  'a payment is split into the commission and the provider''s earning');
select results_eq(
  $$ select tests.balance('tara', 'clearing'), tests.balance('tara', 'available') $$,
  $$ values (8500::bigint, 0::bigint) $$, 'an earning clears before it is available');

select tests.act_as('tara');
select throws_ok('select api.release_due_earnings()', '42501', null,
  'a provider cannot release their own earnings');
select tests.act_as_service();
select is(api.release_due_earnings(), 0, 'an earning is not released before its booking');

-- The booking took place; three days are the default.
select tests.act_as_nobody();
update core.booking
set status = 'completed', completed_at = now(),
    starts_at = now() - interval '2 days 23 hours', ends_at = now() - interval '2 days 22 hours';
select is((select clearing_days from core.marketplace), 3, 'earnings clear for three days');
select tests.act_as_service();
select is(api.release_due_earnings(), 0, 'an earning is not released while it clears');
select tests.act_as_nobody();
select tests.event('evt_dp', 'charge.dispute.created', tests.dispute(
  (select payment_id from paid where slot = 'disputed'), 'dp_1', 'needs_response', '[]'));
select tests.let_pass('3 hours');
select tests.act_as_service();
select is(api.release_due_earnings(), 1,
  'the clock releases an earning three days after its booking, unless it is disputed');
select is(api.release_due_earnings(), 0, 'the clock releases an earning once');
select tests.act_as_nobody();
select results_eq('earnings', $$ values (10000::bigint, 1500::bigint, 8500::bigint, true) $$,
  'a released earning says so');
select results_eq(
  $$ select tests.balance('tara', 'clearing'), tests.balance('tara', 'available') $$,
  $$ values (0::bigint, 8500::bigint) $$, 'a released earning is available');
select is(tests.balance('uwe', 'available'), 0::bigint, 'a disputed earning is not available');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after a release');
select * from finish();
rollback;
