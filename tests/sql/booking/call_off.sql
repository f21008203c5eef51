-- Calling off a slot, a day or a longer time: everybody is told and refunded once, nothing is
-- resold, and whoever dies in between leaves the rest to the clock.

begin;
select plan(36);

select tests.offer('lesson', 'tara', 5000, p_capacity => 3);
select tests.offer('other', 'tara', 5000, p_starts => now() + interval '11 days');
select tests.offer('far', 'tara', 5000, p_starts => now() + interval '20 days');
select tests.offer('foreign', 'uwe', 5000);
select tests.introduce('dora', 'eve');
insert into core.customer select tests.id(name) from unnest(array['dora', 'eve']) as name;
select tests.paid('lesson', 'alice');
select tests.event('evt_lesson_bob', 'payment_intent.succeeded', tests.intent(
  tests.book('lesson', 'bob'), 'succeeded'));
select tests.book('lesson', 'carl');
select tests.paid('other', 'alice');
select tests.paid('far', 'alice');
select tests.act_as('dora');
select api.join_waitlist(tests.id('lesson'));
select tests.act_as_nobody();

prepare statuses as
select p.display_name, b.status, b.cancelled_by, b.cancel_reason
from core.booking as b
join core.person as p on p.person_id = b.customer_id
where b.slot_id = tests.id('lesson')
order by 1;
prepare told (text) as
select p.display_name, count(*)
from core.notification as n
join core.person as p using (person_id)
where n.type = $1
group by 1 order by 1;

-- Who may not.
select tests.act_as_anonymous();
select throws_ok($$ select api.call_off_slot(tests.id('lesson')) $$, '42501', null,
  'nobody calls off a slot without signing in');
select tests.act_as('alice');
select throws_ok($$ select api.call_off_slot(tests.id('lesson')) $$, 'M4201', 'slot_not_found',
  'a customer calls off no slot');
select throws_ok($$ select api.call_off_day(current_date) $$, 'M4001', 'provider_not_found',
  'a customer calls off no day');
select throws_ok('select api.continue_call_offs()', '42501', null,
  'nobody but the clock continues what was called off');
select tests.act_as('uwe');
select throws_ok($$ select api.call_off_slot(tests.id('lesson')) $$, 'M4201', 'slot_not_found',
  'another provider does not call off the slot');
select lives_ok(
  $$ select api.call_off_time(now(), now() + interval '15 days') $$,
  'another provider calls off their own time');
select tests.act_as_nobody();
select is((select count(*) from core.booking where status = 'cancelled'), 0::bigint,
  'calling off one''s own time cancels no booking of another provider');

-- One slot, in one call.
select tests.act_as('tara');
select throws_ok($$ select api.remove_slot(tests.id('lesson')) $$, 'M9101', 'slot_in_use',
  'a slot that is booked is not simply removed');
select throws_ok(
  $$ select api.call_off_slot(tests.id('lesson'), repeat('x', 1001)) $$, 'M0207',
  'reason_too_long', 'a reason has an end');
select results_eq(
  $$ select bookings_called_off, bookings_left
     from api.call_off_slot(tests.id('lesson'), 'Ill today') $$,
  'values (3, 0)', 'a provider calls off a slot in one call');
select tests.act_as_nobody();
select results_eq('statuses',
  $$ values ('alice', 'cancelled', 'provider', 'Ill today'),
            ('bob', 'cancelled', 'provider', 'Ill today'),
            ('carl', 'cancelled', 'provider', 'Ill today') $$,
  'every booking in it is cancelled, with the reason');
select results_eq($$ execute told('booking_cancelled') $$,
  $$ values ('alice', 1::bigint), ('bob', 1), ('carl', 1), ('tara', 3) $$,
  'everybody who booked is told once');
select results_eq($$ execute told('waitlist_called_off') $$, $$ values ('dora', 1::bigint) $$,
  'a customer who waited is told that the slot was called off');
select results_eq($$ execute told('waitlist_offer') $$,
  'select display_name, 0::bigint from core.person where false',
  'nobody is offered a seat in it');
select results_eq(
  $$ select p.payer_id = tests.id('alice'), r.amount_minor, count(*)
     from core.refund as r join core.payment as p using (payment_id) group by 1, 2 order by 1 $$,
  $$ values (false, 5000::bigint, 1::bigint), (true, 5000, 1) $$,
  'customers who paid get everything back, once');
select is(
  (select finished_at is not null from core.call_off where slot_id = tests.id('lesson')), true,
  'the calling off is finished');

-- Nothing is resold, and a second call changes nothing.
select tests.act_as('eve');
select throws_ok(
  $$ select tutoring.create_booking_with_payment(tests.id('eve'), tests.id('lesson')) $$,
  'M9203', 'slot_closed', 'a slot that was called off is not booked');
