-- What the functions refuse a row of a lens is refused too, and with the same words: lengths,
-- texts, numbers and times have one rule, whichever door they come through.

begin;
select plan(7);

select tests.offer('lesson', 'tara', 0, p_capacity => 2);
select tests.offer('booked', 'uwe', 0, p_starts => now() + interval '11 days');
select tests.book('booked', 'alice');
select tests.introduce('petra');

-- What somebody is answered: `accepted`, or the code and the sentence. Nothing stays.
create function tests.answer(p_who text, p_statement text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_who);
  begin
    execute p_statement;
    raise exception using errcode = 'T0001', message = 'accepted';
  exception
    when sqlstate 'T0001' then v_answer := sqlerrm;
    when others then v_answer := sqlstate || ' ' || sqlerrm;
  end;
  perform tests.act_as_nobody();
  return v_answer;
end
$$;

-- A case: a field of core, its column in the lens, and the value as SQL.
create table tried (
  n      integer generated always as identity,
  kind   text,
  field  text,
  word   text,
  value  text,
  is_bad boolean default true
);

-- Sessions.
insert into tried (kind, field, word, value, is_bad)
select 'session', v.field, v.word, v.value, v.is_bad
from (values
  ('title', 'title', $$''$$, true),
  ('title', 'title', $$'   '$$, true),
  ('title', 'title', $$repeat('x', 200)$$, false),
  ('title', 'title', $$repeat('x', 201)$$, true),
  ('description', 'description', $$repeat('x ', 10000)$$, false),
  ('description', 'description', $$repeat('x ', 10000) || 'y'$$, true),
  ('summary', 'short_description', $$repeat('x', 500)$$, false),
  ('summary', 'short_description', $$repeat('x', 501)$$, true),
  ('duration_min', 'duration_minutes', '15', false),
  ('duration_min', 'duration_minutes', '0', true),
  ('duration_min', 'duration_minutes', '-60', true),
  ('duration_min', 'duration_minutes', '50', true),
  ('duration_min', 'duration_minutes', '1440', false),
  ('duration_min', 'duration_minutes', '1455', true),
  ('duration_min', 'duration_minutes', '2102400', true),
  ('price_minor', 'price_cents', '-1', true),
  ('price_minor', 'price_cents', '1', true),
  ('price_minor', 'price_cents', '99999999', false),
  ('price_minor', 'price_cents', '100000000', true),
  ('currency', 'currency', $$'EUR'$$, false),
  ('currency', 'currency', $$'XXX'$$, true),
  ('currency', 'currency', $$'much'$$, true),
  ('capacity', 'max_participants', '10000', false),
  ('capacity', 'max_participants', '0', true),
  ('capacity', 'max_participants', '10001', true),
  ('tags', 'topic_tags', $$array_fill('x'::text, array[51])$$, true),
  ('tags', 'topic_tags', $$array[repeat('x', 5000)]$$, false),
  ('tags', 'topic_tags', $$array[repeat('x', 5000), 'y']$$, true),
  ('prerequisites', 'prerequisites', $$repeat('x', 5000)$$, false),
  ('prerequisites', 'prerequisites', $$repeat('x', 5001)$$, true),
  ('level', 'level', $$'EXPERT'$$, false),
  ('level', 'level', $$'HERO'$$, true),
  ('materials_url', 'materials_url', $$'https://x.example/' || repeat('m', 1982)$$, false),
  ('materials_url', 'materials_url', $$'https://x.example/' || repeat('m', 1983)$$, true),
  ('materials_url', 'materials_url', $$'javascript:alert(1)'$$, true),
  ('place', 'place', $$repeat('x', 500)$$, false),
  ('place', 'place', $$repeat('x', 501)$$, true),
  ('meeting_url', 'meeting_url', $$'file:///etc/passwd'$$, true),
  ('meeting_url', 'meeting_url', $$'https://x.example/' || repeat('m', 1983)$$, true),
  ('booking_mode', 'booking_mode', $$'request'$$, false),
  ('booking_mode', 'booking_mode', $$'sometimes'$$, true),
  ('min_notice_min', 'min_notice_minutes', '525600', false),
  ('min_notice_min', 'min_notice_minutes', '525601', true),
  ('buffer_before_min', 'buffer_before_minutes', '1441', true),
  ('buffer_after_min', 'buffer_after_minutes', '-1', true),
  ('slot_step_min', 'slot_step_minutes', '4', true),
  ('horizon_days', 'horizon_days', '731', true),
  ('max_per_day', 'max_per_day', '0', true),
  ('cancellation_policy_id', 'cancellation_policy_id', $$tests.id('no policy')$$, true)
) as v(field, word, value, is_bad);

