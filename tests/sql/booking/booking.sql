-- Booking: what is held and owed, retries, and everything that is refused.

begin;
select plan(45);

select tests.offer('lesson', 'tara', 5000, p_capacity => 3);
select tests.offer('same time', 'uwe', 5000, p_capacity => 2);
select tests.offer('dear', 'vera', 99999999, p_capacity => 5, p_starts => now() + interval '1 day');
select tests.offer('free', 'tara', 0, p_starts => now() + interval '2 days');
select tests.introduce('alice', 'bob', 'eve');
insert into core.customer values (tests.id('alice')), (tests.id('bob')), (tests.id('tara'));

prepare book (text, text, text, integer) as
select amount_cents, currency, expert_id, session_id
from tutoring.create_booking_with_payment(
  tests.id($1), tests.id($2), p_notes => 'hello', p_idempotency_key => $3, p_seats => $4);

select tests.act_as_anonymous();
select throws_ok(
  $$ execute book('alice', 'lesson', null, 1) $$, '42501', null, 'an anonymous caller cannot book');
select throws_ok(
  $$ select api.quote_booking(tests.id('lesson')) $$, '42501', null,
  'an anonymous caller cannot ask for a quote');
select tests.act_as('bob');
select throws_ok(
  $$ execute book('alice', 'lesson', null, 1) $$, '42501',
  'The user id given is not that of the caller.', 'a customer cannot book in another''s name');
select throws_ok(
  $$ select api.book_slot(null, tests.id('lesson')) $$, '42501', null,
  'a customer cannot book without saying for whom');
select tests.act_as_service();
select throws_ok(
  $$ select api.book_slot(null, tests.id('lesson')) $$,
  'M1001', 'sign_in_required', 'the service must say for whom it books');
select tests.act_as('eve');
select throws_ok(
  $$ execute book('eve', 'lesson', null, 1) $$, 'M4202', 'customer_not_found',
  'a person who is no customer yet cannot book');
select tests.act_as('alice');
select set_config('request.jwt.claims', '{"role":"authenticated","is_anonymous":true}', true);
select throws_ok(
  $$ execute book('alice', 'lesson', null, 1) $$, 'M3002', 'sign_up_required',
  'an anonymous guest account cannot book');
select tests.act_as('tara');
select throws_ok(
  $$ execute book('tara', 'lesson', null, 1) $$, 'M3201', 'own_offering',
  'a provider cannot book their own offering');

select tests.act_as('alice');
select throws_ok(
  $$ execute book('alice', 'lesson', null, 0) $$, 'M0201', 'seats_invalid',
  'a booking of no seats is refused');
select throws_ok(
  $$ execute book('alice', 'lesson', null, 101) $$, 'M0201', 'seats_invalid',
  'a booking of more than a hundred seats is refused');
select throws_ok(
  $$ execute book('alice', 'lesson', null, null) $$, 'M0201', 'seats_invalid',
  'a booking without a number of seats is refused');
select throws_ok(
  $$ execute book('alice', 'lesson', '', 1) $$, 'M0203', 'idempotency_key_invalid',
  'an empty idempotency key is refused');
select throws_ok(
  format('execute book(%L, %L, %L, 1)', 'alice', 'lesson', repeat('k', 256)),
  'M0203', 'idempotency_key_invalid', 'an idempotency key of more than 255 characters is refused');
select throws_ok(
  $$ select api.book_slot(
       tests.id('alice'), tests.id('lesson'), repeat('n', 2001)) $$,
  'M0202', 'notes_too_long', 'notes of more than 2000 characters are refused');
select throws_ok(
  $$ execute book('alice', 'dear', null, 2) $$, 'M0206', 'amount_too_large',
  'a booking that comes to nine digits is refused, since no card is charged so much');
select throws_ok(
  $$ execute book('alice', 'lesson', null, 4) $$, 'M9201', 'slot_full',
  'more seats than the slot has left are refused');

select is(
  api.quote_booking(tests.id('lesson'), 2) - 'starts_at' - 'ends_at' - 'slot_id' - 'cancellation',
  '{"seats": 2, "currency": "EUR", "subtotal_minor": 10000, "discount_minor": 0, "tax_minor": 0,
    "amount_minor": 10000, "amount": 100.00, "seats_left": 3, "is_bookable": true,
    "booking_mode": "instant"}',
  'a quote says what the seats would cost and how many are left');
select is(api.quote_booking(tests.id('lesson'), 4) -> 'is_bookable', 'false',
  'a quote of too many seats says that they cannot be booked');
select is(api.quote_booking(tests.id('nothing')), null,
  'a quote of a slot that does not exist is null');
select is(api.quote_booking(tests.id('lesson'), -1), null,
  'a quote of a negative number of seats is null');

-- A booking.
select results_eq(
  $$ execute book('alice', 'lesson', 'key', 2) $$,
  $$ values (10000, 'EUR', tests.id('tara'), tests.id('offering lesson')) $$,
  'a booking returns what is owed for its seats');
select results_eq(
  $$ execute book('alice', 'lesson', 'key', 2) $$,
  $$ values (10000, 'EUR', tests.id('tara'), tests.id('offering lesson')) $$,
  'a retry with the same key gets the same answer');
select results_eq(
  'select status, payment_status, learner_notes, seats, hold_expires_at from tutoring.bookings',
  $$ values ('pending', 'pending', 'hello', 2, now() + interval '15 minutes') $$,
  'a retry makes no second booking, and the seats are held for 15 minutes');
