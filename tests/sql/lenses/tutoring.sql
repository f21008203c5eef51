-- The tutoring lens: every table and column its clients know, who may name them, and what a
-- booking shows to whom.

begin;
select plan(83);

select results_eq(
  $$ select c.relname::text collate "default",
            string_agg(a.attname::text collate "default", ' ' order by a.attnum)
              filter (where a.attname <> all (o.names))
     from pg_class as c
     cross join (values (array[
       'core_status', 'seats', 'hold_expires_at', 'place', 'meeting_url', 'booking_mode',
       'min_notice_minutes', 'buffer_before_minutes', 'buffer_after_minutes',
       'slot_step_minutes', 'horizon_days', 'max_per_day', 'cancellation_policy_id',
       'is_by_hand', 'is_capacity_own', 'state', 'proposed_slot_id', 'proposed_start_at',
       'proposed_end_at', 'proposal_expires_at', 'proposal_reason', 'locale',
       'held_bookings'])) as o(names)
     join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'tutoring'::regnamespace
       -- The key of a slot's expert stands beside the document's columns, so that it embeds.
       and not (c.relname in ('bookable_slots', 'slots') and a.attname = 'expert_id')
     group by 1 order by 1 $$,
  $$ values
    ('availability_windows',
     'id expert_id day_of_week start_time end_time timezone is_active created_at '
     'updated_at'),
    ('bookable_slots',
     'id session_id availability_window_id start_time end_time is_available '
     'current_bookings max_bookings created_at updated_at'),
    ('booking_details',
     'id learner_id expert_id session_id slot_id start_at end_at status payment_status '
     'amount_authorized amount_captured amount_refunded currency stripe_payment_intent_id '
     'learner_notes expert_notes cancelled_by cancellation_reason cancelled_at created_at '
     'updated_at session_title session_description duration_minutes expert_name expert_bio '
     'learner_name slot_start_time slot_end_time'),
    ('bookings',
     'id learner_id expert_id session_id slot_id start_at end_at status payment_status '
     'amount_authorized amount_captured amount_refunded currency stripe_payment_intent_id '
     'learner_notes expert_notes cancelled_by cancellation_reason cancelled_at created_at '
     'updated_at'),
    ('expert_profiles',
     'id user_profile_id bio expertise_areas hourly_rate_cents currency rating '
     'total_sessions total_earnings_cents is_available verification_status created_at '
     'updated_at'),
    ('expert_sessions',
     'id expert_id title description short_description topic_tags duration_minutes '
     'price_cents currency level prerequisites materials_url max_participants is_active '
     'created_at updated_at'),
    ('learner_profiles',
     'id user_profile_id learning_goals interests experience_level '
     'preferred_session_duration total_sessions_booked total_spent_cents created_at '
     'updated_at'),
    ('sessions',
     'id expert_id title description short_description topic_tags duration_minutes '
     'price_cents currency level prerequisites materials_url max_participants is_active '
     'created_at updated_at'),
    ('slots',
     'id session_id availability_window_id start_time end_time is_available '
     'current_bookings max_bookings created_at updated_at'),
    ('user_profiles',
     'id user_id role display_name first_name last_name avatar_url timezone created_at '
     'updated_at') $$,
  'the tutoring lens has the tables and columns of its document');

select results_eq(
  $$ select p.oid::regprocedure::text collate "default" from pg_proc as p
     where p.pronamespace = 'tutoring'::regnamespace and p.prorettype <> 'trigger'::regtype
     order by 1 $$,
  $$ values ('tutoring.become_expert(text,text,text[],text,text)'),
            ('tutoring.become_learner(text,text[],text[],text)'),
            ('tutoring.create_booking_with_payment(uuid,uuid,text,text,integer,text)'),
            ('tutoring.create_session(uuid,text,text,integer,integer,text)'),
            ('tutoring.get_availability(uuid)'), ('tutoring.publish_session(uuid)'),
            ('tutoring.set_availability(jsonb,text)'), ('tutoring.unpublish_session(uuid)') $$,
  'the tutoring lens has the functions of its document');

select tests.offer('lesson', 'tara', 5000);
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
values (tests.id('tara'), 1, '09:00', '10:00', 'UTC');
select tests.paid('lesson', 'alice');

