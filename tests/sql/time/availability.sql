-- Hours: who sets them, and the slots they make, on the days the clocks change too.

begin;
select plan(73);

select tests.introduce('tara', 'uwe', 'alice');
insert into core.provider (provider_id) values (tests.id('tara')), (tests.id('uwe'));
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor)
values (tests.id('lesson'), tests.id('tara'), 'lesson', 60, 0);

-- The starts that one window makes of one local day, in UTC.
create function pg_temp.starts(p_zone text, p_day date, p_from time, p_to time)
returns text
language plpgsql
as $$
begin
  delete from core.availability_rule;
  insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
  values (tests.id('tara'), extract(dow from p_day), p_from, p_to, p_zone);
  return (
    select string_agg(to_char(starts_at at time zone 'UTC', 'DD HH24:MI'), ', ' order by starts_at)
    from internal.desired_slots(
      tests.id('tara'), (p_day - 1)::timestamptz, (p_day + 3)::timestamptz));
end
$$;

select is(pg_temp.starts(zone, day, '01:00', '04:00'), starts, what)
from (values
  ('Europe/Copenhagen', date '2027-03-21', '21 00:00, 21 01:00, 21 02:00',
   'slots in Copenhagen in winter are an hour ahead of UTC'),
  ('Europe/Copenhagen', '2027-03-28', '28 00:00, 28 01:00',
   'no slot starts in the hour that Copenhagen skips'),
  ('Europe/Copenhagen', '2027-10-31', '30 23:00, 31 00:00, 31 01:00, 31 02:00',
   'two slots start in the hour that Copenhagen repeats'),
  ('America/New_York', '2027-03-14', '14 06:00, 14 07:00',
   'no slot starts in the hour that New York skips'),
  ('America/New_York', '2027-11-07', '07 05:00, 07 06:00, 07 07:00, 07 08:00',
   'two slots start in the hour that New York repeats'),
  ('Australia/Lord_Howe', '2027-10-03', '02 14:30, 02 16:00',
   'no slot starts in the half hour that Lord Howe skips'),
  ('Australia/Lord_Howe', '2027-04-04', '03 14:00, 03 15:30, 03 16:30',
   'one slot starts in the half hour that Lord Howe repeats'),
  ('Africa/Nairobi', '2027-03-28', '27 22:00, 27 23:00, 28 00:00', 'slots in Nairobi never change'),
  ('Asia/Kathmandu', '2027-03-28', '27 19:15, 27 20:15, 27 21:15',
   'slots in Kathmandu are 5:45 ahead of UTC')
) as c(zone, day, starts, what);

set local timezone = 'America/New_York';
select is(
  pg_temp.starts('Europe/Copenhagen', '2027-03-28', '01:00', '04:00'), '28 00:00, 28 01:00',
  'the time zone of the database session does not change the slots');
set local timezone = 'UTC';

select is(
  pg_temp.starts('Europe/Copenhagen', '2027-03-27', '22:00', '01:00'),
  '27 21:00, 27 22:00, 27 23:00', 'a window may go over midnight');
select is(
  pg_temp.starts('Europe/Copenhagen', '2027-03-27', '22:00', '02:30'),
  '27 21:00, 27 22:00, 27 23:00, 28 00:00',
  'a window over midnight may end in a day that skips an hour');
select is(pg_temp.starts('UTC', '2027-03-28', '22:00', '24:00'), '28 22:00, 28 23:00',
  'a window may end at 24:00');
select is(
  (select count(*)
   from string_to_table(pg_temp.starts('UTC', '2027-03-28', '00:00', '00:00'), ',')),
  24::bigint, 'a window from midnight to midnight is a whole day');
select is(
  pg_temp.starts('UTC', '2027-03-28', '09:00', '10:30'), '28 09:00',
  'a slot that does not fit into the window''s end is left out');
select is(pg_temp.starts('UTC', '2027-03-28', '09:00', '09:30'), null,
  'a window shorter than a slot has no slots');

-- Exceptions.
insert into core.availability_exception (provider_id, kind, during)
values (tests.id('tara'), 'block', '[2027-03-28 10:30Z, 2027-03-28 10:31Z)');
select is(
  pg_temp.starts('UTC', '2027-03-28', '09:00', '12:00'), '28 09:00, 28 11:00',
  'a block removes every slot it touches');
