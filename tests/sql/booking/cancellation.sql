-- Cancelling: who may, until when, and what comes back.

begin;
select plan(47);
update core.marketplace set cancel_grace_min = 0;

select tests.offer('lesson', 'tara', 10000);
select tests.offer('other', 'uwe', 10000);
select tests.introduce('eve', 'staff');
select tests.make_staff('staff');

-- The arithmetic.
select is(internal.refund_percent(
  '[{"hours_before": 48, "refund_percent": 100}, {"hours_before": 24, "refund_percent": 50}]',
  now() + t.ahead), t.percent, t.description)
from (values
  (interval '49 hours', 100, '49 hours before, everything comes back'),
  ('48 hours', 100, 'exactly 48 hours before, everything comes back'),
  ('47 hours 59 minutes', 50, 'less than 48 hours before, half comes back'),
  ('24 hours', 50, 'exactly 24 hours before, half comes back'),
  ('23 hours 59 minutes', 0, 'less than 24 hours before, nothing comes back')
) as t(ahead, percent, description);
select is(
  internal.refund_percent('[{"hours_before": 0, "refund_percent": 10},
                            {"hours_before": 0.5, "refund_percent": 20.0}]', now() + '1 hour'),
  20, 'the best tier counts, in whatever order the tiers stand');

-- Policies of one's own.
prepare set_policy (jsonb) as select api.set_cancellation_policy('mine', $1);

select tests.act_as('eve');
select throws_ok(
  $$ execute set_policy('[{"hours_before": 1, "refund_percent": 10}]') $$,
  'M4001', 'provider_not_found', 'a person who is no provider cannot set a cancellation policy');
select tests.act_as('tara');
select throws_ok($$ execute set_policy('{}') $$, 'M0204', 'tiers_invalid',
  'a policy that is not a list is refused');
select throws_ok($$ execute set_policy('[]') $$, 'M0204', 'tiers_invalid',
  'a policy without tiers is refused');
select throws_ok($$ execute set_policy('[1]') $$, 'M0204', 'tiers_invalid',
  'a policy of something other than tiers is refused');
select throws_ok(
  $$ execute set_policy('[{"hours_before": 1}]') $$, 'M0204', 'tiers_invalid',
  'a tier without a refund is refused');
select throws_ok(
  $$ execute set_policy('[{"hours_before": "1", "refund_percent": 10}]') $$,
  'M0204', 'tiers_invalid', 'a tier with text for a number is refused');
select throws_ok(
  $$ execute set_policy('[{"hours_before": 1, "refund_percent": 101}]') $$,
  'M0204', 'tiers_invalid', 'a tier that gives back more than 100 percent is refused');
select throws_ok(
  $$ execute set_policy('[{"hours_before": 1, "refund_percent": 9.5}]') $$,
  'M0204', 'tiers_invalid', 'a tier that is not in whole percents is refused');
select throws_ok($$ execute set_policy(null) $$, 'M0204', 'tiers_invalid',
  'a policy of null is refused');
select lives_ok(
  $$ select api.set_cancellation_policy('mine', '[{"hours_before": 72, "refund_percent": 25.0}]',
       array[tests.id('offering lesson'), tests.id('offering other')]) $$,
  'a provider sets their own policy');
select tests.act_as_nobody();
select results_eq(
  $$ select offering_id from core.offering as o
     join core.cancellation_policy as c using (cancellation_policy_id) where c.name = 'mine' $$,
  $$ values (tests.id('offering lesson')) $$,
  'a provider''s policy applies to their own offerings only');
select is(
  (select count(*) from core.cancellation_policy where provider_id is null), 3::bigint,
  'a provider''s policy leaves the marketplace''s own policies as they are');

-- A booking keeps the policy it was made under.
select tests.paid('lesson', 'alice');
select tests.act_as('tara');
select api.set_cancellation_policy('mine', '[{"hours_before": 0, "refund_percent": 0}]');

prepare cancel (text) as
select c.status, c.refund_minor, c.currency
from tests.id('x') as x
cross join api.cancel_booking(current_setting('test.' || $1)::uuid, 'rain') as c;
select tests.act_as_nobody();
select set_config('test.lesson', booking_id::text, true) from core.booking;