select throws_ok(
  $$ execute book('alice', 'lesson', 'key', 1) $$, 'M9209', 'idempotency_key_reused',
  'an idempotency key cannot be reused for another number of seats');
select throws_ok(
  $$ execute book('alice', 'free', 'key', 2) $$, 'M9209', 'idempotency_key_reused',
  'an idempotency key cannot be reused for another slot');
select throws_ok(
  $$ select api.book_slot(tests.id('alice'), tests.id('lesson'), 'other notes', 'key', 2) $$,
  'M9209', 'idempotency_key_reused', 'an idempotency key cannot be reused with other notes');
select throws_ok(
  $$ select api.book_slot(tests.id('alice'), tests.id('lesson'), 'hello', 'key', 2, 'HALF') $$,
  'M9209', 'idempotency_key_reused', 'an idempotency key cannot be reused with another coupon');
select lives_ok(
  $$ update tutoring.bookings set learner_notes = 'changed since' $$,
  'a customer changes the notes of a booking');
select lives_ok($$ execute book('alice', 'lesson', 'key', 2) $$,
  'a retry after the notes were changed still gets the same answer');
select throws_ok(
  $$ execute book('alice', 'lesson', 'new', 1) $$, 'M9207', 'already_booked',
  'a customer cannot book the same slot twice');
select tests.act_as('bob');
select lives_ok($$ execute book('bob', 'lesson', 'key', 1) $$,
  'two customers may use the same idempotency key');
select tests.act_as_nobody();
select tests.offer('tenth', 'tara', 5000, p_starts => now() + interval '40 days');
select tests.act_as('eve');
select is_empty('select * from tutoring.bookings', 'a stranger sees no bookings');
select tests.act_as('tara');
select is((select count(*) from tutoring.bookings), 2::bigint,
  'the expert sees the bookings of both customers');

-- Paid.
select tests.act_as_nobody();
select tests.event('evt_' || p.payment_id, 'payment_intent.succeeded',
                   tests.intent(p.payment_id, 'succeeded'))
from core.payment as p where p.payer_id = tests.id('alice');
select tests.act_as('alice');
select results_eq(
  'select status, payment_status, amount_captured from tutoring.bookings',
  $$ values ('confirmed', 'captured', 10000::bigint) $$, 'a paid booking is confirmed');
select throws_ok(
  $$ execute book('alice', 'same time', null, 1) $$, 'M9208', 'customer_busy',
  'a customer cannot book two slots of the same time');
select results_eq(
  $$ select amount_cents from tutoring.create_booking_with_payment(
       tests.id('alice'), tests.id('free')) $$,
  'values (0)', 'a free slot is booked with nothing to pay');
select results_eq(
  $$ select status, payment_status from tutoring.bookings
     where session_id = tests.id('offering free') $$,
  $$ values ('confirmed', 'captured') $$, 'a free booking is confirmed at once');

-- Nobody keeps a calendar empty for nothing.
select tests.act_as_nobody();
update core.marketplace set max_holds = 1;
select tests.act_as('bob');
select throws_ok(
  $$ execute book('bob', 'same time', null, 1) $$, 'M9219', 'too_many_holds',
  'a customer cannot hold more unpaid seats than the marketplace allows');
select lives_ok($$ execute book('bob', 'lesson', 'key', 1) $$,
  'a retry does not count as one more hold');

-- The hold ends.
select tests.act_as_nobody();
select tests.let_pass('16 minutes');
select tests.act_as('bob');
select results_eq(
  'select status, cancelled_by from tutoring.bookings', $$ values ('cancelled', 'system') $$,
  'a hold that has ended reads as cancelled by the system');
select tests.act_as_nobody();
update core.offering set price_minor = 9900, title = 'renamed' where title = 'lesson';
select tests.act_as('alice');
select results_eq(
  $$ select session_title, amount_captured from tutoring.booking_details
     where session_id = tests.id('offering lesson') $$,
  $$ values ('lesson', 10000::bigint) $$, 'a booking keeps the title and the price it was made at');

-- Late money takes a free seat, and never another's.
select tests.act_as_nobody();
select tests.offer('evening', 'tara', 5000, p_starts => now() + interval '50 days');
select tests.book('evening', 'dora');
select tests.let_pass('16 minutes');
update core.slot set capacity = 2 where slot_id = tests.id('lesson');
select tests.event('evt_' || p.payment_id, 'payment_intent.succeeded',
                   tests.intent(p.payment_id, 'succeeded'))
from core.payment as p where p.payer_id in (tests.id('bob'), tests.id('dora'));
select tests.act_as('bob');
select results_eq(
  'select status, payment_status from tutoring.bookings', $$ values ('cancelled', 'captured') $$,
  'a payment that comes after the hold goes back if the seat is gone');
select tests.act_as('dora');
select results_eq(
  'select status, payment_status from tutoring.bookings', $$ values ('confirmed', 'captured') $$,
  'a payment that comes after the hold confirms the booking if the seat is free');

select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('alice');
select tests.act_as('alice');
select throws_ok(
  $$ execute book('alice', 'tenth', null, 1) $$, 'M3001', 'person_suspended',
  'a suspended customer cannot book');

select tests.act_as('bob');
select lives_ok(
  $$ execute book('bob', 'tenth', null, 1) $$,
  'a hold that has ended no longer counts against the limit');

select * from finish();
rollback;
