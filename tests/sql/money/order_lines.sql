-- The lines of an order, for staff who refund one of them.

begin;
select plan(5);

select tests.offer('a', 'tara', 10000);
select tests.goods('mug', null, 1000);
select tests.arrives(tests.basket('bob', null, 'a', 'mug'));
select tests.make_staff('sam');
create table bought as select p.order_id, p.payment_id from core.payment as p;
grant select on bought to authenticated;

select tests.act_as_anonymous();
select throws_ok('select api.list_order_lines(null)', '42501', null,
  'an anonymous caller has no lines of orders');
select tests.act_as('bob');
select throws_ok('select api.list_order_lines(order_id) from bought', 'M3301', 'staff_only',
  'a customer reads their receipt and not the lines of staff');
select tests.act_as('sam');
select results_eq(
  'select l.provider_id, l.total_minor, l.refunded_minor
   from bought as b cross join api.list_order_lines(b.order_id) as l',
  $$ values (tests.id('tara'), 10000::bigint, 0::bigint), (null, 1000, 0) $$,
  'staff sees the lines of an order with their sellers');
select api.refund_payment(
  b.payment_id, 1000, 'Broken', 'k',
  jsonb_build_array(jsonb_build_object('order_line_id', l.order_line_id, 'amount_minor', 1000)))
from bought as b
cross join api.list_order_lines(b.order_id) as l
where l.provider_id is null;
select results_eq(
  'select l.refunded_minor from bought as b cross join api.list_order_lines(b.order_id) as l',
  $$ values (0::bigint), (1000) $$,
  'a refund of one line is of that line alone');
select is_empty($$ select * from api.list_order_lines('00000000-0000-4000-8000-000000000099') $$,
  'an order that is not there has no lines');
select * from finish();
rollback;
