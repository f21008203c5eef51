-- Baskets: several things ordered at once, held together, and given up together.

begin;
select plan(17);

select tests.offer('lesson', 'tara', 5000);
select tests.offer('dinar', 'tara', 5000, 'KWD', p_starts => now() + interval '20 days');
select tests.offer('ask', 'tara', 5000, p_mode => 'request',
                   p_starts => now() + interval '30 days');
select tests.introduce('alice', 'eve');
insert into core.customer values (tests.id('alice'));
insert into core.offering (offering_id, provider_id, kind, title, price_minor, currency,
                           published_at)
values (tests.id('offering book'), tests.id('tara'), 'product', 'book', 1000, 'EUR', now());
insert into core.stock_item (offering_id, on_hand) values (tests.id('offering book'), 2);
prepare place (jsonb, text) as
select (o ->> 'amount_minor')::bigint, o ->> 'status', jsonb_array_length(o -> 'lines')
from api.place_order($1, null, $2) as o;
create function tests.refused(p_items jsonb, p_code text, p_word text, p_what text)
returns text
language sql
as $$
  select tap.throws_ok(format('execute place(%L, null)', p_items), p_code, p_word, p_what);
$$;
grant execute on all functions in schema tests to public;

-- Who, and what.
select tests.act_as_anonymous();
select throws_ok($$ select api.place_order('[]') $$, '42501', null,
  'an anonymous caller cannot place an order');
select tests.act_as('eve');
select tests.refused(tests.items('book'), 'M4202', 'customer_not_found',
  'a person who is no customer cannot place an order');
select tests.act_as('alice');
select throws_ok(
  $$ select api.place_order(tests.items('book'), p_customer_id => tests.id('eve')) $$, '42501',
  null, 'a customer cannot place an order in another''s name');
select tests.refused('[]', 'M0305', 'items_invalid', 'an order of nothing is refused');
select tests.refused(
  tests.items('book') || jsonb_build_array(jsonb_build_object('slot_id', 'x')), 'M0305',
  'items_invalid', 'an item that names nothing is refused');
select tests.act_as_nobody();
select set_config('tests.mixed', tests.items('lesson', 'dinar')::text, true),
       set_config('tests.asked', tests.items('book', 'ask')::text, true),
       set_config('tests.many', tests.items('book', 'book', 'book')::text, true),
       set_config('tests.two', tests.items('lesson', 'book', 'book')::text, true);
select tests.act_as('alice');
select tests.refused(current_setting('tests.mixed')::jsonb, 'M0306', 'currencies_mixed',
  'an order in two currencies is refused');
select tests.refused(current_setting('tests.asked')::jsonb, 'M9309', 'request_is_alone',
  'an order of a request among other things is refused');
select tests.refused(current_setting('tests.many')::jsonb, 'M9308', 'out_of_stock',
  'an order of more pieces than there are is refused');
select tests.refused(
  jsonb_build_array(jsonb_build_object('offering_id', tests.id('nothing'))), 'M4306',
  'product_not_found', 'an order of a product that does not exist is refused');

-- Placed and repeated.
prepare two (text) as
select * from (select (o ->> 'amount_minor')::bigint, o ->> 'status',
                      jsonb_array_length(o -> 'lines')
               from api.place_order(current_setting('tests.two')::jsonb, null, $1) as o) as x;
select results_eq($$ execute two('key') $$, $$ values (7000::bigint, 'pending', 2) $$,
  'a seat and two pieces of a product are one order of two lines');
select results_eq($$ execute two('key') $$, $$ values (7000::bigint, 'pending', 2) $$,
  'an order repeated with its key is placed once');
select throws_ok($$ select api.place_order(tests.items('book'), null, 'key') $$, 'M9209',
  'idempotency_key_reused', 'the key of an order cannot be reused for another order');
select tests.refused(tests.items('book'), 'M9308', 'out_of_stock',
  'pieces that an unpaid order keeps cannot be ordered by another');

-- Given up.
select throws_ok('select api.expire_orders()', '42501', null,
  'a customer cannot run the clock''s expiry of orders');
select tests.act_as_nobody();
select tests.let_pass('16 minutes');
update core.order set expires_at = expires_at - interval '16 minutes';
select tests.act_as_service();
select api.expire_bookings();
select is(api.expire_orders(), 1, 'the clock ends an order that was not paid in time');
select is(api.expire_orders(), 0, 'the clock ends an order only once');
select tests.act_as('alice');
select results_eq($$ execute place(tests.items('book'), null) $$,
  $$ values (1000::bigint, 'pending', 1) $$, 'the pieces of an order that ended can be ordered');

select * from finish();
rollback;