-- What each may name. A view that fails for somebody would fail with every row it holds.
select tests.act_as_anonymous();
select isnt_empty('select * from tutoring.' || v, 'an anonymous caller reads tutoring.' || v)
from unnest(array['user_profiles', 'expert_profiles', 'sessions', 'availability_windows',
                  'bookable_slots', 'expert_sessions', 'slots']) as v;
select throws_ok('select * from tutoring.' || v, '42501', null,
  'an anonymous caller cannot read tutoring.' || v)
from unnest(array['bookings', 'booking_details', 'learner_profiles']) as v;

select tests.act_as('alice');
select isnt_empty('select * from tutoring.' || v, 'a learner reads tutoring.' || v)
from unnest(array['user_profiles', 'expert_profiles', 'learner_profiles', 'sessions', 'bookings',
                  'availability_windows', 'bookable_slots', 'booking_details', 'expert_sessions',
                  'slots']) as v;

select tests.act_as_service();
select isnt_empty('select * from tutoring.' || v, 'the service reads tutoring.' || v)
from unnest(array['user_profiles', 'expert_profiles', 'learner_profiles', 'sessions', 'bookings',
                  'availability_windows', 'bookable_slots', 'booking_details', 'expert_sessions',
                  'slots']) as v;

-- One booking, three readers.
prepare booking as
select status, payment_status, amount_captured, session_title, duration_minutes, expert_name,
       learner_name, stripe_payment_intent_id is not null
from tutoring.booking_details;

select tests.act_as('alice');
select results_eq(
  'booking',
  $$ values ('confirmed', 'captured', 5000::bigint, 'lesson', 60, 'tara', 'alice', true) $$,
  'the learner sees their booking in one row, with the id of the payment');
select tests.act_as('tara');
select results_eq(
  'booking',
  $$ values ('confirmed', 'captured', 5000::bigint, 'lesson', 60, 'tara', 'alice', false) $$,
  'the expert sees the booking in one row, without the id of the payment');
select tests.act_as('bob');
select is_empty('booking', 'a stranger does not see the booking');

-- What the views ask for each row, asked by somebody who may not see the row.
select tests.act_as_nobody();
select set_config('app.user_id', tests.id('bob')::text, true);
select is((internal.shown_payment(booking_id)).status, null,
  'a stranger is shown no payment') from core.booking;
select is((internal.shown_details(booking_id)).provider_name, null,
  'a stranger is shown no names') from core.booking;
select set_config('app.user_id', tests.id('tara')::text, true);
select is((internal.shown_payment(booking_id)).status, 'captured',
  'an expert is shown the payment') from core.booking;

-- What a row costs, and what finding a page costs.
create function tests.plan_of(p_sql text) returns text language plpgsql as $$
declare
  v_plan json;
begin
  execute 'explain (format json, verbose) ' || p_sql into v_plan;
  return v_plan::text;
end $$;
select tests.act_as('alice');
select cmp_ok(
  (select count(*) from regexp_matches(tests.plan_of(
    'select * from tutoring.booking_details where id = gen_random_uuid()'), '"Node Type"', 'g')),
  '<=', 70::bigint, 'a booking by its key is a short plan');
select matches(tests.plan_of('select * from tutoring.booking_details order by start_at limit 20'),
  'shown_payment', 'a booking is asked for its payment');
select doesnt_match(
  tests.plan_of($$ select id from tutoring.booking_details where status = 'confirmed'
                   order by start_at desc, id limit 20 $$),
  'shown_|booking_note|offering_venue',
  'the keys of a page of bookings are found in the bookings alone');
select tests.act_as('bob');

-- Notes.
select tests.act_as('tara');
select results_eq(
  $$ update tutoring.bookings set expert_notes = 'talks a lot' returning expert_notes $$,
  $$ values ('talks a lot') $$, 'the expert writes their own notes');
select throws_ok(
  $$ update tutoring.bookings set learner_notes = 'x' $$, '42501', null,
  'the expert cannot write the learner''s notes');
select tests.act_as('alice');
select results_eq(
  'select expert_notes from tutoring.bookings', 'values (null::text)',
  'the learner does not see the expert''s notes');
select results_eq(
  $$ update tutoring.bookings set learner_notes = 'verbs, please'
     returning learner_notes, expert_notes $$,
  $$ values ('verbs, please', null::text) $$,
  'the row returned by a learner''s update does not show the expert''s notes');