insert into core.availability_exception (provider_id, kind, during)
values (tests.id('tara'), 'open', '[2027-03-28 10:00Z, 2027-03-28 15:00Z)');
select is(
  pg_temp.starts('UTC', '2027-03-28', '09:00', '12:00'),
  '28 09:00, 28 11:00, 28 12:00, 28 13:00, 28 14:00',
  'an opening adds slots, and a block within it removes them');
delete from core.availability_exception;
delete from core.availability_rule;

-- Who sets hours.
prepare set_hours (jsonb) as select api.set_availability($1, 'UTC');
prepare nine_to_eleven as
select api.set_availability(
  (select jsonb_agg(
     jsonb_build_object('weekday', d, 'start_local', '09:00', 'end_local', '11:00'))
   from generate_series(0, 6) as d), 'UTC');

select tests.act_as_anonymous();
select throws_ok('nine_to_eleven', '42501', null, 'an anonymous caller cannot set hours');
select tests.act_as('alice');
select throws_ok('nine_to_eleven', 'M4001', 'provider_not_found',
  'a person who is no provider cannot set hours');
select throws_ok(
  $$ insert into tutoring.availability_windows
       (expert_id, day_of_week, start_time, end_time, timezone)
     values (tests.id('tara'), 1, '09:00', '11:00', 'UTC') $$,
  '42501', null, 'a person cannot set another''s hours through the lens');

select tests.act_as('tara');
select throws_ok($$ execute set_hours('{}') $$, 'M0106', 'windows_invalid',
  'hours that are not a list are refused');
select throws_ok($$ execute set_hours(null) $$, 'M0106', 'windows_invalid',
  'hours of null are refused');
select throws_ok(
  $$ execute set_hours('[{"weekday": 7, "start_local": "09:00", "end_local": "10:00"}]') $$,
  '23514', null, 'hours on an eighth day of the week are refused');
select throws_ok(
  $$ execute set_hours('[{"weekday": 1, "start_local": "09:00", "end_local": "10:00",
                          "timezone": "Mars/Base"}]') $$,
  'M0001', 'timezone_unknown', 'hours in an unknown time zone are refused');
select results_eq('nine_to_eleven', 'values (7)', 'a provider sets hours for seven days');
select is(
  (select count(*) from tutoring.bookable_slots) between 118 and 120, true,
  'new hours make two slots a day for sixty days at once');
select tests.act_as('uwe');
select lives_ok(
  $$ update tutoring.availability_windows set end_time = '23:00' $$,
  'another provider''s update of windows without a filter is accepted');
select lives_ok('delete from tutoring.availability_windows',
  'another provider''s delete of windows without a filter is accepted');
select tests.act_as_anonymous();
select is(
  jsonb_array_length(api.get_availability(tests.id('tara')) -> 'windows'), 7,
  'a statement without a filter leaves the windows of other providers');

-- Nothing is done twice, and what is used stays.
select tests.act_as_nobody();
create view pg_temp.versions as
select array_agg(slot_id || ' ' || ctid order by slot_id) as v from core.slot;
create temp table before as select v from pg_temp.versions;
select internal.refresh_slots(tests.id('tara'));
select results_eq('table before', 'table pg_temp.versions',
  'refreshing the slots again touches no row');

create temp table used as select * from core.slot order by starts_at offset 4 limit 2;
grant select on used to service_role;
select tests.introduce('bob');
insert into core.customer values (tests.id('alice')), (tests.id('bob'));
select tests.act_as_service();
select api.book_slot(tests.id('alice'), slot_id)
from used order by starts_at limit 1;
select api.book_slot(tests.id('bob'), slot_id)
from used order by starts_at desc limit 1;
select tests.act_as('tara');
select results_eq($$ execute set_hours('[]') $$, 'values (0)', 'a provider takes their hours away');
select tests.act_as_nobody();
select results_eq(
  'select slot_id, starts_at, ends_at, capacity from core.slot order by starts_at',
  'select slot_id, starts_at, ends_at, capacity from used order by starts_at',
  'the slots that are booked stay as they were when hours are taken away');

-- Blocks and openings by those whose time it is.
select tests.act_as('alice');
select throws_ok(
  $$ select api.block_time(now(), now() + interval '1 hour') $$, 'M4001', 'provider_not_found',
  'a person who is no provider cannot block a time');
