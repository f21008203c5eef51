-- Coupons: what they take off, for whom, and how often.

begin;
select plan(26);

select tests.offer('lesson', 'tara', 9999);
select tests.offer('second', 'tara', 10000, p_starts => now() + interval '20 days');
select tests.offer('dinar', 'tara', 1500, 'KWD', p_starts => now() + interval '30 days');
select tests.offer('other', 'olga', 10000, p_starts => now() + interval '40 days');
select tests.act_as('tara');
select lives_ok($$ select api.create_coupon('tara33', p_percent => 33, p_max_uses => 3) $$,
  'a provider makes a coupon of a percentage');
select throws_ok($$ select api.create_coupon('both', 10, 100, 'EUR') $$, '23514', null,
  'a coupon of a percentage and an amount is refused');
select throws_ok($$ select api.create_coupon('TARA33', p_percent => 5) $$, '23505', null,
  'a coupon whose code exists already is refused');
select tests.act_as('alice');
select throws_ok($$ select api.create_coupon('mine', p_percent => 99) $$, 'M4001', null,
  'a person who is no provider cannot make a coupon');
select tests.act_as_nobody();
insert into core.coupon (coupon_id, code, kind, amount_minor, currency, valid_from, valid_until)
values (tests.id('all'), 'ALL', 'amount', 99999, 'EUR', now() - interval '1 day', null),
       (tests.id('old'), 'OLD', 'amount', 500, 'EUR', now() - interval '2 days',
        now() - interval '1 day');

select throws_ok($$ select tests.book('other', 'alice', 'TARA33') $$, 'M4301', 'coupon_not_found',
  'a provider''s coupon cannot be used for another provider''s offering');
select tests.act_as_nobody();
select throws_ok($$ select tests.book('lesson', 'alice', 'nope') $$, 'M4301', 'coupon_not_found',
  'an unknown coupon code is refused');
select tests.act_as_nobody();
select throws_ok($$ select tests.book('lesson', 'alice', 'OLD') $$, 'M9301', 'coupon_expired',
  'a coupon whose time is over is refused');
select tests.act_as_nobody();
select throws_ok($$ select tests.book('dinar', 'alice', 'ALL') $$, 'M9302', 'coupon_not_applicable',
  'a coupon of another currency is refused');
select tests.act_as_nobody();

select tests.book('lesson', 'alice', ' tara33 ');
select results_eq(
  $$ select o.subtotal_minor, o.discount_minor, o.total_minor, p.amount_minor
     from core.order as o join core.payment as p using (order_id) $$,
  $$ values (9999::bigint, 3300::bigint, 6699::bigint, 6699::bigint) $$,
  'a percentage is taken off in whole minor units');
select throws_ok($$ select tests.book('second', 'alice', 'TARA33') $$, 'M9306', 'coupon_used_up',
  'a customer cannot use a coupon twice');
select tests.act_as_nobody();
select set_config('tests.booking', (select booking_id::text from core.payment), true);
select tests.act_as('alice');
select api.cancel_booking(current_setting('tests.booking')::uuid);
select tests.act_as_nobody();
select is((select uses from core.coupon where code = 'TARA33'), 0,
  'an order that is never paid gives the coupon''s use back');
select results_eq('select status, is_cancelled from core.payment',
  $$ values ('cancelled', true) $$,
  'a payment cancelled before it was sent is cancelled without Stripe');
select tests.book('dinar', 'alice', 'TARA33');
select results_eq($$ select total_minor from core.order where currency = 'KWD' $$,
  $$ values (1010::bigint) $$, 'a discount leaves a sum that the currency can be charged in');
select tests.book('second', 'bob', 'ALL');
select results_eq(
  $$ select p.amount_minor, p.status, b.status from core.payment as p
     join core.booking as b using (booking_id) where b.customer_id = tests.id('bob') $$,
  $$ values (0::bigint, 'captured', 'confirmed') $$,
  'a coupon of more than the price makes the booking free and confirmed');
select tests.act_as('bob');
select is_empty('select * from api.my_wallet()', 'a free booking opens no wallet for the customer');
select tests.act_as_nobody();

-- Switched off by whose it is.
select set_config('tests.coupon', (select coupon_id::text from core.coupon where code = 'TARA33'),
                  true);
select tests.act_as('olga');
select throws_ok($$ select api.set_coupon_active(current_setting('tests.coupon')::uuid, false) $$,
  'M4303', 'coupon_not_yours', 'another provider cannot switch a coupon off');
select tests.act_as('tara');
select lives_ok($$ select api.set_coupon_active(current_setting('tests.coupon')::uuid, false) $$,
  'a provider switches their own coupon off');
select tests.act_as_nobody();
select is((select is_active from core.coupon where code = 'TARA33'), false,
  'a coupon that was switched off is inactive');

-- Made by its fields.
prepare save (jsonb) as select api.save_coupon($1) is not null;
prepare saved (text) as
select kind, percent, amount_minor, currency, min_subtotal_minor, max_uses, is_active
from core.coupon where code = $1;
select tests.act_as('tara');
select results_eq($$ execute save('{"code": "ten", "percent": 10, "max_uses": 5}') $$,
  'values (true)', 'a provider saves a coupon of a percentage');
select results_eq(
  $$ execute save('{"code": "five", "amount": 5.5, "currency": "eur", "min_subtotal": 20}') $$,
  'values (true)', 'a provider saves a coupon of an amount');
select throws_ok($$ execute save('{"code": "fine", "amount": 5.555, "currency": "EUR"}') $$,
  'M0015', 'amount_too_fine', 'a coupon of less than a cent is refused');
select tests.act_as_nobody();
select results_eq($$ execute saved('TEN') $$,
  $$ values ('percent', 10, null::bigint, null::text, 0::bigint, 5, true) $$,
  'a coupon of a percentage has no currency');
select results_eq($$ execute saved('FIVE') $$,
  $$ values ('amount', null::integer, 550::bigint, 'EUR', 2000::bigint, null::integer, true) $$,
  'a coupon of an amount is kept in minor units');
select set_config('tests.coupon', (select coupon_id::text from core.coupon where code = 'TEN'), true);
select tests.act_as('tara');
select lives_ok(
  $$ select api.save_coupon(jsonb_build_object('coupon_id', current_setting('tests.coupon'),
                                               'is_active', false)) $$,
  'a provider switches a coupon off by saving it');
select throws_ok(
  $$ select api.save_coupon(jsonb_build_object('coupon_id', current_setting('tests.coupon'),
                                               'percent', 99)) $$, '42501', null,
  'a coupon stays as it was made');
select tests.act_as_nobody();
select results_eq('select is_active from core.coupon where code = ''TEN''', 'values (false)',
  'a coupon that was switched off by saving it is inactive');

select * from finish();
rollback;
