-- Reminders: a day and an hour before a booking, to both sides, each once.

begin;
select plan(14);

select tests.offer('lesson', 'tara', 0, p_starts => now() + interval '30 hours');
select tests.offer('soon', 'uwe', 0, p_starts => now() + interval '5 hours');
select tests.offer('held', 'vera', 5000, p_starts => now() + interval '30 hours');
select tests.offer('off', 'wim', 0, p_starts => now() + interval '30 hours');
select tests.offer('late', 'xenia', 0, p_starts => now() + interval '60 hours');
select tests.book('lesson', 'alice');
select tests.book('soon', 'bob');
select tests.book('held', 'carl');
select tests.book('off', 'dora');
select tests.book('late', 'emil');
prepare told (text) as
select p.display_name, n.payload ->> 'lead_min'
from core.notification as n
join core.person as p using (person_id)
where n.type = 'booking_reminder' and p.display_name = any (string_to_array($1, ' '))
order by (n.payload ->> 'lead_min')::integer desc, 1;

select tests.act_as('alice');
select throws_ok('select api.remind_of_bookings(1)', '42501', null,
  'a person cannot run the clock''s reminders');
select tests.act_as_service();
select is(api.remind_of_bookings(), 0,
  'nobody is reminded of a booking more than a day ahead, or made within the day');

-- A day before.
select tests.act_as_nobody();
update core.booking set status = 'cancelled', cancelled_by = 'customer', cancelled_at = now()
where customer_id = tests.id('dora');
select tests.let_pass('6 hours');
select tests.act_as_service();
select is(api.remind_of_bookings(), 1, 'a confirmed booking is reminded of a day before');
select is(api.remind_of_bookings(), 0, 'a booking is reminded of once a day before');
select tests.act_as_nobody();
select results_eq($$ execute told('alice tara') $$,
  $$ values ('alice', '1440'), ('tara', '1440') $$,
  'both sides are reminded of a booking a day before');
select is_empty($$ execute told('carl vera dora wim') $$,
  'nobody is reminded of a booking that is held or cancelled');

-- An hour before.
select tests.let_pass('22 hours 59 minutes');
select tests.act_as_service();
select is(api.remind_of_bookings(), 0, 'nobody is reminded again more than an hour before');
select tests.act_as_nobody();
select tests.let_pass('1 minute');
select tests.act_as_service();
select is(api.remind_of_bookings(), 1, 'a confirmed booking is reminded of an hour before');
select tests.act_as_nobody();
select results_eq(
  $$ execute told('alice tara') $$,
  $$ values ('alice', '1440'), ('tara', '1440'), ('alice', '60'), ('tara', '60') $$,
  'both sides are reminded of a booking an hour before');

-- A clock that was late tells the nearest reminder alone.
select tests.let_pass('30 hours 30 minutes');
select tests.act_as_service();
select is(api.remind_of_bookings(), 1, 'a clock that was late reminds of a booking once');
select tests.act_as_nobody();
select results_eq($$ execute told('emil xenia') $$, $$ values ('emil', '60'), ('xenia', '60') $$,
  'a clock that was late tells the nearest reminder alone');

-- A booking that moves is reminded of again.
update core.booking
set starts_at = now() + interval '50 minutes', ends_at = now() + interval '110 minutes',
    confirmed_at = now() - interval '2 hours'
where customer_id = tests.id('emil');
select tests.act_as_service();
select is(api.remind_of_bookings(0), 0, 'the clock reminds of no more bookings than it is told to');
select is(api.remind_of_bookings(), 1, 'a booking that moved to another time is reminded of again');
select tests.act_as_nobody();
select results_eq(
  $$ execute told('emil xenia') $$,
  $$ values ('emil', '60'), ('emil', '60'), ('xenia', '60'), ('xenia', '60') $$,
  'both sides are reminded of the new time of a booking');

select * from finish();
rollback;