select throws_ok(
  $$ update tutoring.bookings set expert_notes = 'x' $$, '42501', null,
  'the learner cannot write the expert''s notes');
select tests.act_as('tara');
select results_eq(
  'select learner_notes, expert_notes from tutoring.bookings',
  $$ values ('verbs, please', 'talks a lot') $$,
  'the expert sees the learner''s notes and their own');
select lives_ok('update tutoring.bookings set expert_notes = null',
  'the expert may remove their notes');
select results_eq(
  'select expert_notes from tutoring.bookings', 'values (null::text)',
  'removed notes of the expert are null');
select tests.act_as('alice');
select lives_ok('update tutoring.bookings set learner_notes = null',
  'the learner may remove their notes');
select results_eq(
  'select learner_notes from tutoring.bookings', 'values (null::text)',
  'removed notes of the learner are null');

-- What is not set but done.
select throws_ok(
  'update tutoring.bookings set ' || c, 'M0018', 'column_read_only',
  'a learner cannot set ' || c || ' of a booking')
from unnest(array['amount_captured = 0', 'payment_status = ''refunded''', 'expert_id = id',
                  'slot_id = id', 'cancelled_by = ''expert''']) as c;
select is_empty(
  $$ with changed as (update tutoring.bookings set created_at = 'epoch' returning created_at)
     select from changed where created_at = 'epoch' $$,
  'the time that is sent with a booking is not kept');
select throws_ok(
  $$ update tutoring.bookings set status = 'pending' $$, '22P02', null,
  'a status that is no step of a booking is refused');
select throws_ok(
  'update tutoring.bookings set status = null', '22P02', null, 'a status of null is refused');
select throws_ok(
  $$ update tutoring.bookings set status = 'completed' $$, 'M3204', 'provider_or_staff_only',
  'a learner cannot complete a booking');
select throws_ok(
  $$ insert into tutoring.bookings (learner_id) values (tests.id('alice')) $$,
  'M4201', 'slot_not_found', 'a booking of no slot cannot be inserted through the lens');
select throws_ok('delete from tutoring.bookings', '55000', null,
  'a booking cannot be deleted through the lens');
select throws_ok(
  'update tutoring.booking_details set learner_notes = ''x''', '55000', null,
  'booking_details cannot be updated');
select tests.act_as('bob');
select results_eq(
  $$ with changed as (update tutoring.bookings set status = 'cancelled' returning 1)
     select count(*) from changed $$,
  'values (0::bigint)', 'a stranger''s update without a filter cancels no booking');
select tests.act_as('alice');
select results_eq(
  $$ update tutoring.bookings set status = 'cancelled', cancellation_reason = 'flu'
     returning status, cancelled_by, cancellation_reason $$,
  $$ values ('cancelled', 'learner', 'flu') $$, 'writing the status cancelled cancels the booking');

-- Beyond the document: rules, place, what is by hand, another time.
select tests.act_as_nobody();
select tests.offer('sums', 'tara', 0, p_starts => now() + interval '20 days');
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
select tests.id('sums later'), s.offering_id, s.provider_id, s.starts_at + interval '1 day', s.ends_at + interval '1 day'
from core.slot as s where s.slot_id = tests.id('sums');
select tests.book('sums', 'alice');
select tests.act_as('tara');
select results_eq(
  $$ update tutoring.sessions
     set booking_mode = 'request', min_notice_minutes = 30, buffer_before_minutes = 5,
         buffer_after_minutes = 10, slot_step_minutes = 15, horizon_days = 90, max_per_day = 4,
         cancellation_policy_id = '00000000-0000-4000-8000-000000000012',
         place = 'Harbour 3', meeting_url = 'https://meet.example/1'
     where title = 'sums'
     returning booking_mode, min_notice_minutes, buffer_before_minutes, buffer_after_minutes,
               slot_step_minutes, horizon_days, max_per_day, place, meeting_url $$,
  $$ values ('request', 30, 5, 10, 15, 90, 4, 'Harbour 3', 'https://meet.example/1') $$,
  'an expert sets the rules of a session and its place through the lens');
select throws_ok(
  $$ update tutoring.sessions set max_per_day = 101 where title = 'sums' $$,
  'M0109', 'rule_invalid', 'a rule out of range is refused through the lens');
