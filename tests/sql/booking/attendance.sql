-- After booking: accepting, completing, not coming.

begin;
select plan(49);

select tests.offer('request', 'tara', 5000, p_mode => 'request');
select tests.offer('lesson', 'tara', 5000, p_starts => now() + interval '5 days');
select tests.introduce('bob', 'uwe');

-- A request waits for its answer.
select tests.book('request', 'alice');
select tests.event('evt_r', 'payment_intent.amount_capturable_updated',
                   tests.intent(payment_id, 'requires_capture')) from core.payment;
select set_config('test.request', booking_id::text, true) from core.booking;
prepare accept as select status from api.accept_booking(current_setting('test.request')::uuid);
prepare status (text) as
select core_status from tutoring.bookings where id = current_setting('test.' || $1)::uuid;

select tests.act_as('alice');
select results_eq($$ execute status('request') $$, $$ values ('requested') $$,
  'a paid request waits for the provider''s answer');
select throws_ok('accept', 'M3202', 'provider_only',
  'the customer cannot accept their own request');
select throws_ok(
  $$ update tutoring.bookings set status = 'confirmed' $$, 'M3202', 'provider_only',
  'the customer cannot accept it through the lens either');
select tests.act_as('bob');
select throws_ok('accept', 'M4203', 'booking_not_found', 'a stranger cannot accept a request');
select tests.act_as('uwe');
select throws_ok('accept', 'M4203', 'booking_not_found',
  'another provider cannot accept a request');
select tests.act_as('tara');
select results_eq('accept', $$ values ('confirmed') $$,
  'the provider of the booking accepts a request');
select results_eq('accept', $$ values ('confirmed') $$,
  'accepting a request again changes nothing');

select tests.act_as_nobody();
select tests.offer('missed', 'tara', 5000, p_mode => 'request',
                   p_starts => now() + interval '9 days');
select tests.book('missed', 'bob');
select tests.event('evt_m', 'payment_intent.amount_capturable_updated',
                   tests.intent(payment_id, 'requires_capture'))
from core.payment where payer_id = tests.id('bob');
select set_config('test.missed', booking_id::text, true)
from core.booking where customer_id = tests.id('bob');
update core.booking set accept_by = now() where status = 'requested';
select tests.act_as('tara');
select throws_ok(
  $$ select api.accept_booking(current_setting('test.missed')::uuid) $$, 'M9213',
  'booking_not_requested', 'a request cannot be accepted when the time to answer is over');
select tests.act_as_service();
select is(api.expire_bookings(), 1, 'the clock declines a request that nobody answered in time');
select tests.act_as('bob');
select results_eq($$ execute status('missed') $$, $$ values ('declined') $$,
  'the customer sees the unanswered request as declined');

select tests.act_as_nobody();
select tests.paid('lesson', 'alice');
select set_config('test.lesson', booking_id::text, true)
from core.booking where slot_id = tests.id('lesson');
select tests.offer('earlier', 'vera', 0, p_starts => now() + interval '3 days');
select tests.book('earlier', 'carl');

-- Completing, and not coming.
prepare complete as select status from api.complete_booking(current_setting('test.lesson')::uuid);
prepare no_show (text) as
select status from api.mark_no_show(current_setting('test.lesson')::uuid, $1);

select tests.act_as('tara');
select throws_ok('complete', 'M9217', 'booking_not_over',
  'a booking that has not ended cannot be completed');
select throws_ok(
  $$ execute no_show('customer') $$, 'M9218', 'booking_not_begun',
  'no-show cannot be said before the booking begins');
select throws_ok($$ execute no_show('cat') $$, 'M0205', 'who_invalid',
  'no-show is said of the customer or the provider only');
select throws_ok($$ execute no_show(null) $$, 'M0205', 'who_invalid',
  'no-show needs to say of whom');
select tests.act_as_nobody();
select tests.let_pass('5 days 1 hour 1 minute');
select tests.act_as('alice');
select throws_ok('complete', 'M3204', 'provider_or_staff_only',
  'the customer cannot complete a booking');
select throws_ok(
  $$ execute no_show('provider') $$, 'M3204', 'provider_or_staff_only',
  'the customer cannot say who did not come');
select tests.act_as('bob');
select throws_ok('complete', 'M4203', 'booking_not_found', 'a stranger cannot complete a booking');
select throws_ok(
  $$ execute no_show('customer') $$, 'M4203', 'booking_not_found',
  'a stranger cannot say who did not come');

savepoint over;
select tests.act_as('tara');
select results_eq(
  $$ execute no_show('customer') $$, $$ values ('no_show_customer') $$,
  'the provider marks a customer who did not come');
select results_eq(
  $$ execute no_show('customer') $$, $$ values ('no_show_customer') $$,
  'marking a no-show again changes nothing');
select throws_ok('complete', 'M9216', 'booking_not_confirmed',
  'a no-show cannot be completed afterwards');
select tests.act_as('alice');
select results_eq(
  $$ select status, payment_status from tutoring.bookings
     where id = current_setting('test.lesson')::uuid $$,
  $$ values ('completed', 'captured') $$,
  'the tutoring lens shows a no-show as completed and paid');

rollback to over;
select tests.act_as('tara');
select results_eq(
  $$ execute no_show('provider') $$, $$ values ('no_show_provider') $$,
  'the provider marks that they did not come themselves');