select tests.act_as('eve');
select throws_ok(
  $$ execute cancel('lesson') $$, 'M4203', 'booking_not_found',
  'a stranger cannot cancel a booking');
select throws_ok(
  $$ select api.decline_booking(current_setting('test.lesson')::uuid) $$,
  'M4203', 'booking_not_found', 'a stranger cannot decline a booking');
select tests.act_as('uwe');
select throws_ok(
  $$ execute cancel('lesson') $$, 'M4203', 'booking_not_found',
  'another provider cannot cancel a booking');
select tests.act_as('tara');
select throws_ok(
  $$ select api.decline_booking(current_setting('test.lesson')::uuid) $$,
  'M9213', 'booking_not_requested', 'a booking that was never a request cannot be declined');
select tests.act_as('alice');
select throws_ok(
  $$ select api.decline_booking(current_setting('test.lesson')::uuid) $$,
  'M3202', 'provider_only', 'the customer cannot decline a booking');
select results_eq(
  $$ select (q ->> 'refund_minor')::bigint, q ->> 'is_cancellable'
     from api.quote_cancellation(current_setting('test.lesson')::uuid) as q $$,
  $$ values (2500::bigint, 'true') $$,
  'a quote tells the customer what cancelling would give back');
select tests.act_as('tara');
select is(
  api.quote_cancellation(current_setting('test.lesson')::uuid) ->> 'refund_minor', '10000',
  'a quote tells the provider that everything would go back');
select tests.act_as('eve');
select throws_ok(
  $$ select api.quote_cancellation(current_setting('test.lesson')::uuid) $$,
  'M4203', 'booking_not_found', 'a stranger is not told what cancelling would give back');
select tests.act_as('alice');
select results_eq(
  $$ execute cancel('lesson') $$, $$ values ('cancelled', 2500::bigint, 'EUR') $$,
  'the customer gets back what the policy said when they booked');
select results_eq(
  $$ execute cancel('lesson') $$, $$ values ('cancelled', 2500::bigint, 'EUR') $$,
  'cancelling again returns the same answer');
select results_eq(
  'select status, cancelled_by, cancellation_reason from tutoring.bookings',
  $$ values ('cancelled', 'learner', 'rain') $$,
  'a cancelled booking says who cancelled it and why');
select tests.act_as_nobody();
select results_eq(
  $$ select taken, is_bookable from core.slot as s
     cross join lateral (select exists (
       select from internal.open_slots() as o where o.slot_id = s.slot_id)) as f(is_bookable)
     where slot_id = tests.id('lesson') $$,
  'values (0, true)', 'the seat of a cancelled booking is free again');

-- The other side, and the house, give everything back.
select tests.offer('second', 'tara', 10000, p_starts => now() + interval '3 hours');
update core.offering set cancellation_policy_id = '00000000-0000-4000-8000-000000000013';
select tests.paid('second', 'alice');
select set_config('test.second', booking_id::text, true)
from core.booking where status = 'confirmed';
select tests.act_as('tara');
select results_eq(
  $$ execute cancel('second') $$, $$ values ('cancelled', 10000::bigint, 'EUR') $$,
  'everything comes back when the provider cancels');

select tests.act_as_nobody();
select tests.offer('third', 'tara', 10000, p_starts => now() + interval '5 hours');
select tests.paid('third', 'alice');
select set_config('test.third', booking_id::text, true)
from core.booking where status = 'confirmed';
select tests.let_pass('5 hours 1 minute');
select tests.act_as('alice');
select throws_ok(
  $$ execute cancel('third') $$, 'M9212', 'booking_begun',
  'the customer cannot cancel a booking that has begun');
select tests.act_as('tara');
select throws_ok(
  $$ execute cancel('third') $$, 'M9212', 'booking_begun',
  'the provider cannot cancel a booking that has begun');
select tests.act_as('staff');
select results_eq(
  $$ execute cancel('third') $$, $$ values ('cancelled', 10000::bigint, 'EUR') $$,
  'staff may cancel a booking that has begun, and everything comes back');