select results_eq(
  $$ update tutoring.sessions set max_per_day = null where title = 'sums'
     returning max_per_day, place $$,
  $$ values (null::integer, 'Harbour 3') $$, 'a rule is taken back through the lens');
select results_eq(
  $$ update tutoring.bookable_slots set max_bookings = 3
     where id = tests.id('sums later')
     returning is_by_hand, is_capacity_own, state, expert_id $$,
  $$ values (true, true, 'open', tests.id('tara')) $$,
  'the lens says that a slot is by hand, that its seats are its own, and that it is open');
select lives_ok(
  $$ select api.propose_move(id, tests.id('sums later'), 'The hall is taken.')
     from tutoring.bookings where session_id = tests.id('offering sums') $$,
  'an expert proposes another time');
prepare proposed as
select place, meeting_url, proposed_start_at - start_at, proposed_end_at - end_at,
       proposal_expires_at > now(), proposal_reason
from tutoring.bookings where session_id = tests.id('offering sums');
select tests.act_as('alice');
select results_eq('proposed',
  $$ values ('Harbour 3', 'https://meet.example/1', interval '1 day', interval '1 day', true,
             'The hall is taken.') $$,
  'a learner reads place and proposed time of their booking through the lens');
select tests.act_as('bob');
select is_empty('proposed', 'a stranger reads neither');
select is_empty($$ select from tutoring.sessions where place is not null $$,
  'a stranger reads no place of a session');
select tests.act_as('alice');
select lives_ok(
  $$ select api.answer_move(id, true) from tutoring.bookings
     where session_id = tests.id('offering sums') $$,
  'the learner agrees to another time');
select results_eq(
  $$ select proposed_slot_id from tutoring.bookings
     where session_id = tests.id('offering sums') $$,
  'values (null::uuid)', 'what was agreed to is proposed no more');
select results_eq(
  $$ update tutoring.user_profiles set locale = 'da' where id = tests.id('alice')
     returning locale $$,
  $$ values ('da') $$, 'a person sets their language through the lens');

-- What waits for money, and what has lapsed.
select tests.act_as_nobody();
select tests.offer('waits', 'tara', 5000, p_starts => now() + interval '60 days', p_capacity => 3);
select tests.book('waits', 'alice');
prepare seats as
select current_bookings, held_bookings from tutoring.bookable_slots where id = tests.id('waits');
prepare lapsed as
select status, cancelled_at is not null, cancelled_by
from tutoring.bookings where session_id = tests.id('offering waits');
select tests.act_as_anonymous();
select results_eq('seats', 'values (0, 1)', 'a seat that is held is shown apart from booked ones');
select tests.act_as('alice');
select results_eq('lapsed', $$ values ('pending', false, null::text) $$,
  'a booking that waits for money is not cancelled');
select tests.act_as_nobody();
select tests.let_pass('16 minutes');
select tests.act_as_anonymous();
select results_eq('seats', 'values (0, 0)', 'a seat whose hold has ended is held no more');
select tests.act_as('alice');
select results_eq('lapsed', $$ values ('cancelled', true, 'system') $$,
  'a booking whose hold has ended says when it was cancelled');
select tests.act_as_nobody();
update core.offering set is_active = false, description = 'Slow pieces.' where title = 'waits';
select tests.act_as('alice');
select is((select session_description from tutoring.booking_details
           where session_id = tests.id('offering waits')), 'Slow pieces.',
  'a learner reads what they had booked, though it was not paid and is taken down');
select tests.act_as('bob');
select is_empty($$ select from tutoring.sessions where title = 'waits' $$,
  'a stranger reads nothing of what was taken down');

-- The currency of a session, when a client names none.
select tests.act_as_nobody();
update core.provider set currency = 'SEK' where provider_id = tests.id('tara');
select tests.act_as('tara');
select tutoring.create_session(tests.id('tara'), 'Kronor', 'x', 60, 5000);
select tutoring.create_session(tests.id('tara'), 'Kroner', 'x', 60, 5000, 'DKK');
select results_eq(
  $$ select title, currency from tutoring.sessions where title like 'Kron%' order by 1 $$,
  $$ values ('Kroner', 'DKK'), ('Kronor', 'SEK') $$,
  'a session without a currency is in its expert''s');

select * from finish();
rollback;