select throws_ok($$ select api.join_waitlist(tests.id('lesson')) $$, 'M9203', 'slot_closed',
  'nobody waits for a slot that was called off');
select tests.act_as_service();
select is(api.offer_freed_seats(), 0, 'the clock offers no seat in it');
select tests.act_as('tara');
select results_eq(
  $$ select bookings_called_off, bookings_left from api.call_off_slot(tests.id('lesson')) $$,
  'values (3, 0)', 'calling a slot off again gives the same answer');
select tests.act_as_nobody();
select results_eq(
  'select (select count(*) from core.refund), (select count(*) from core.call_off)',
  'values (2::bigint, 2::bigint)', 'calling a slot off again refunds nobody again');

-- A time, killed after its first step: the bookings are left over, and the time is closed.
create function pg_temp.begin_time()
returns void
language plpgsql
as $$
begin
  perform tests.act_as('tara');
  perform tests.act_as_nobody();
  perform set_config('app.user_id', tests.id('tara')::text, true);
  perform internal.begin_call_off(
    tests.id('tara'), null, tstzrange(now() + interval '10 days', now() + interval '12 days'),
    internal.add_exception('block', now() + interval '10 days', now() + interval '12 days', null),
    'Away');
  perform tests.act_as_nobody();
end
$$;
select pg_temp.begin_time();
select is((select status from core.booking where slot_id = tests.id('other')), 'confirmed',
  'a booking stands while its calling off has not reached it');
select tests.act_as('eve');
select throws_ok(
  $$ select tutoring.create_booking_with_payment(tests.id('eve'), tests.id('other')) $$,
  'M9203', 'slot_closed', 'the time is closed before the first booking is cancelled');
select tests.act_as_service();
select is(api.continue_call_offs(), 1, 'the clock cancels what a killed call has left');
select is(api.continue_call_offs(), 0, 'the clock cancels it once');
select tests.act_as_nobody();
select is((select status from core.booking where slot_id = tests.id('other')), 'cancelled',
  'a booking that was left over is cancelled');
select is((select status from core.booking where slot_id = tests.id('far')), 'confirmed',
  'a booking outside the time stands');
select tests.act_as('tara');
select results_eq(
  $$ select bookings_called_off, bookings_left
     from api.call_off_time(now() + interval '10 days', now() + interval '12 days') $$,
  'values (1, 0)', 'calling the time off again goes on with the first');
select is((select count(*) from tutoring.bookings where status = 'confirmed'), 1::bigint,
  'calling the time off again cancels nothing else');
select throws_ok(
  $$ select api.call_off_time(now(), now()) $$, 'M0107', 'times_invalid',
  'a time that is called off has a length');

-- A booking that has begun is not called off.
select tests.act_as_nobody();
update core.booking
set starts_at = now() - interval '10 minutes', ends_at = now() + interval '50 minutes'
where slot_id = tests.id('far');
update core.slot
set starts_at = now() - interval '10 minutes', ends_at = now() + interval '50 minutes'
where slot_id = tests.id('far');
select tests.act_as('tara');
select results_eq(
  $$ select bookings_called_off, bookings_left from api.call_off_day(current_date) $$,
  'values (0, 0)', 'a booking that has begun is not called off with its day');
select throws_ok($$ select api.call_off_slot(tests.id('far')) $$, 'M9202', 'slot_past',
  'a slot that has begun is not called off');

-- Removing a slot that only somebody waits for.
select tests.act_as('uwe');
select lives_ok(
  $$ select api.remove_exception((x ->> 'availability_exception_id')::uuid)
     from jsonb_array_elements(api.get_availability(tests.id('uwe')) -> 'exceptions') as x $$,
  'a provider opens the time again');
select tests.act_as_nobody();
select tests.paid('foreign', 'alice');
select tests.act_as('dora');
select api.join_waitlist(tests.id('foreign'));
select tests.act_as('uwe');
select lives_ok(
  $$ update tutoring.bookings set status = 'cancelled' where slot_id = tests.id('foreign') $$,
  'a provider cancels the booking, and its seat is offered');
select lives_ok($$ select api.remove_slot(tests.id('foreign')) $$,
  'a slot in which a seat is only offered is removed');
select tests.act_as_nobody();
select results_eq(
  $$ select w.state, cardinality(s.holds), s.state
     from core.waitlist_entry as w join core.slot as s using (slot_id)
     where s.slot_id = tests.id('foreign') $$,
  $$ values ('called_off', 0, 'removed') $$,
  'the offer of a seat is withdrawn when its slot is removed');

select * from finish();
rollback;