select tests.act_as_nobody();
select is(
  (select sum(r.amount_minor)
   from core.refund as r
   join core.payment as p using (payment_id)
   where p.booking_id = current_setting('test.lesson')::uuid),
  5000::numeric, 'the customer gets everything back when the provider did not come');

rollback to over;
select tests.act_as_service();
select api.complete_booking(current_setting('test.lesson')::uuid);
select throws_ok(
  $$ execute no_show('customer') $$, 'M9216', 'booking_not_confirmed',
  'a completed booking cannot become one that its customer missed');
select results_eq(
  $$ execute no_show('provider') $$, $$ values ('no_show_provider') $$,
  'a completed booking can still become one that its provider missed');
select tests.act_as_nobody();
select results_eq(
  $$ select r.amount_minor, v.sessions_completed from core.refund as r
     join core.payment as p using (payment_id)
     join core.provider as v on v.provider_id = p.payee_id
     where p.booking_id = current_setting('test.lesson')::uuid $$,
  $$ values (5000::bigint, 0) $$,
  'a no-show found out late gives everything back and is not counted as a session');

rollback to over;
select tests.act_as('tara');
select results_eq('complete', $$ values ('completed') $$,
  'the provider completes a booking that took place');
select results_eq('complete', $$ values ('completed') $$,
  'completing a booking again changes nothing');
select results_eq(
  'select total_sessions from tutoring.expert_profiles where id = tests.id(''tara'')', 'values (1)',
  'a completed booking is counted once in the expert''s sessions');
select throws_ok(
  $$ execute no_show('customer') $$, 'M9216', 'booking_not_confirmed',
  'a completed booking cannot become a no-show');
select throws_ok('select api.complete_due_bookings()', '42501', null,
  'the provider cannot run the clock''s completion');

rollback to over;
select tests.act_as_service();
select is(api.complete_due_bookings(), 1, 'the clock completes a booking a day after its end');
select tests.act_as_nobody();
select tests.let_pass('1 day 7 minutes');
select tests.act_as_service();
select is(api.complete_due_bookings(), 1,
  'the clock completes each booking only when its own day is over');
select is(api.complete_due_bookings(), 0, 'the clock completes a booking only once');

-- By one verb, in core's words.
rollback to over;
prepare step (text) as
select api.move_booking(current_setting('test.lesson')::uuid, $1, 'flu');
select tests.act_as('alice');
select throws_ok($$ execute step('pending_payment') $$, '22P02', null,
  'a status that no step ends in is refused');
select throws_ok($$ execute step(null) $$, '22P02', null, 'a step to no status is refused');
select throws_ok($$ execute step('completed') $$, 'M3204', 'provider_or_staff_only',
  'a step is refused to who may not take it');
select tests.act_as('tara');
select results_eq($$ execute step('no_show_customer') $$, $$ values ('no_show_customer') $$,
  'a step returns the status it ends in');
select results_eq($$ execute step('no_show_customer') $$, $$ values ('no_show_customer') $$,
  'a step that was taken may be taken again');
rollback to over;
select tests.act_as('tara');
select results_eq($$ execute step('completed') $$, $$ values ('completed') $$,
  'a booking is completed by a step too');

-- Saved: made without an id, changed with one.
select tests.act_as_nobody();
select tests.offer('saved', 'tara', 0, p_starts => now() + interval '20 days');
prepare save (jsonb, text) as select api.save_booking($1, $2);
select tests.act_as('alice');
select throws_ok($$ execute save('{"title": "x"}', 'merge') $$, 'M0013', 'field_unknown',
  'a booking has no field that nobody saves');
select throws_ok(
  format('execute save(%L, %L)', jsonb_build_object('slot_id', tests.id('saved'), 'status',
    'confirmed'), 'fail'), '22P02', 'A new booking is pending.',
  'a new booking cannot be saved as confirmed');
select set_config('test.saved', api.save_booking(jsonb_build_object(
  'slot_id', tests.id('saved'), 'customer_notes', 'verbs')) ::text, true);
select results_eq(
  $$ select learner_notes, core_status from tutoring.bookings
     where id = current_setting('test.saved')::uuid $$,
  $$ values ('verbs', 'confirmed') $$, 'a booking saved without an id is made');
select throws_ok(
  $$ select api.save_booking(jsonb_build_object('booking_id', current_setting('test.saved')),
                             'fail') $$,
  '23505', null, 'a booking saved with an id can be refused as a duplicate');
select is(
  api.save_booking(jsonb_build_object('booking_id', current_setting('test.saved'),
                                      'customer_notes', 'nouns'), 'ignore'), null,
  'a booking saved with an id can be left as it is');
select lives_ok(
  $$ select api.save_booking(jsonb_build_object(
       'booking_id', current_setting('test.saved'), 'customer_notes', 'nouns',
       'status', 'cancelled', 'cancel_reason', 'rain')) $$,
  'a booking saved with an id and a status takes a step');
select results_eq(
  $$ select learner_notes, core_status, cancellation_reason from tutoring.bookings
     where id = current_setting('test.saved')::uuid $$,
  $$ values ('nouns', 'cancelled', 'rain') $$, 'a saved booking has its new notes and status');
select tests.act_as('bob');
select throws_ok(
  $$ select api.save_booking(jsonb_build_object(
       'booking_id', current_setting('test.saved'), 'customer_notes', 'mine')) $$,
  'M4203', 'booking_not_found', 'a stranger cannot save a booking');

select * from finish();
rollback;
