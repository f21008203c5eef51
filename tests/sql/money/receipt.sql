-- Receipts: one for each paid order, numbered without a gap, for who paid.

begin;
select plan(20);

select tests.offer('lesson', 'tara', 10000);
select tests.goods('tea', 'uwe', 333);
select tests.goods('mug', null, 5000);
select tests.introduce('eve', 'alice');
select tests.make_staff('sam');
insert into core.customer values (tests.id('alice'));
insert into core.coupon (coupon_id, code, kind, percent)
values (gen_random_uuid(), 'TEN', 'percent', 10);
create temp table bought (n integer, order_id uuid, payment_id uuid);
insert into bought (n, payment_id)
values (1, tests.basket('alice', 'TEN', 'tea', 'tea', 'tea', 'mug', 'lesson')),
       (2, tests.basket('alice', null, 'mug')),
       (3, tests.basket('alice', null, 'mug'));
update bought as b set order_id = p.order_id
from core.payment as p where p.payment_id = b.payment_id;
grant select on bought to public;
create function pg_temp.receipt(p_n integer) returns jsonb language sql as
$$ select api.receipt(order_id) from bought where n = p_n $$;

select tests.act_as('alice');
select throws_ok('select pg_temp.receipt(1)', 'M9311', 'order_not_paid',
  'an order that is not paid has no receipt');
select tests.act_as_nobody();
select tests.arrives(payment_id) from bought where n = 2;
select is((select number from core.receipt), null, 'a receipt has no number before the commit');
set constraints core.receipt_number immediate;
select tests.arrives(payment_id) from bought where n = 1;
select tests.arrives(payment_id) from bought where n = 1;

-- What it says.
select tests.act_as('alice');
select results_eq('select pg_temp.receipt(n) ->> $$number$$ from generate_series(1, 2) as n',
  $$ values ('2'), ('1') $$, 'receipts are numbered in the order in which the money arrived');
prepare says (text[]) as
select r -> key from pg_temp.receipt(1) as r, unnest($1) with ordinality as k(key, n) order by n;
select results_eq(
  $$ execute says('{subtotal,discount,tax,total,paid,refunded,currency,buyer}') $$,
  $$ values ('"159.99"'::jsonb), ('"16.00"'), ('"0.00"'), ('"143.99"'), ('"143.99"'), ('"0.00"'),
            ('"EUR"'), ('"alice"') $$, 'a receipt says what was paid, as it is printed');
select results_eq($$ execute says('{total_minor,paid_minor,refunded_minor}') $$,
  $$ values ('14399'::jsonb), ('14399'), ('0') $$, 'a receipt says the same in minor units');
select results_eq(
  $$ select l ->> 'title', l ->> 'seller', l ->> 'quantity', l ->> 'unit', l ->> 'total'
     from jsonb_array_elements(pg_temp.receipt(1) -> 'lines') as l order by 1 $$,
  $$ values ('lesson', 'tara', '1', '100.00', '90.00'), ('mug', 'Convene', '1', '50.00', '45.00'),
            ('tea', 'uwe', '3', '3.33', '8.99') $$,
  'a receipt names what was bought, and of whom');
select results_eq(
  $$ select l ->> 'title' from jsonb_array_elements(pg_temp.receipt(1) -> 'lines')
       with ordinality as x(l, n) order by n $$,
  $$ values ('tea'), ('mug'), ('lesson') $$, 'a receipt has its lines in the order they were asked');
select isnt((select pg_temp.receipt(1) -> 'lines' @> '[{"starts_at": null, "title": "lesson"}]'), true,
  'a receipt says when a booked time is');

-- What comes back.
select tests.act_as('sam');
select lives_ok(
  $$ select api.refund_payment(payment_id, p_amount_minor => 1000) from bought where n = 1 $$,
  'staff refunds part of an order');
select tests.act_as_nobody();
select is(count(*), 1::bigint, 'Stripe refunds part of an order') from tests.stripe_does() as s
where s like '%refund%';
select tests.act_as('alice');
select results_eq($$ execute says('{number,paid,refunded}') $$,
  $$ values ('2'::jsonb), ('"143.99"'), ('"10.00"') $$,
  'a receipt keeps its number, and says what was refunded');

-- Who reads it.
select tests.act_as_anonymous();
select throws_ok('select pg_temp.receipt(1)', '42501', null,
  'an anonymous caller has no receipt');
select tests.act_as('eve');
select throws_ok('select pg_temp.receipt(1)', 'M4308', 'order_not_found',
  'a stranger cannot read the receipt of another');
select tests.act_as('tara');
select throws_ok('select pg_temp.receipt(1)', 'M4308', 'order_not_found',
  'a seller cannot read the receipt of a buyer, which names other sellers');
select tests.act_as('sam');
select is((select pg_temp.receipt(1) ->> 'buyer'), 'alice', 'staff reads any receipt');
select throws_ok('select api.receipt(gen_random_uuid())', 'M4308', 'order_not_found',
  'an order that does not exist has no receipt');

-- Numbers.
select tests.act_as_nobody();
savepoint failing;
select tests.arrives(payment_id) from bought where n = 3;
select is((select max(number) from core.receipt), 3::bigint, 'the next receipt has the next number');
rollback to failing;
select tests.offer('later', 'tara', 5000, p_starts => now() + interval '20 days');
select tests.paid('later', 'bob');
select is((select max(number) from core.receipt), 3::bigint,
  'a capture that is rolled back leaves no gap in the numbers');
select tests.offer('free', 'tara', 0, p_starts => now() + interval '30 days');
select tests.book('free', 'bob');
select is((select count(*) from core.receipt), 3::bigint, 'what costs nothing has no receipt');
set local role definer;
update core.receipt set number = 9;
reset role;
select is((select max(number) from core.receipt), 3::bigint, 'a number that was given stays');

select * from finish();
rollback;
