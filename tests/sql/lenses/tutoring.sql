-- The tutoring lens: every table and column its clients know, who may name them, and what a
-- booking shows to whom.

begin;
select plan(59);

select results_eq(
  $$ select c.relname::text collate "default",
            string_agg(a.attname::text collate "default", ' ' order by a.attnum)
              filter (where a.attname not in ('core_status', 'seats', 'hold_expires_at'))
     from pg_class as c
     join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'tutoring'::regnamespace
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
  'update tutoring.bookings set ' || c, '42501', null,
  'a learner cannot set ' || c || ' of a booking')
from unnest(array['amount_captured = 0', 'payment_status = ''refunded''', 'expert_id = id',
                  'slot_id = id', 'cancelled_by = ''expert''', 'created_at = now()']) as c;
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
  'the joined view booking_details cannot be updated');
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

select * from finish();
rollback;
