-- Products: who says how many pieces there are.

begin;
select plan(48);

select tests.introduce('tara', 'uwe', 'eve', 'bob');
insert into core.provider (provider_id) values (tests.id('tara')), (tests.id('uwe'));
insert into core.offering (offering_id, provider_id, kind, title, price_minor)
values (tests.id('book'), tests.id('tara'), 'product', 'book', 1000);
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor)
values (tests.id('lesson'), tests.id('tara'), 'lesson', 60, 1000);
prepare set_stock (text, integer, text) as select api.set_stock(tests.id($1), $2, $3);
prepare stock as select on_hand, sku from core.stock_item;

select tests.act_as_anonymous();
select throws_ok($$ execute set_stock('book', 5, null) $$, '42501', null,
  'an anonymous caller cannot set the stock of a product');
select tests.act_as('uwe');
select throws_ok($$ execute set_stock('book', 5, null) $$, 'M4101', 'offering_not_found',
  'another provider cannot set the stock of a product');
select tests.act_as('tara');
select throws_ok($$ execute set_stock('lesson', 5, null) $$, 'M4101', 'offering_not_found',
  'a session has no stock to be set');
select throws_ok($$ execute set_stock('book', -1, null) $$, '23514', null,
  'a negative number of pieces is refused');
select results_eq($$ execute set_stock('book', 5, 'B-1') $$, 'values (5)',
  'a provider sets the stock of their product');
select results_eq($$ execute set_stock('book', 3, null) $$, 'values (3)',
  'a provider sets the stock of their product again');
select tests.act_as_nobody();
select results_eq('stock', $$ values (3, 'B-1') $$, 'a number that is not given keeps the sku');
select results_eq(
  $$ select actor_id, before ->> 'on_hand', after ->> 'on_hand' from core.audit_log
     where action = 'set_stock' order by after ->> 'on_hand' $$,
  $$ values (tests.id('tara'), '5', '3'), (tests.id('tara'), null, '5') $$,
  'the audit log has every number that was set');

-- What the marketplace sells itself.
insert into core.offering (offering_id, provider_id, kind, title, price_minor)
values (tests.id('mug'), null, 'product', 'mug', 500);
select tests.make_staff('sam');
select tests.act_as('tara');
select throws_ok($$ execute set_stock('mug', 5, null) $$, 'M4101', 'offering_not_found',
  'a provider cannot set the stock of what the marketplace sells');
select tests.act_as('sam');
select results_eq($$ execute set_stock('mug', 5, null) $$, 'values (5)',
  'staff sets the stock of what the marketplace sells');
select throws_ok($$ execute set_stock('book', 9, null) $$, 'M4101', 'offering_not_found',
  'staff cannot set the stock of a provider''s product');
select tests.act_as_service();
select results_eq($$ execute set_stock('book', 9, null) $$, 'values (9)',
  'the service sets the stock of a provider''s product');

-- What can be ordered, whatever is kept for unpaid orders.
prepare pieces (integer) as select api.set_pieces_left(tests.id('book'), $1);
select tests.act_as_nobody();
insert into core.customer values (tests.id('bob')) on conflict do nothing;
select tests.act_as('bob');
select throws_ok($$ execute pieces(5) $$, 'M4101', 'offering_not_found',
  'somebody who does not sell a product cannot say how much of it is left');
select lives_ok(
  format($$ select api.place_order('[{"offering_id": "%s", "quantity": 4}]') $$, tests.id('book')),
  'a customer orders four of nine pieces');
select tests.act_as('tara');
select throws_ok($$ execute pieces(-1) $$, 'M9107', 'stock_too_small',
  'fewer than no pieces cannot be left');
select results_eq($$ execute pieces(6) $$, 'values (6)', 'a provider says how many are left');
select tests.act_as_nobody();
select results_eq($$ select pieces_left from internal.shelf(tests.id('book')) $$, 'values (6)',
  'what is left is what was said');