select tests.act_as_nobody();
select tests.offer('fourth', 'tara', 10000, p_starts => now() + interval '7 hours');
select tests.paid('fourth', 'alice');
select set_config('test.fourth', booking_id::text, true)
from core.booking where status = 'confirmed';
select tests.let_pass('1 day');
select tests.act_as_service();
select api.complete_booking(current_setting('test.fourth')::uuid);
select throws_ok(
  $$ execute cancel('fourth') $$, 'M9211', 'booking_not_open',
  'a completed booking cannot be cancelled');

-- Requests.
select tests.act_as_nobody();
select tests.offer('request', 'tara', 10000, p_mode => 'request');
select tests.book('request', 'bob');
select tests.event('evt_r', 'payment_intent.amount_capturable_updated',
                   tests.intent(payment_id, 'requires_capture'))
from core.payment where booking_id in (
  select booking_id from core.booking where slot_id = tests.id('request'));
select set_config('test.request', booking_id::text, true)
from core.booking where status = 'requested';
select tests.act_as('bob');
select throws_ok(
  $$ select api.decline_booking(current_setting('test.request')::uuid) $$,
  'M3202', 'provider_only', 'the customer cannot decline their own request');
select tests.act_as('tara');
select results_eq(
  $$ select status from api.decline_booking(current_setting('test.request')::uuid, 'Ill') $$,
  $$ values ('declined') $$, 'the provider declines a request');
select results_eq(
  $$ select status from api.decline_booking(current_setting('test.request')::uuid) $$,
  $$ values ('declined') $$, 'declining a request again changes nothing');

-- The clock.
select tests.act_as_nobody();
select tests.offer('held', 'tara', 10000);
select tests.book('held', 'bob');
select tests.let_pass('16 minutes');
select is(
  (select count(*) from internal.open_slots() where slot_id = tests.id('held')), 1::bigint,
  'a seat is free as soon as its hold ends, before the clock runs');
select tests.act_as('bob');
select throws_ok(
  'select api.expire_bookings()', '42501', null,
  'a customer cannot run the clock''s expiry of bookings');
select tests.act_as_service();
select is(api.expire_bookings(), 1, 'the clock expires a booking whose hold has ended');
select is(api.expire_bookings(), 0, 'the clock expires a booking only once');
select tests.act_as_nobody();
select results_eq(
  $$ select status from core.booking where slot_id = tests.id('held') $$,
  $$ values ('expired') $$, 'a booking whose hold has ended is expired');

-- A while after the booking, in which cancelling costs nothing.
update core.marketplace set cancel_grace_min = 30;
select tests.offer('soon', 'tara', 10000, p_starts => now() + interval '20 hours');
select tests.paid('soon', 'alice');
select tests.act_as('alice');
select results_eq(
  $$ select refund_minor from api.cancel_booking(
       (select id from tutoring.bookings where slot_id = tests.id('soon'))) $$,
  'values (10000::bigint)',
  'a customer who cancels within half an hour of booking gets everything back');
select tests.act_as_nobody();
select tests.event('evt_soon_bella', 'payment_intent.succeeded', tests.intent(
  tests.book('soon', 'bella'), 'succeeded'));
update core.booking set confirmed_at = now() - interval '30 minutes'
where slot_id = tests.id('soon') and status = 'confirmed';
select tests.act_as('bella');
select results_eq(
  $$ select refund_minor from api.cancel_booking(
       (select id from tutoring.bookings where slot_id = tests.id('soon'))) $$,
  'values (5000::bigint)', 'a customer who cancels later gets back what the policy says');
select tests.act_as_nobody();
select tests.event('evt_soon_2', 'payment_intent.succeeded', tests.intent(
  tests.book('soon', 'cora'), 'succeeded'));
update core.marketplace set cancel_grace_min = 0;
select tests.act_as('cora');
select results_eq(
  $$ select refund_minor from api.cancel_booking(
       (select id from tutoring.bookings where slot_id = tests.id('soon'))) $$,
  'values (5000::bigint)', 'a marketplace turns the while after the booking off');
select tests.act_as_nobody();
select throws_ok('update core.marketplace set cancel_grace_min = -1', '23514', null,
  'the while after the booking is not negative');

select * from finish();
rollback;