-- Slots.
insert into tried (kind, field, word, value, is_bad)
select 'slot', v.field, v.word, v.value, v.is_bad
from (values
  ('starts_at', 'start_time', $$now() + interval '40 days'$$, false),
  ('starts_at', 'start_time', $$now() - interval '1 minute'$$, true),
  ('starts_at', 'start_time', $$now() + interval '731 days'$$, true),
  ('starts_at', 'start_time', $$timestamptz '290000-01-01'$$, true),
  ('starts_at', 'start_time', $$timestamptz 'infinity'$$, true),
  ('ends_at', 'end_time', $$now() + interval '36 days'$$, false),
  ('ends_at', 'end_time', $$now() + interval '30 days'$$, true),
  ('ends_at', 'end_time', $$now() + interval '37 days 1 minute'$$, true),
  ('ends_at', 'end_time', $$now() + interval '4 years'$$, true),
  ('ends_at', 'end_time', $$timestamptz 'infinity'$$, true),
  ('capacity', 'max_bookings', '0', true),
  ('capacity', 'max_bookings', '-1', true),
  ('capacity', 'max_bookings', '10001', true)
) as v(field, word, value, is_bad);

-- Weekly windows.
insert into tried (kind, field, word, value, is_bad)
select 'window', v.field, v.word, v.value, v.is_bad
from (values
  ('weekday', 'day_of_week', '6', false),
  ('weekday', 'day_of_week', '7', true),
  ('weekday', 'day_of_week', '-1', true),
  ('timezone', 'timezone', $$'Asia/Kathmandu'$$, false),
  ('timezone', 'timezone', $$'Mars/Base'$$, true),
  ('timezone', 'timezone', $$repeat('x', 1000)$$, true)
) as v(field, word, value, is_bad);

-- People.
insert into tried (kind, field, word, value, is_bad)
select v.kind, v.field, v.word, v.value, v.is_bad
from (values
  ('person', 'display_name', 'display_name', $$repeat('x', 200)$$, false),
  ('person', 'display_name', 'display_name', $$repeat('x', 201)$$, true),
  ('person', 'first_name', 'first_name', $$repeat('x', 101)$$, true),
  ('person', 'last_name', 'last_name', $$repeat('x', 101)$$, true),
  ('person', 'avatar_url', 'avatar_url', $$'javascript:alert(1)'$$, true),
  ('person', 'avatar_url', 'avatar_url', $$'https://x.example/' || repeat('m', 1983)$$, true),
  ('person', 'timezone', 'timezone', $$'Mars/Base'$$, true),
  ('person', 'locale', 'locale', $$'da-DK'$$, false),
  ('person', 'locale', 'locale', $$'of Denmark'$$, true),
  ('person', 'locale', 'locale', $$'da' || repeat('-latn', 7)$$, true),
  ('provider', 'bio', 'bio', $$repeat('x ', 5000)$$, false),
  ('provider', 'bio', 'bio', $$repeat('x ', 5000) || 'y'$$, true),
  ('provider', 'specialties', 'expertise_areas', $$array_fill('x'::text, array[51])$$, true),
  ('provider', 'hourly_rate_minor', 'hourly_rate_cents', '-1', true),
  ('provider', 'hourly_rate_minor', 'hourly_rate_cents', '100000000', true),
  ('provider', 'currency', 'currency', $$'XXX'$$, true),
  ('customer', 'goals', 'learning_goals', $$array_fill('x'::text, array[101])$$, true),
  ('customer', 'interests', 'interests', $$array_fill('x'::text, array[101])$$, true),
  ('provider', 'specialties', 'expertise_areas', $$array[repeat('x', 5001)]$$, true),
  ('customer', 'goals', 'learning_goals', $$array[repeat('x', 10000)]$$, false),
  ('customer', 'goals', 'learning_goals', $$array[repeat('x', 10001)]$$, true),
  ('customer', 'interests', 'interests', $$array[repeat('x', 10001)]$$, true),
  ('customer', 'experience_level', 'experience_level', $$'HERO'$$, true),
  ('customer', 'preferred_duration_min', 'preferred_session_duration', '1441', true)
) as v(kind, field, word, value, is_bad);

-- Bookings.
insert into tried (kind, field, word, value, is_bad)
select 'booking', v.field, v.word, v.value, v.is_bad
from (values
  ('customer_notes', 'learner_notes', $$repeat('x', 2000)$$, false),
  ('customer_notes', 'learner_notes', $$repeat('x', 2001)$$, true),
  ('seats', 'seats', '2', false),
  ('seats', 'seats', '0', true),
  ('seats', 'seats', '101', true),
  ('seats', 'seats', '3', true)
) as v(field, word, value, is_bad);

-- The rest of a row that is good: what a new one needs, and which one is there.
create table rest (
  kind text primary key, who text, verb text, view text, fields text, words text, there text,
  one text);