select results_eq($$ select on_hand from core.stock_item where offering_id = tests.id('book') $$,
  'values (10)', 'the pieces of the unpaid order are kept besides');
update core.order set expires_at = now();
update core.stock_item set on_hand = 9 where offering_id = tests.id('book');

-- Changes with a reason.
prepare adjust (text, integer, text) as select api.adjust_stock(tests.id($1), $2, $3);
select tests.act_as('uwe');
select throws_ok($$ execute adjust('book', 1, 'mine') $$, 'M4101', 'offering_not_found',
  'another provider cannot adjust the stock of a product');
select tests.act_as('tara');
select throws_ok($$ execute adjust('book', 1, ' ') $$, 'M0111', 'stock_reason_required',
  'a change of stock without a reason is refused');
select throws_ok($$ execute adjust('book', -10, 'broken') $$, 'M9107', 'stock_too_small',
  'more pieces than there are cannot be taken out of the stock');
select results_eq($$ execute adjust('book', -2, 'broken') $$, 'values (7)',
  'a provider takes broken pieces out of the stock');
select results_eq($$ execute adjust('book', 5, 'delivery') $$, 'values (12)',
  'a provider adds a delivery to the stock');
select tests.act_as_nobody();
select results_eq(
  $$ select after ->> 'change', after ->> 'reason' from core.audit_log
     where action = 'adjust_stock' order by seq $$,
  $$ values ('-2', 'broken'), ('5', 'delivery') $$,
  'the audit log has every change of stock with its reason');

-- Made through one verb.
prepare save (jsonb) as select api.save_product($1) is not null;
prepare product (text) as
select o.provider_id, o.kind, o.price_minor, o.attrs ->> 'product_type', s.sku, s.on_hand
from core.offering as o left join core.stock_item as s using (offering_id) where o.title = $1;
select tests.act_as('eve');
select throws_ok($$ execute save('{"title": "salt", "price": 5}') $$, 'M4001', 'provider_not_found',
  'a person who is no provider cannot make a product');
select tests.act_as('tara');
select results_eq(
  $$ execute save('{"title": "salt", "price": 5, "product_type": "crystal", "sku": "S-1",
                    "on_hand": 4, "currency": "EUR"}') $$,
  'values (true)', 'a provider makes a product with its number and its stock');
select tests.act_as_nobody();
select results_eq($$ execute product('salt') $$,
  $$ values (tests.id('tara'), 'product', 500::bigint, 'crystal', 'S-1', 4) $$,
  'a product has the type, the number and the stock it was made with');
select tests.act_as('tara');
select throws_ok(
  $$ execute save('{"title": "pepper", "price": 5, "sku": "S-1", "currency": "EUR"}') $$, '23505',
  null, 'two products cannot have the same number');
select throws_ok(
  format($$ execute save('{"offering_id": "%s", "title": "mine"}') $$, tests.id('mug')), 'M3301',
  'staff_only', 'a provider cannot change what the marketplace sells');
select throws_ok(
  format($$ select api.save_offering('{"offering_id": "%s", "title": "mine"}') $$,
         tests.id('mug')),
  'M3301', 'staff_only', 'a provider cannot change a house product as an offering either');
select tests.act_as('sam');
select results_eq($$ execute save('{"title": "oil", "price": 9, "currency": "EUR"}') $$,
  'values (true)', 'staff makes a product of the marketplace''s own');
select tests.act_as_nobody();
select results_eq($$ execute product('oil') $$,
  $$ values (null::uuid, 'product', 900::bigint, null::text, null::text, null::integer) $$,
  'what staff makes has no seller but the marketplace');
select tests.act_as('sam');
select lives_ok(
  format($$ execute save('{"offering_id": "%s", "title": "cup"}') $$, tests.id('mug')),
  'staff changes what the marketplace sells');
select throws_ok(
  format($$ execute save('{"offering_id": "%s", "title": "mine"}') $$, tests.id('book')), '42501',
  null, 'staff cannot change a provider''s product');