select throws_ok(
  $$ select api.block_date('2027-01-01') $$, 'M4001', 'provider_not_found',
  'a person who is no provider cannot block a date');
select tests.act_as('tara');
select throws_ok(
  $$ select api.open_time(now(), now()) $$, 'M0107', 'times_invalid',
  'an opening that ends when it starts is refused');
select throws_ok(
  $$ select api.open_time(now(), 'infinity') $$, 'M0107', 'times_invalid',
  'an opening without an end is refused');
select throws_ok(
  $$ select api.open_time(now(), now() + interval '401 days') $$, 'M0107', 'times_invalid',
  'an opening of more than 400 days is refused');
select throws_ok(
  $$ select api.block_date('infinity') $$, 'M0107', 'times_invalid',
  'a block of the date infinity is refused');
select lives_ok(
  $$ select api.open_time(date_trunc('hour', now()) + interval '30 days',
                          date_trunc('hour', now()) + interval '30 days 3 hours') $$,
  'a provider opens a time');
select is(
  (select count(*) from tutoring.bookable_slots
   where start_time >= date_trunc('hour', now()) + interval '30 days'), 3::bigint,
  'a time that was opened has slots');
select lives_ok(
  $$ select api.block_date((now() + interval '30 days')::date),
            api.block_date((now() + interval '30 days 3 hours')::date) $$,
  'a provider blocks the days of an opening');
select is(
  (select count(*) from tutoring.bookable_slots
   where start_time >= date_trunc('hour', now()) + interval '30 days'), 0::bigint,
  'a blocked day has no slots');

prepare take_back as
select api.remove_exception((x ->> 'availability_exception_id')::uuid)
from jsonb_array_elements(api.get_availability(tests.id('tara')) -> 'exceptions') as x
where x ->> 'kind' = 'block';

select tests.act_as('uwe');
select throws_ok(
  'take_back', 'M4102', 'exception_not_found', 'a provider cannot remove another''s block');
select tests.act_as('tara');
select lives_ok('take_back', 'a provider removes their own blocks');
select is(
  (select count(*) from tutoring.bookable_slots
   where start_time >= date_trunc('hour', now()) + interval '30 days'), 3::bigint,
  'the slots of a removed block are there again');
select throws_ok(
  $$ select api.remove_exception(tests.id('x')) $$, 'M4102', 'exception_not_found',
  'an exception that does not exist cannot be removed');

-- Hours through the lens.
select results_eq(
  $$ insert into tutoring.availability_windows
       (expert_id, day_of_week, start_time, end_time, timezone)
     values (tests.id('tara'), 1, '09:00', '11:00', 'Asia/Kathmandu') returning is_active $$,
  'values (true)', 'a provider writes hours through the lens');
select throws_ok(
  $$ update tutoring.availability_windows set expert_id = tests.id('uwe') $$,
  'M0018', 'column_read_only', 'a provider cannot give their hours to another through the lens');
select throws_ok(
  $$ update tutoring.availability_windows set timezone = 'Mars/Base' $$,
  'M0001', 'timezone_unknown', 'hours in an unknown time zone are refused through the lens');
select throws_ok(
  $$ insert into tutoring.availability_windows
       (expert_id, day_of_week, start_time, end_time, timezone)
     select tests.id('tara'), 1, '09:00', '11:00', 'UTC' from generate_series(1, 201) $$,
  'M0108', 'hours_too_many', 'more hours than the clock can keep up with are refused');

select tests.act_as_nobody();
update core.person set timezone = 'Africa/Nairobi' where person_id = tests.id('tara');
select tests.act_as('tara');
select results_eq(
  $$ insert into tutoring.availability_windows (expert_id, day_of_week, start_time, end_time)
     values (tests.id('tara'), 3, '09:00', '10:00') returning timezone $$,
  $$ values ('Africa/Nairobi') $$, 'hours that are inserted without a zone are in their expert''s');

select throws_ok($$ select api.set_availability('[]', 'UTC', tests.id('uwe')) $$, '42501', null,
  'a provider cannot set the hours of another');
select tests.act_as_service();
select is(api.set_availability('[]', 'UTC', tests.id('tara')), 0, 'the house sets anybody''s hours');
select tests.act_as_nobody();
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone, is_active)
values (tests.id('tara'), 5, '09:00', '10:00', 'UTC', false);
select tests.act_as('tara');
select is(api.set_availability('[{"weekday": 1, "start_local": "09:00", "end_local": "10:00"}]'), 1,
  'a window that is switched off is not counted');
