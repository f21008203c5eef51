-- One store, five vocabularies: hours that are written in the words of one system are the hours of
-- the others, and a booking of one stands in the calendars of the others.

begin;
select plan(16);

-- Answers are kept in temporary tables, which no role of the API may make otherwise.
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$;

select tests.introduce('tara', 'alice');
update core.person set timezone = 'UTC';
insert into core.provider (provider_id, currency, hourly_rate_minor)
values (tests.id('tara'), 'EUR', 5000);
insert into core.customer values (tests.id('alice'));

-- A Monday after the next.
create function tests.monday(p_time text) returns timestamptz language sql stable as $$
  select (date_trunc('week', now() at time zone 'UTC') + interval '14 days' + p_time::interval)
         at time zone 'UTC'
$$;
create function tests.hours() returns setof text language sql as $$
  select concat_ws(' ', day_of_week, start_time, end_time, timezone)
  from tutoring.availability_windows where expert_id = tests.id('tara')
$$;
grant execute on function tests.monday, tests.hours to public;

select tests.act_as('tara');
insert into dogs.dog_trainers (user_id, bio) values (tests.id('tara'), 'Calm.');
insert into dogs.trainer_services (id, trainer_id, name, duration_minutes, price, currency)
values (tests.id('walk'), tests.id('tara'), 'Walk', 60, 50, 'EUR');
insert into tutoring.sessions (id, expert_id, title, duration_minutes, price_cents, currency)
values (tests.id('piano'), tests.id('tara'), 'Piano', 60, 5000, 'EUR');

-- The trainers' blob.
insert into trainers.trainer_availability (trainer_id, slots)
values (tests.id('tara'), '[{"day": "monday", "startTime": "09:00", "endTime": "12:00"}]');
select results_eq(
  $$ select day_of_week, start_time, end_time from dogs.trainer_availability
     where trainer_id = tests.id('tara') $$,
  $$ values (1, time '09:00', time '12:00') $$, 'the blob of a trainer is a row of dogs');
select results_eq(
  $$ select day_of_week, start_time, end_time from tutoring.availability_windows
     where expert_id = tests.id('tara') $$,
  $$ values (1, time '09:00', time '12:00') $$, 'the blob of a trainer is a window of tutoring');
select results_eq(
  $$ select day_of_week, start_time, end_time from avenrae.healer_availability
     where healer_uuid = tests.id('tara') $$,
  $$ values (1, time '09:00', time '12:00') $$, 'the blob of a trainer is the hours of a healer');
select set_eq(
  $$ select to_char(start_time at time zone 'UTC', 'HH24:MI') from tutoring.bookable_slots
     where session_id = tests.id('piano') and is_available
       and start_time between tests.monday('0') and tests.monday('1 day') $$,
  $$ select to_char(t, 'HH24:MI') from generate_series(
       timestamp '2000-01-03 09:00', '2000-01-03 11:00', '1 hour') as t $$,
  'the blob of a trainer has bookable slots at once');

-- The row of another system is in the blob.
insert into dogs.trainer_availability (trainer_id, day_of_week, start_time, end_time)
values (tests.id('tara'), 2, '14:00', '15:00');
insert into avenrae.healer_availability (healer_uuid, day_of_week, start_time, end_time)
values (tests.id('tara'), 3, '16:00', '17:00');
select set_eq(
  $$ select s ->> 'day', (s ->> 'startTime')::time from trainers.trainer_availability as a,
       jsonb_array_elements(a.slots) as s where a.trainer_id = tests.id('tara') $$,
  $$ values ('monday', time '09:00'), ('tuesday', '14:00'), ('wednesday', '16:00') $$,
  'a row of dogs and one of a healer are in the blob');
select set_config('test.hours', (select jsonb_agg(h order by h) from tests.hours() as h)::text, true);
select lives_ok(
  $$ update trainers.trainer_availability set slots = slots::text::jsonb
     where trainer_id = tests.id('tara') $$, 'the blob is written back as it was read');
select lives_ok(
  $$ insert into trainers.trainer_availability (trainer_id, slots)
     select trainer_id, slots from trainers.trainer_availability
     where trainer_id = tests.id('tara') $$, 'the blob is inserted again as it was read');
select is((select jsonb_agg(h order by h) from tests.hours() as h),
  current_setting('test.hours')::jsonb, 'a round trip through the blob loses nothing');

-- A booking of dogs.
select tests.act_as('alice');
insert into dogs.bookings (id, trainer_id, owner_id, service_id, start_time)
values (tests.id('it'), tests.id('tara'), tests.id('alice'), tests.id('walk'), tests.monday('09:00'));
prepare calendars as
select 'dogs' as lens, id, start_time, end_time from dogs.bookings
union all
select 'trainers', id, start_time, end_time from trainers.bookings
union all
select 'tutoring', b.id, s.start_time, s.end_time
from tutoring.bookings as b join tutoring.slots as s on s.id = b.slot_id
union all
select 'avenrae', uuid, booking_date, booking_end_date from avenrae.bookings;
prepare expected as
select l, tests.id('it') as id, tests.monday('09:00') as starts, tests.monday('10:00') as ends
from unnest(array['dogs', 'trainers', 'tutoring', 'avenrae']) as l;
select set_eq('calendars', 'expected', 'a booking of dogs stands in every calendar of its customer');
select tests.act_as('tara');
select set_eq('calendars', 'expected', 'a booking of dogs stands in every calendar of its provider');
select is_empty(
  $$ select start_time from tutoring.bookable_slots
     where session_id = tests.id('piano') and is_available
       and start_time < tests.monday('10:00') and end_time > tests.monday('09:00') $$,
  'the time of a booking of dogs is free in no other system');
select isnt_empty(
  $$ select from tutoring.bookable_slots
     where session_id = tests.id('piano') and is_available
       and start_time = tests.monday('10:00') $$, 'the time after it is free');

-- Written in the words of a third, read in all.
select tests.act_as('alice');
select lives_ok($$ update avenrae.bookings set status = 'cancelled' where uuid = tests.id('it') $$,
  'a booking of dogs is called off as that of a healer');
select results_eq(
  $$ select 'dogs', status from dogs.bookings
     union all select 'trainers', status from trainers.bookings
     union all select 'tutoring', status from tutoring.bookings
     union all select 'avenrae', status from avenrae.bookings $$,
  $$ select l, 'cancelled'::text from unnest(array['dogs', 'trainers', 'tutoring', 'avenrae']) as l $$,
  'every system says that it is cancelled');
select tests.act_as('tara');
select isnt_empty(
  $$ select from tutoring.bookable_slots
     where session_id = tests.id('piano') and is_available
       and start_time = tests.monday('09:00') $$, 'the time of a booking that was called off is free again in another system');
delete from dogs.trainer_availability where trainer_id = tests.id('tara');
select results_eq(
  $$ select slots from trainers.trainer_availability where trainer_id = tests.id('tara') $$,
  $$ values ('[]'::jsonb) $$, 'hours that are removed as rows are gone from the blob');

select * from finish();
rollback;