select tests.act_as_nobody();
grant usage on schema core to anon;
select tests.act_as_anonymous();
select results_eq($$ select title from core.offering where provider_id is null order by 1 $$,
  $$ values ('cup'), ('oil') $$, 'everybody sees what the marketplace sells');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('uwe');
select tests.act_as_anonymous();
select results_eq($$ select title from core.offering where provider_id is null order by 1 $$,
  $$ values ('cup'), ('oil') $$,
  'what the marketplace sells stays in sight when some provider is suspended');

-- Sold, called off, returned.
select tests.act_as_nobody();
select tests.goods('tea', 'tara', 1000, p_on_hand => 5);
prepare left_of (text) as
select s.on_hand, internal.stock_left(s.offering_id)::integer
from core.stock_item as s where s.offering_id = tests.id('offering ' || $1);
select set_config('tests.paid', tests.basket('alice', null, 'tea', 'tea', 'tea')::text, true);
select results_eq($$ execute left_of('tea') $$, 'values (5, 2)',
  'pieces of an unpaid order are kept and not yet gone');
select tests.arrives(current_setting('tests.paid')::uuid);
select results_eq($$ execute left_of('tea') $$, 'values (2, 2)',
  'paid pieces are out of the stock');
update core.order_line set fulfilment = 'shipped' where kind = 'goods' and title = 'tea';
select results_eq($$ execute left_of('tea') $$, 'values (2, 2)',
  'pieces that are sent do not come back into the stock');
update core.order_line set fulfilment = 'returned' where kind = 'goods' and title = 'tea';
select results_eq($$ execute left_of('tea') $$, 'values (5, 5)',
  'pieces that were returned are in stock again');
update core.order_line set called_off_at = now() where kind = 'goods' and title = 'tea';
select results_eq($$ execute left_of('tea') $$, 'values (5, 5)',
  'returned pieces that are then called off come back only once');

-- Paid late: two orders for the last pieces.
select tests.goods('rose', 'tara', 1000, p_on_hand => 3);
select set_config('tests.first', tests.basket('alice', null, 'rose', 'rose')::text, true);
update core.order set expires_at = now() - interval '1 minute' where status = 'pending';
select set_config('tests.second', tests.basket('bob', null, 'rose', 'rose')::text, true);
select tests.arrives(current_setting('tests.second')::uuid);
select results_eq($$ execute left_of('rose') $$, 'values (1, 1)',
  'pieces of an order whose time is over are sold to the next');
select tests.arrives(current_setting('tests.first')::uuid);
select results_eq(
  $$ select status, refunding_minor from core.payment
     where payment_id = current_setting('tests.first')::uuid $$,
  $$ values ('refund_pending', 2000::bigint) $$,
  'a payment that arrives after the pieces are gone is given back');
select results_eq($$ execute left_of('rose') $$, 'values (1, 1)',
  'a payment that arrives too late takes no piece');
select tests.goods('lily', 'tara', 1000, p_on_hand => 3);
select set_config('tests.late', tests.basket('alice', null, 'lily', 'lily')::text, true);
update core.order set expires_at = now() - interval '1 minute' where status = 'pending';
select tests.arrives(current_setting('tests.late')::uuid);
select results_eq($$ execute left_of('lily') $$, 'values (1, 1)',
  'a payment that arrives late takes its pieces if they are still there');

-- One product in two spellings of its key is one line.
select tests.act_as('bob');
select throws_ok(
  format($$ select api.place_order('[{"offering_id": "%s"}, {"offering_id": "%s"}]') $$,
         tests.id('offering lily'), upper(tests.id('offering lily')::text)),
  'M9308', 'out_of_stock', 'two lines of one product are added up however its key is written');
select tests.act_as_anonymous();
select throws_ok($$ execute adjust('book', 1, 'x') $$, '42501', null,
  'an anonymous caller cannot adjust the stock of a product');
select throws_ok($$ execute save('{"title": "x", "price": 1}') $$, '42501', null,
  'an anonymous caller cannot make a product');

select * from finish();
rollback;
