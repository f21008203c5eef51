-- Products: who says how many pieces there are.

begin;
select plan(12);

select tests.introduce('tara', 'uwe');
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

select * from finish();
rollback;
