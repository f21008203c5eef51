-- Coupons: what they take off, for whom, and how often.

begin;
select plan(18);

select tests.offer('lesson', 'tara', 9999);
select tests.offer('second', 'tara', 10000, p_starts => now() + interval '20 days');
select tests.offer('dinar', 'tara', 1500, 'KWD', p_starts => now() + interval '30 days');
select tests.offer('other', 'olga', 10000, p_starts => now() + interval '40 days');
select tests.act_as('tara');
select lives_ok($$ select api.create_coupon('tara33', p_percent => 33, p_max_uses => 3) $$,
  'a provider makes a coupon');
select throws_ok($$ select api.create_coupon('both', 10, 100, 'EUR') $$, '23514', null,
  'of one kind');
select throws_ok($$ select api.create_coupon('TARA33', p_percent => 5) $$, '23505', null,
  'whose code is new');
select tests.act_as('alice');
select throws_ok($$ select api.create_coupon('mine', p_percent => 99) $$, 'M4001', null,
  'a customer makes none');
select tests.act_as_nobody();
insert into core.coupon (coupon_id, code, kind, amount_minor, currency, valid_from, valid_until)
values (tests.id('all'), 'ALL', 'amount', 99999, 'EUR', now() - interval '1 day', null),
       (tests.id('old'), 'OLD', 'amount', 500, 'EUR', now() - interval '2 days', now() - interval '1 day');

select throws_ok($$ select tests.book('other', 'alice', 'TARA33') $$, 'M4301', 'coupon_not_found',
  'a provider''s coupon is good for what they sell');
select tests.act_as_nobody();
select throws_ok($$ select tests.book('lesson', 'alice', 'nope') $$, 'M4301', 'coupon_not_found',
  'a code that is none is refused');
select tests.act_as_nobody();
select throws_ok($$ select tests.book('lesson', 'alice', 'OLD') $$, 'M9301', 'coupon_expired',
  'and one whose time is over');
select tests.act_as_nobody();
select throws_ok($$ select tests.book('dinar', 'alice', 'ALL') $$, 'M9302', 'coupon_not_applicable',
  'and one of another currency');
select tests.act_as_nobody();

select tests.book('lesson', 'alice', ' tara33 ');
select results_eq(
  $$ select o.subtotal_minor, o.discount_minor, o.total_minor, p.amount_minor
     from core.order as o join core.payment as p using (order_id) $$,
  $$ values (9999::bigint, 3300::bigint, 6699::bigint, 6699::bigint) $$,
  'a percentage is taken off, whole minor units');
select throws_ok($$ select tests.book('second', 'alice', 'TARA33') $$, 'M9306', 'coupon_used_up',
  'a customer uses it once');
select tests.act_as_nobody();
select set_config('tests.booking', (select booking_id::text from core.payment), true);
select tests.act_as('alice');
select api.cancel_booking(current_setting('tests.booking')::uuid);
select tests.act_as_nobody();
select is((select uses from core.coupon where code = 'TARA33'), 0,
  'an order that is never paid gives its use back');
select results_eq('select status, is_cancelled from core.payment',
  $$ values ('cancelled', true) $$, 'and Stripe never hears of it');
select tests.book('dinar', 'alice', 'TARA33');
select results_eq($$ select total_minor from core.order where currency = 'KWD' $$,
  $$ values (1010::bigint) $$, 'what is left can be charged: a multiple of ten');
select tests.book('second', 'bob', 'ALL');
select results_eq(
  $$ select p.amount_minor, p.status, b.status from core.payment as p
     join core.booking as b using (booking_id) where b.customer_id = tests.id('bob') $$,
  $$ values (0::bigint, 'captured', 'confirmed') $$, 'all of it makes it free');
select tests.act_as('bob');
select is_empty('select * from api.my_wallet()', 'and gives nobody a wallet');
select tests.act_as_nobody();

-- Switched off by whose it is.
select set_config('tests.coupon', (select coupon_id::text from core.coupon where code = 'TARA33'),
                  true);
select tests.act_as('olga');
select throws_ok($$ select api.set_coupon_active(current_setting('tests.coupon')::uuid, false) $$,
  'M4303', 'coupon_not_yours', 'another provider cannot switch a coupon off');
select tests.act_as('tara');
select lives_ok($$ select api.set_coupon_active(current_setting('tests.coupon')::uuid, false) $$,
  'its own can');
select tests.act_as_nobody();
select is((select is_active from core.coupon where code = 'TARA33'), false, 'and it is off');
select * from finish();
rollback;
