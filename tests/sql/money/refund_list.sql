-- Refunds listed, for those who get them, those who sold, and staff.

begin;
select plan(6);

select tests.offer('a', 'tara', 10000);
select tests.offer('b', 'uwe', 5000, p_starts => now() + interval '11 days');
select tests.paid('a', 'alice');
select tests.paid('b', 'bob');
select tests.goods('mug', null, 1000);
select tests.arrives(tests.basket('bob', null, 'mug'));
select tests.make_staff('sam');
create table paid as select p.payment_id, p.payer_id, p.amount_minor from core.payment as p;
grant select on paid to authenticated;
select tests.act_as('sam');
select api.refund_payment(payment_id, 4000, 'A mistake', 'k') from paid where amount_minor = 10000;

select tests.act_as_anonymous();
select throws_ok('select api.list_refunds()', '42501', null,
  'an anonymous caller has no list of refunds');
select tests.act_as('alice');
select results_eq('select amount_minor, status, has_arrived from api.list_refunds()',
  $$ values (4000::bigint, 'planned', false) $$,
  'a customer sees that a refund has not arrived');
select tests.act_as('uwe');
select is_empty('select * from api.list_refunds()', 'a provider cannot list the refunds of another');
select tests.act_as('sam');
select is((select amount_minor from api.list_refunds(p_status => 'planned')), 4000::bigint,
  'staff lists the refunds that have a status');
select tests.act_as_nobody();
select tests.stripe_does();
select tests.act_as('sam');
select is_empty($$ select * from api.list_refunds(p_status => 'planned') $$,
  'a refund that arrived is no longer planned');
select tests.act_as('alice');
select is((select has_arrived from api.list_refunds()), true,
  'a customer sees that a refund has arrived');
select * from finish();
rollback;
