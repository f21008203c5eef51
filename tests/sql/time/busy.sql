-- Busy times of calendars elsewhere close a provider's time, and open it when they go.

begin;
select plan(32);

select tests.offer('lesson', 'tara', 0, p_starts => date_trunc('day', now()) + interval '10 days 9 hours');
select tests.offer('foreign', 'uwe', 0);
select tests.introduce('alice');
update core.slot set origin = 'manual';

prepare claim as select jsonb_array_length(api.claim_busy_calendars(20));
create function tests.claimed(p_field text)
returns text
language sql
as $$
  select c.c ->> p_field from jsonb_array_elements(api.claim_busy_calendars(20)) as c(c) limit 1
$$;
create function tests.record(p_times jsonb, p_error text default null, p_less integer default 0)
returns void
language sql
as $$
  select api.record_busy_calendar(c.busy_calendar_id, c.attempts - p_less, p_times, '"1"', p_error)
  from core.busy_calendar as c
$$;
create function tests.times(variadic p_hours integer[])
returns jsonb
language sql
as $$
  select jsonb_agg(jsonb_build_object(
    'starts_at', date_trunc('day', now()) + interval '10 days' + make_interval(hours => h),
    'ends_at', date_trunc('day', now()) + interval '10 days' + make_interval(hours => h + 1)))
  from unnest(p_hours) as h
$$;
grant usage on schema core to service_role, authenticated, anon;
grant execute on all functions in schema tests to public;
prepare lesson as select state from core.slot where slot_id = tests.id('lesson');

-- Who, and what address.
select tests.act_as_anonymous();
select throws_ok($$ select api.add_busy_calendar('https://c.example/a.ics') $$, '42501', null,
  'nobody names a calendar unsigned');
select tests.act_as('alice');
select throws_ok($$ select api.add_busy_calendar('https://c.example/a.ics') $$,
  'M4001', 'provider_not_found', 'a person who is no provider names no calendar');
select throws_ok('select api.claim_busy_calendars()', '42501', null,
  'a person claims no calendars');
select throws_ok($$ select api.record_busy_calendar(gen_random_uuid(), 1, '[]') $$, '42501', null,
  'a person records no busy times');
select tests.act_as('tara');
select throws_ok(format('select api.add_busy_calendar(%L)', a.url), 'M0113',
  'calendar_address_invalid', format('%s is no address of a calendar', left(a.url, 30)))
from (values (null), (''), ('c.example/a.ics'), ('file:///etc/passwd'), ('ftp://c.example/a.ics'),
             ('https://me:secret@c.example/a.ics'), ('https://c.example/a b'),
             ('https://c.example/' || repeat('a', 2000))) as a(url);
select lives_ok($$ select api.add_busy_calendar(' webcal://c.example/a.ics ') $$,
  'a provider names a calendar');
select results_eq('select url, busy_times, last_error from api.list_busy_calendars()',
  $$ values ('https://c.example/a.ics', 0, null) $$, 'webcal is read over https');
select lives_ok($$ select api.add_busy_calendar('https://c.example/a.ics') $$,
  'naming a calendar twice is safe');
select results_eq('select count(*) from api.list_busy_calendars()', 'values (1::bigint)',
  'a calendar that is named twice is one');
select tests.act_as('uwe');
select is_empty('select * from api.list_busy_calendars()', 'another provider does not see it');

-- Read by the clock.
select tests.act_as_service();
select is(tests.claimed('url'), 'https://c.example/a.ics', 'the clock claims a calendar that is due');
select results_eq('claim', 'values (0)', 'a claimed calendar is not claimed again');
select lives_ok($$ select tests.record(tests.times(9, 14)) $$, 'the clock records busy times');
select results_eq('lesson', $$ values ('closed') $$, 'a busy time closes the slot in it');
select tests.act_as('tara');
select results_eq('select busy_times, last_error from api.list_busy_calendars()',
  'values (2, null)', 'a provider sees how many times a calendar closes');

-- Old claims, errors, and changes.
select tests.act_as_service();
select tests.record('[]', p_less => 1);
select results_eq('lesson', $$ values ('closed') $$, 'an old claim changes nothing');
select tests.record(null, 'It answered 500.');
select results_eq('lesson', $$ values ('closed') $$,
  'the last times stay while a calendar cannot be read');
select results_eq(
  $$ select last_error, failures, next_at > now() + interval '14 minutes' from core.busy_calendar $$,
  $$ values ('It answered 500.', 1, true) $$, 'the error is kept, and it is asked again later');
select tests.record((select jsonb_agg(t) from generate_series(1, 501), tests.times(1) as t));
select results_eq('select last_error from core.busy_calendar',
  $$ values ('It has more than 500 busy times.') $$, 'a calendar of too many times is not taken');
select tests.record(tests.times(14));
select results_eq('lesson', $$ values ('open') $$, 'a slot opens when its time is busy no more');
select results_eq('select last_error, failures, etag from core.busy_calendar',
  $$ values (null, 0, '"1"') $$, 'a calendar that is read again has no error');

-- Removed.
select tests.record(tests.times(9));
select tests.act_as('uwe');
select throws_ok('select busy_calendar_id from core.availability_exception', '42501', null,
  'another provider does not see which calendar closes a time');
select tests.act_as_nobody();
select set_config('tests.calendar', busy_calendar_id::text, true) from core.busy_calendar;
select tests.act_as('uwe');
select throws_ok($$ select api.remove_busy_calendar(current_setting('tests.calendar')::uuid) $$,
  'M4104', 'calendar_not_found', 'another provider removes no calendar');
select tests.act_as('tara');
select api.remove_busy_calendar(current_setting('tests.calendar')::uuid);
select results_eq('lesson', $$ values ('open') $$, 'what a calendar closed opens when it is removed');
select api.add_busy_calendar(format('https://c.example/%s.ics', n)) from generate_series(1, 5) as n;
select throws_ok($$ select api.add_busy_calendar('https://c.example/6.ics') $$,
  'M9002', 'too_many_made', 'a provider has five busy calendars at most');

select * from finish();
rollback;
