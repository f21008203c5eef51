-- Quotes: what is quoted is what is charged, with a coupon and without, for one thing and for a
-- basket of several sellers; and a coupon lowers what it is good for alone.

begin;
select plan(20);

select tests.offer('lesson', 'tara', 9999);
select tests.offer('uwe''s', 'uwe', 10000, p_starts => now() + interval '11 days');
select tests.goods('book', 'tara', 333);
select tests.goods('mug', null, 1000);
select tests.goods('yen', 'tara', 500, 'JPY');
select tests.introduce('alice', 'bob');
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));
insert into core.coupon (coupon_id, code, provider_id, kind, percent, per_customer)
values (tests.id('t'), 'TARA33', tests.id('tara'), 'percent', 33, 9);
insert into core.coupon (coupon_id, code, kind, amount_minor, currency, per_customer)
values (tests.id('h'), 'HOUSE', 'amount', 1000, 'EUR', 9),
       (tests.id('a'), 'ALL', 'amount', 99999999, 'EUR', 9);

select tests.act_as('alice');
select is(api.quote_booking(tests.id('lesson'), 1, 'tara33') ->> 'amount_minor', '6699',
  'a quote of a booking has the coupon applied');
select is(api.quote_booking(tests.id('lesson'), 1) ->> 'amount_minor', '9999', 'a quote without a coupon has none applied');
select throws_ok($$ select api.quote_booking(tests.id('lesson'), 1, 'NOPE') $$, 'M4301',
  'coupon_not_found', 'a coupon that cannot be used is refused when it is asked for');
select throws_ok($$ select api.quote_booking(tests.id('uwe''s'), 1, 'TARA33') $$, 'M4301',
  'coupon_not_found', 'another provider''s coupon is refused when it is asked for');
select tests.act_as_nobody();
select is((select uses from core.coupon where code = 'TARA33'), 0, 'asking for a quote uses no coupon');

create function quoted(p_coupon text, variadic p_names text[]) returns bigint
language plpgsql as $$
declare
  v_items jsonb := tests.items(variadic p_names);
  v_quote jsonb;
begin
  perform tests.act_as('alice');
  v_quote := api.quote_order(v_items, p_coupon);
  perform tests.act_as_nobody();
  return v_quote ->> 'amount_minor';
end $$;
create function charged(p_coupon text, variadic p_names text[]) returns bigint
language plpgsql as $$
declare
  v_payment_id uuid := tests.basket('alice', p_coupon, variadic p_names);
begin
  return (select c.params ->> 'amount' from core.stripe_command as c
          where c.payment_id = v_payment_id);
end $$;
create view line as
select l.title, l.discount_minor, l.total_minor, l.commission_minor
from core.order_line as l
join core.order as o using (order_id)
where o.seq = (select max(seq) from core.order);

select is(quoted(null, 'book', 'mug', 'book'), 1666::bigint, 'a basket costs the sum of its lines');
select is(charged(null, 'book', 'mug', 'book'), 1666::bigint, 'a basket is charged as it is quoted');
select results_eq('select title, total_minor, commission_minor from line order by 1',
  $$ values ('book', 666::bigint, 100::bigint), ('mug', 1000, 1000) $$,
  'what is named twice is one line');

select is(quoted('TARA33', 'book', 'mug', 'uwe''s'), 11223::bigint,
  'a provider''s coupon lowers that provider''s lines');
select is(charged('TARA33', 'book', 'mug', 'uwe''s'), 11223::bigint, 'a provider''s coupon lowers the charge as quoted');
select results_eq('select title, discount_minor from line order by 1',
  $$ values ('book', 110::bigint), ('mug', 0), ('uwe''s', 0) $$, 'a provider''s coupon lowers nobody else''s lines');
select tests.act_as_nobody();
update core.booking set status = 'expired';
update core.slot set holds = '{}';

select is(quoted('HOUSE', 'book', 'mug', 'lesson'), 10332::bigint,
  'the house''s coupon lowers all of it');
select is(charged('HOUSE', 'book', 'mug', 'lesson'), 10332::bigint, 'the house''s coupon lowers the charge as quoted');
select is((select sum(discount_minor) from line), 1000::numeric, 'the discounts of the lines sum to the coupon, to the cent');
select results_eq('select title, discount_minor from line order by 1',
  $$ values ('book', 30::bigint), ('lesson', 882), ('mug', 88) $$,
  'a discount is split over its lines by what they cost');
update core.booking set status = 'expired';
update core.slot set holds = '{}';

select is(quoted('ALL', 'book', 'lesson'), 0::bigint, 'a coupon over all of a basket makes it free');
select is(tests.basket('alice', 'ALL', 'book', 'lesson') is not null, true, 'a free basket is an order');
select results_eq(
  $$ select o.status, p.status, p.processor from core.order as o join core.payment as p
     using (order_id) where o.seq = (select max(seq) from core.order) $$,
  $$ values ('paid', 'captured', 'none') $$, 'a free basket is paid, and Stripe never hears of it');
select throws_ok($$ select quoted(null, 'book', 'yen') $$, 'M0306', 'currencies_mixed',
  'one payment is in one currency');
select tests.act_as_nobody();
select throws_ok($$ select tests.basket('alice', null, 'nothing') $$, 'M4306', 'product_not_found',
  'what is not there is not ordered');
select tests.act_as_nobody();

select * from finish();
rollback;
