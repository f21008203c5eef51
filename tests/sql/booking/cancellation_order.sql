-- Calling an order off that nobody has paid: everything in it is free at once.

begin;
select plan(17);

select tests.offer('lesson', 'tara', 5000, p_capacity => 1);
select tests.introduce('alice', 'eve');
insert into core.customer values (tests.id('alice')), (tests.id('eve'));
select tests.make_staff('sam');
insert into core.offering (offering_id, provider_id, kind, title, price_minor, currency)
values (tests.id('mug'), tests.id('tara'), 'product', 'mug', 1000, 'EUR');
insert into core.stock_item (offering_id, on_hand) values (tests.id('mug'), 3);
insert into core.coupon (coupon_id, provider_id, code, kind, percent, max_uses)
values (tests.id('coupon'), tests.id('tara'), 'TEN', 'percent', 10, 1);
create function tests.wants() returns uuid language sql return (api.place_order(
  jsonb_build_array(jsonb_build_object('slot_id', tests.id('lesson')),
                    jsonb_build_object('offering_id', tests.id('mug'), 'quantity', 2)),
  'TEN') ->> 'order_id')::uuid;
grant execute on function tests.wants to public;

select tests.act_as('alice');
select set_config('test.order', tests.wants()::text, true);
prepare call_off as select api.cancel_order(current_setting('test.order')::uuid, 'Too dear.');
select tests.act_as_nobody();
select is((select pieces_left from internal.shelf(tests.id('mug'))), 1,
  'an unpaid order keeps its pieces');
select is((select uses from core.coupon), 1, 'an unpaid order uses its coupon');
select tests.act_as('eve');
select throws_ok('execute call_off', 'M4308', 'order_not_found',
  'nobody calls off the order of another');
select tests.act_as('tara');
select throws_ok('execute call_off', 'M4308', 'order_not_found',
  'a seller cannot call off the order of a customer');
select tests.act_as_anonymous();
select throws_ok('execute call_off', '42501', null, 'an anonymous caller calls nothing off');
select tests.act_as('alice');
select results_eq('execute call_off', $$ values ('cancelled') $$,
  'a customer calls off what they have not paid');
select results_eq('execute call_off', $$ values ('cancelled') $$,
  'an order that is called off again is called off once');
select tests.act_as_nobody();
select is((select pieces_left from internal.shelf(tests.id('mug'))), 3,
  'the pieces of an order that was called off can be ordered');
select is((select uses from core.coupon), 0, 'the coupon can be used again');
select results_eq('select status, cancel_reason from core.booking',
  $$ values ('cancelled', 'Too dear.') $$, 'a booking of the order is cancelled with its reason');
select results_eq('select status from core.order', $$ values ('cancelled') $$,
  'the order is cancelled');
select tests.act_as('alice');
select isnt(tests.wants(), null, 'the same things can be ordered again at once');

-- Money that arrives all the same goes back.
select tests.act_as_nobody();
select tests.arrives(p.payment_id)
from core.payment as p where p.order_id = current_setting('test.order')::uuid;
select results_eq(
  $$ select sum(r.amount_minor)::bigint from core.refund as r join core.payment as p using (payment_id)
     where p.order_id = current_setting('test.order')::uuid $$, 'values (6300::bigint)',
  'money for an order that was called off goes back');

-- A paid one is not called off as a whole.
select set_config('test.order', (select order_id::text from core.order where status = 'pending'), true);
select tests.arrives(p.payment_id)
from core.payment as p where p.order_id = current_setting('test.order')::uuid;
select tests.act_as('alice');
select throws_ok('execute call_off', 'M9312', 'order_not_open', 'a paid order is not called off');
select tests.act_as('sam');
select throws_ok('execute call_off', 'M9312', 'order_not_open', 'staff refunds a paid order instead');
select tests.act_as_nobody();
insert into core.customer values (tests.id('sam')) on conflict do nothing;
update core.stock_item set on_hand = 9;
select tests.act_as('eve');
select set_config('test.order', (api.place_order(jsonb_build_array(jsonb_build_object(
  'offering_id', tests.id('mug')))) ->> 'order_id'), true);
select tests.act_as('sam');
select results_eq('execute call_off', $$ values ('cancelled') $$,
  'staff calls off an unpaid order of anybody');
select tests.act_as_nobody();
select is((select pieces_left from internal.shelf(tests.id('mug'))), 9,
  'the pieces are there for the next one');

select * from finish();
rollback;
