-- Payments listed, for those who paid, those who sold, and staff.

begin;
select plan(8);

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
select throws_ok('select api.list_payments()', '42501', null,
  'an anonymous caller has no list of payments');
select tests.act_as('alice');
select results_eq(
  'select payer_id, captured_minor, refunded_minor, refunding_minor, status from api.list_payments()',
  $$ values (tests.id('alice'), 10000::bigint, 0::bigint, 4000::bigint, 'refund_pending') $$,
  'a customer sees their payments, with what is promised apart from what has arrived');
select is(
  (select api.receipt(p.order_id) ->> 'order_number' from api.list_payments() as p),
  (select p.order_number from api.list_payments() as p),
  'a customer gets the receipt of a payment by its order');
select is_empty($$ select * from api.list_payments(tests.id('bob')) $$,
  'a customer cannot list the payments of another');
select tests.act_as('tara');
select results_eq('select payee_id, amount_minor from api.list_payments()',
  $$ values (tests.id('tara'), 10000::bigint) $$, 'a provider sees the payments of what they sold');
select tests.act_as('sam');
select results_eq('select amount_minor from api.list_payments()',
  $$ values (1000::bigint), (5000), (10000) $$, 'staff sees all payments, the newest first');
select results_eq(
  $$ select amount_minor from api.list_payments(
       tests.id('bob'), p_before => (select max(payment_id::text)::uuid from api.list_payments())) $$,
  $$ values (5000::bigint) $$, 'staff lists those of a person, page after page');
select results_eq($$ select amount_minor from api.list_payments(p_status => 'refund_pending') $$,
  $$ values (10000::bigint) $$, 'staff lists the payments that have a status');
select * from finish();
rollback;
