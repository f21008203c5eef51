-- Busy times of calendars elsewhere close a provider's time, and open it when they go.

begin;
select plan(42);

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
  select api.record_busy_calendar(c.busy_calendar_id, c.attempts - p_less, p_times,
                                  case when p_times is not null then '"1"' end, p_error)
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
select is((select next_at - now() from core.busy_calendar), interval '5 minutes',
  'a claim that is not recorded ends after five minutes');
select lives_ok($$ select tests.record(tests.times(9, 14)) $$, 'the clock records busy times');
select is((select next_at - now() from core.busy_calendar), interval '15 minutes',
  'a calendar is read every 15 minutes');
select tests.record(null);
select results_eq('lesson', $$ values ('closed') $$, 'a calendar that did not change closes the same');
select is((select etag from core.busy_calendar), '"1"',
  'a calendar that did not change keeps its ETag');
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
select tests.record(null, repeat('x', 501));
select results_eq('select length(last_error), failures, next_at - now() from core.busy_calendar',
  $$ values (500, 2, interval '30 minutes') $$,
  'a calendar is asked more seldom with each error, and a long error is cut');
select tests.record(null, 'gone') from generate_series(1, 10);
select is((select next_at - now() from core.busy_calendar), interval '1 day',
  'a calendar that cannot be read for long is asked once a day');
select tests.record((select jsonb_agg(tests.times(24 * n) -> 0) from generate_series(-10, 389) as n));
select results_eq('select last_error, failures from core.busy_calendar',
  $$ values (null::text, 0) $$, 'a calendar of 400 times is taken');
select tests.record((select jsonb_agg(t) from generate_series(1, 501), tests.times(1) as t));
select results_eq('select last_error from core.busy_calendar',
  $$ values ('It has more than 500 busy times.') $$, 'a calendar of too many times is not taken');
select tests.record(tests.times(14));
select results_eq('lesson', $$ values ('open') $$, 'a slot opens when its time is busy no more');
select results_eq('select last_error, failures, etag from core.busy_calendar',
  $$ values (null, 0, '"1"') $$, 'a calendar that is read again has no error');

-- As far ahead as slots are made, but no farther than an exception may last; and not all at once.
select tests.act_as_nobody();
create function tests.days_claimed(p_horizon integer)
returns numeric
language plpgsql
as $$
declare
  v_claimed jsonb;
begin
  update core.busy_calendar set next_at = now();
  update core.marketplace set slot_horizon_days = p_horizon;
  perform tests.act_as_service();
  v_claimed := api.claim_busy_calendars(1) -> 0;
  perform tests.act_as_nobody();
  return round(extract(epoch from (v_claimed ->> 'until')::timestamptz
                                  - (v_claimed ->> 'from')::timestamptz) / 86400, 1);
end
$$;
select is(tests.days_claimed(60), 61.0, 'a calendar is read a day beyond the horizon');
select is(tests.days_claimed(730), 399.0, 'no calendar is read beyond what an exception may last');
update core.marketplace set slot_horizon_days = 60;
update core.busy_calendar set next_at = now();
select tests.act_as_service();
select is(jsonb_array_length(api.claim_busy_calendars(0)), 0,
  'no more calendars are claimed than are asked for');

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