select tests.act_as_nobody();
select is((select count(*) from core.availability_rule where not is_active), 1::bigint,
  'a window that is switched off stays when hours are replaced');

-- One window at a time.
select tests.act_as_nobody();
delete from core.availability_rule;
prepare window_ (jsonb, text) as select api.save_hours($1, $2) = tests.id('window');
prepare windows as select weekday, start_local, timezone, is_active from core.availability_rule;
select set_config('tests.window', jsonb_build_object(
  'availability_rule_id', tests.id('window'), 'weekday', 2, 'start_local', '09:00',
  'end_local', '12:00')::text, true);
select tests.act_as_anonymous();
select throws_ok($$ execute window_(current_setting('tests.window')::jsonb, 'fail') $$, '42501',
  null, 'an anonymous caller cannot add a window');
select tests.act_as('stranger');
select throws_ok($$ execute window_(current_setting('tests.window')::jsonb, 'fail') $$, 'M4001',
  'provider_not_found', 'a person who is no provider cannot add a window');
select tests.act_as('tara');
select results_eq($$ execute window_(current_setting('tests.window')::jsonb, 'fail') $$,
  'values (true)', 'a provider adds one window');
select throws_ok($$ execute window_(current_setting('tests.window')::jsonb, 'fail') $$, '23505',
  null, 'a window that is there already is not added again');
select lives_ok(
  $$ select api.save_hours(jsonb_build_object('availability_rule_id', tests.id('window'),
       'weekday', 3, 'timezone', 'Asia/Kathmandu')) $$, 'a provider changes one window');
select tests.act_as('uwe');
select throws_ok($$ select api.save_hours(jsonb_build_object(
    'availability_rule_id', tests.id('window'), 'weekday', 1)) $$, '42501', null,
  'another provider cannot change a window');
select results_eq($$ select api.remove_hours(tests.id('window')) $$, 'values (false)',
  'another provider cannot remove a window');
select tests.act_as_nobody();
select results_eq('windows', $$ values (3, time '09:00', 'Asia/Kathmandu', true) $$,
  'a window has what was last said of it');
select tests.act_as('tara');
select results_eq($$ select api.remove_hours(tests.id('window')) $$, 'values (true)',
  'a provider removes one window');
select tests.act_as_nobody();
select is_empty('windows', 'a window that was removed is gone');

-- All hours at once.
create temporary table kept (n integer, ids uuid[]);
grant all on kept to authenticated;
prepare every_day (text, integer) as
select api.set_availability((
  select jsonb_agg(jsonb_build_object('weekday', d, 'start_local', $1, 'end_local', '17:00'))
  from generate_series(0, $2) as d), 'UTC');
select tests.act_as('tara');
select results_eq($$ execute every_day('09:00', 6) $$, 'values (7)',
  'a provider has hours on seven days');
select tests.act_as_nobody();
insert into kept
select 1, array_agg(availability_rule_id order by availability_rule_id)
from core.availability_rule where provider_id = tests.id('tara');
select tests.act_as('tara');
select results_eq($$ execute every_day('09:05', 6) $$, 'values (7)',
  'all hours are moved by five minutes');
select tests.act_as_nobody();
select results_eq(
  $$ select array_agg(availability_rule_id order by availability_rule_id), min(start_local),
            max(start_local)
     from core.availability_rule where provider_id = tests.id('tara') $$,
  $$ select ids, time '09:05', time '09:05' from kept where n = 1 $$,
  'hours that are moved are the same hours, changed in one step');
select tests.act_as('tara');
select results_eq($$ execute every_day('09:05', 2) $$, 'values (3)',
  'days that are left out are taken away');
select results_eq($$ execute every_day('10:00', 4) $$, 'values (5)',
  'hours that change and days that are added are one request');

select tests.act_as_nobody();
select throws_ok($$ select api.check_day_hours('12:00', '10:00') $$, 'M0117', 'hours_reversed',
  'hours of a day cannot end before they begin');
select lives_ok($$ select api.check_day_hours('18:00', '00:00') $$,
  'hours of a day may last until midnight');

select * from finish();
rollback;