insert into rest values
  ('session', 'tara', 'save_offering', 'sessions',
   $$'title', 'Good', 'duration_min', 60, 'price_minor', 0$$,
   $$title => 'Good', duration_minutes => 60, price_cents => 0$$,
   $$'offering_id', tests.id('offering lesson')$$, $$id = tests.id('offering lesson')$$),
  ('slot', 'tara', 'save_slot', 'bookable_slots',
   $$'offering_id', tests.id('offering lesson'), 'starts_at', now() + interval '30 days'$$,
   $$session_id => tests.id('offering lesson'), start_time => now() + interval '30 days'$$,
   $$'slot_id', tests.id('lesson')$$, $$id = tests.id('lesson')$$),
  ('window', 'tara', 'save_hours', 'availability_windows',
   $$'weekday', 1, 'start_local', '09:00', 'end_local', '11:00', 'timezone', 'UTC'$$,
   $$day_of_week => 1, start_time => '09:00', end_time => '11:00', timezone => 'UTC'$$,
   $$'availability_rule_id', tests.id('window')$$, $$id = tests.id('window')$$),
  -- Nora has no row yet.
  ('person', 'nora', 'save_person', 'user_profiles', $$'display_name', 'nora'$$,
   $$display_name => 'nora'$$, null, null),
  ('provider', 'petra', 'save_provider', 'expert_profiles', '', '', null, null),
  ('customer', 'petra', 'save_customer', 'learner_profiles', '', '', null, null),
  ('booking', 'alice', 'save_booking', 'bookings', $$'slot_id', tests.id('lesson')$$,
   $$slot_id => tests.id('lesson')$$, $$'booking_id', (select id from tutoring.bookings)$$, 'true');
insert into core.availability_rule
  (availability_rule_id, provider_id, weekday, start_local, end_local, timezone)
values (tests.id('window'), tests.id('tara'), 2, '09:00', '10:00', 'UTC');

create table answers as
select
  t.*,
  tests.answer(r.who, format('select api.%s(jsonb_build_object(%s) || jsonb_build_object(%L, %s))',
                             r.verb, r.fields, t.field, t.value)) as of_function,
  tests.answer(r.who, format('insert into tutoring.%s (%s) values (%s)', r.view,
                             concat_ws(', ', s.names, t.word), concat_ws(', ', s.things, t.value)))
    as of_insert,
  tests.answer(r.who, format('select api.%s(jsonb_build_object(%s, %L, %s))',
                             r.verb, r.there, t.field, t.value)) as of_change,
  tests.answer(r.who, format('update tutoring.%s set %I = %s where %s',
                             r.view, t.word, t.value, r.one)) as of_update,
  case t.kind
    when 'session' then
      tests.answer('tara', format(
        'select tutoring.create_session(p_expert_user_id => tests.id(''tara''), p_title => %s, '
        'p_description => %s, p_duration_minutes => %s, p_price_cents => %s, p_currency => %s)',
        case t.field when 'title' then t.value else '''Good''' end,
        case t.field when 'description' then t.value else 'null' end,
        case t.field when 'duration_min' then t.value else '60' end,
        case t.field when 'price_minor' then t.value else '0' end,
        case t.field when 'currency' then t.value else 'null' end))
    when 'booking' then
      tests.answer('alice', format(
        'select tutoring.create_booking_with_payment(tests.id(''alice''), tests.id(''lesson''), '
        'p_notes => %s, p_seats => %s)',
        case t.field when 'customer_notes' then t.value else 'null' end,
        case t.field when 'seats' then t.value else '1' end))
  end as of_call
from tried as t
join rest as r using (kind)
cross join lateral (
  select string_agg(w[1], ', ' order by n) as names, string_agg(w[2], ', ' order by n) as things
  from regexp_split_to_table(r.words, ', (?=\w+ => )') with ordinality as p(part, n)
  cross join lateral regexp_match(p.part, '^(\w+) => (.*)$') as w
  where w[1] <> t.word
) as s;

select is_empty(
  $$ select kind, field, value from answers where is_bad and of_function = 'accepted' $$,
  'every length, text, number and time that is out of its range is refused by the function');
select is_empty(
  $$ select kind, field, value, of_function from answers
     where not is_bad and of_function <> 'accepted' $$,
  'every length, text, number and time at the end of its range is taken by the function');
select is_empty(
  $$ select kind, field, value, of_function, of_insert from answers
     where of_function <> of_insert $$,
  'an insert through the lens is as strict as the function, and is refused in the same words');
-- The number of a booking's seats is not changed so; as_read.sql has it.
select is_empty(
  $$ select kind, field, value from answers
     where is_bad and word <> 'seats' and of_update = 'accepted' $$,
  'an update through the lens takes nothing that is out of its range');
select is_empty(
  $$ select kind, field, value, of_change, of_update from answers
     where word <> 'seats' and kind not in ('person', 'provider', 'customer')
       and of_change <> of_update $$,
  'an update through the lens is as strict as the function, and is refused in the same words');
select is_empty(
  $$ select field, value, of_function, of_call from answers
     where kind = 'session'
       and field in ('title', 'description', 'duration_min', 'price_minor', 'currency')
       and of_call <> of_function $$,
  'create_session is as strict as saving an offering');
select is_empty(
  $$ select field, value, of_function, of_call from answers
     where kind = 'booking' and of_call <> of_function $$,
  'create_booking_with_payment is as strict as saving a booking');

select * from finish();
rollback;
