-- Moving a booking to another slot, its payment and policy with it.

begin;
select plan(14);

select tests.offer('lesson', 'tara', 5000, p_starts => now() + interval '5 days');
select tests.offer('foreign', 'uwe', 5000, p_starts => now() + interval '6 days');
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
select tests.id(s.name), tests.id('offering lesson'), tests.id('tara'),
       now() + s.ahead, now() + s.ahead + interval '1 hour'
from (values ('later', interval '7 days'), ('overlapping', interval '5 days 30 minutes'),
             ('busy', interval '6 days')) as s(name, ahead);

select tests.paid('lesson', 'alice');
select set_config('test.lesson', booking_id::text, true)
from core.booking where slot_id = tests.id('lesson');
select tests.book('busy', 'bob');
prepare move (text) as
select slot_id, starts_at
from api.reschedule_booking(current_setting('test.lesson')::uuid, tests.id($1));

select tests.act_as('bob');
select throws_ok($$ execute move('later') $$, 'M4203', 'booking_not_found',
  'a stranger cannot move a booking');
select tests.act_as('tara');
select throws_ok(
  $$ execute move('later') $$, 'M3203', 'customer_only',
  'the provider cannot move the customer''s booking');
select tests.act_as('alice');
select throws_ok(
  $$ execute move('foreign') $$, 'M9215', 'other_offering',
  'a booking cannot move to a slot of another offering');
select throws_ok($$ execute move('nothing') $$, 'M4201', 'slot_not_found',
  'a booking cannot move to a slot that does not exist');
select throws_ok($$ execute move('busy') $$, 'M9201', 'slot_full',
  'a booking cannot move to a slot without a free seat');
select results_eq(
  $$ execute move('lesson') $$, $$ values (tests.id('lesson'), now() + interval '5 days') $$,
  'moving a booking to the slot it has changes nothing');
select results_eq(
  $$ execute move('overlapping') $$,
  $$ values (tests.id('overlapping'), now() + interval '5 days 30 minutes') $$,
  'a booking may move to a time that overlaps its own');
select results_eq(
  $$ execute move('later') $$, $$ values (tests.id('later'), now() + interval '7 days') $$,
  'a booking that was moved may be moved again');
select results_eq(
  $$ select status, payment_status, amount_captured, slot_start_time
     from tutoring.booking_details where session_id = tests.id('offering lesson') $$,
  $$ values ('confirmed', 'captured', 5000::bigint, now() + interval '7 days') $$,
  'a moved booking keeps its payment and state');
select tests.act_as_nobody();
select results_eq(
  $$ select slot_id, taken from core.slot
     where offering_id = tests.id('offering lesson') and taken > 0 $$,
  $$ values (tests.id('later'), 1) $$, 'the old slot gets its seat back and the new one loses one');

select tests.offer('appointment', 'vera', 0, p_starts => now() + interval '5 days 10 minutes');
select tests.book('appointment', 'alice');
select tests.act_as('alice');
select throws_ok(
  $$ execute move('lesson') $$, 'M9208', 'customer_busy',
  'a customer cannot move into a second booking of the same time');
select tests.act_as_nobody();
select tests.let_pass('6 days 1 hour');
select tests.act_as('alice');
select throws_ok(
  $$ execute move('overlapping') $$, 'M9214', 'too_late_to_move',
  'a customer cannot move a booking when cancelling would cost them');

-- What has begun, and what is over.
select tests.act_as_nobody();
select tests.let_pass('23 hours 10 minutes');
select tests.act_as('alice');
select throws_ok(
  $$ execute move('lesson') $$, 'M9214', 'too_late_to_move',
  'a customer cannot move a booking that has begun');
select tests.act_as_nobody();
select tests.let_pass('1 hour');
select tests.act_as('tara');
select api.complete_booking(current_setting('test.lesson')::uuid);
select tests.act_as('alice');
select throws_ok(
  $$ execute move('lesson') $$, 'M9211', 'booking_not_open',
  'a completed booking cannot be moved');

select * from finish();
rollback;
