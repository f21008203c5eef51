-- A wallet pays an order of the house: at once, once, and a refund comes back into it.

begin;
select plan(21);

select tests.earned('lesson', 'tara', 10000);
select tests.goods('mug', null, 3000, p_on_hand => 2);
select tests.goods('tea', 'uwe', 700);
select tests.introduce('alice');
insert into core.customer (customer_id) values (tests.id('tara')), (tests.id('alice'))
on conflict do nothing;
create table made (order_id uuid);
grant select, insert, delete on made to authenticated;
create function tests.orders(variadic p_names text[])
returns void
language sql
as $$
  delete from made;
  insert into made select (api.place_order(tests.items(variadic p_names)) ->> 'order_id')::uuid;
$$;
prepare pay as select api.pay_order_from_wallet(order_id) ->> 'status' from made;
prepare books as
select tests.balance('tara', 'available'), tests.balance(null, 'revenue', 'EUR'),
       tests.balance(null, 'processor', 'EUR');

select tests.act_as('tara');
select tests.orders('mug');
select tests.act_as('alice');
select throws_ok('execute pay', 'M4308', 'order_not_found',
  'nobody pays the order of another out of their own wallet');
select tests.act_as_anonymous();
select throws_ok('execute pay', '42501', null, 'an anonymous caller pays no order');
select tests.act_as('tara');
select results_eq('execute pay', $$ values ('paid') $$, 'a wallet pays an order of the house');
select results_eq('execute pay', $$ values ('paid') $$, 'paying an order again is safe');
select tests.act_as_nobody();
select results_eq('execute books', 'values (5500::bigint, 4500::bigint, -10000::bigint)',
  'the money goes from the wallet to the house, once, and Stripe has no part in it');
select is((select on_hand from core.stock_item where offering_id = tests.id('offering mug')), 1,
  'what a wallet pays is taken off the shelf');
select is((select number from core.receipt join made using (order_id)), null::bigint,
  'the number of the receipt comes with the commit');
select is((select array_agg(distinct state) from core.stripe_command where kind = 'create_payment'
           and subject_id in (select payment_id from core.payment join made using (order_id))),
  array['withdrawn'], 'Stripe is not asked for a card payment any more');

-- Refunded.
select tests.make_staff('sam');
select set_config('tests.payment', payment_id::text, true)
from core.payment join made using (order_id);
select tests.act_as('sam');
select lives_ok($$ select api.refund_payment(current_setting('tests.payment')::uuid, 1000) $$,
  'staff gives a part back');
select tests.act_as_nobody();
select results_eq('execute books', 'values (6500::bigint, 3500::bigint, -10000::bigint)',
  'a refund is in the wallet at once');
select tests.act_as('sam');
select api.refund_payment(current_setting('tests.payment')::uuid);
select tests.act_as_nobody();
select results_eq(
  $$ select p.status, o.status from core.payment as p join core.order as o using (order_id)
     join made using (order_id) $$,
  $$ values ('refunded', 'refunded') $$, 'what went back whole reads refunded');
select results_eq('execute books', 'values (8500::bigint, 1500::bigint, -10000::bigint)',
  'after a full refund the wallet is as it was');

-- What a wallet cannot pay.
select tests.act_as('tara');
select tests.orders('tea');
select throws_ok('execute pay', 'M9313', 'seller_not_house',
  'a wallet cannot pay what another provider sells');
select tests.orders('mug');
select tests.act_as_nobody();
update core.payment set external_id = 'pi_1' where order_id in (table made);
select tests.act_as('tara');
select throws_ok('execute pay', 'M9314', 'card_payment_open',
  'an order whose card payment has begun cannot be paid a second time');
select throws_ok($$ select api.order_from_wallet(
    '[{"offering_id": "00000000-0000-0000-0000-000000000001"}]') $$, 'M4306', 'product_not_found',
  'what is not there cannot be ordered out of a wallet either');
select tests.act_as_nobody();
update core.order set expires_at = now() - interval '1 second' where order_id in (table made);
select tests.act_as('tara');
select throws_ok('execute pay', 'M9312', 'order_not_open',
  'an order whose time is over cannot be paid out of a wallet');

-- Ordered and paid in one step.
select results_eq(
  $$ select api.order_from_wallet(tests.items('mug'), p_idempotency_key => 'k') ->> 'status'
     from generate_series(1, 2) $$, $$ values ('paid'), ('paid') $$,
  'an order out of a wallet is paid at once, and safe to repeat');
select tests.act_as_nobody();
select results_eq('execute books', 'values (5500::bigint, 4500::bigint, -10000::bigint)',
  'an order that is repeated is paid once');
update core.stock_item set on_hand = 9;
update core.offering set price_minor = 6000 where offering_id = tests.id('offering mug');
select tests.act_as('tara');
select throws_ok($$ select api.order_from_wallet(tests.items('mug')) $$, 'M9401',
  'balance_too_small', 'a wallet cannot pay more than is in it');
select tests.act_as('alice');
select throws_ok($$ select api.order_from_wallet(tests.items('mug')) $$, 'M9401',
  'balance_too_small', 'a customer without a wallet cannot pay out of one');
select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after a wallet has paid');
select * from finish();
rollback;
