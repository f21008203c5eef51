-- Customers: becoming one, and the lens's learner_profiles.

begin;
select plan(17);

select tests.offer('lesson', 'tara', 5000, 'DKK');
select tests.introduce('alice', 'bob');

select tests.act_as_anonymous();
select throws_ok(
  'select api.save_customer(''{}'')', '42501', null, 'an anonymous caller cannot become a customer');
select throws_ok(
  'select * from tutoring.learner_profiles', '42501', null,
  'an anonymous caller cannot see learners');

select tests.act_as('alice');
select is(
  tutoring.become_learner('Alice', array['fluency'], array['danish']), tests.id('alice'),
  'becoming a learner returns the person''s own id');
select results_eq(
  'select user_profile_id, learning_goals, interests from tutoring.learner_profiles',
  $$ values (tests.id('alice'), array['fluency'], array['danish']) $$,
  'a new learner has the goals and interests they gave');
select is(
  api.save_customer('{"goals": ["grammar"]}'), tests.id('alice'),
  'becoming a customer again returns the same id');
select results_eq(
  'select learning_goals, interests from tutoring.learner_profiles',
  $$ values (array['grammar'], array['danish']) $$,
  'becoming a customer again keeps what is null and replaces what is given');
select throws_ok(
  $$ select api.save_customer('{"timezone": "Mars/Base"}') $$, 'M0001', 'timezone_unknown',
  'a customer with an unknown time zone is refused');
select lives_ok(
  $$ update tutoring.learner_profiles
     set experience_level = 'BEGINNER', preferred_session_duration = 60 $$,
  'a learner edits their own profile');
select throws_ok(
  $$ update tutoring.learner_profiles set experience_level = 'GURU' $$, null, null,
  'a learner with an unknown experience level is refused');
select throws_ok(
  $$ update tutoring.learner_profiles set total_spent_cents = 7 $$, 'M0018', 'column_read_only',
  'a learner cannot write the sum they have spent');

select tests.act_as('bob');
select throws_ok(
  $$ insert into tutoring.learner_profiles (user_profile_id) values (tests.id('tara')) $$,
  '42501', null, 'a person cannot make another person a learner');
select lives_ok(
  $$ insert into tutoring.learner_profiles (user_profile_id, interests)
     values (tests.id('bob'), '{}') $$,
  'a person makes themselves a learner through the lens');
select is_empty(
  $$ select * from tutoring.learner_profiles where id = tests.id('alice') $$,
  'a learner cannot see another learner');
select lives_ok(
  $$ update tutoring.learner_profiles set interests = '{mine}' $$,
  'a learner may edit their profile without a filter');

select tests.act_as_nobody();
select results_eq(
  $$ select interests from core.customer where customer_id = tests.id('alice') $$,
  $$ values (array['danish']) $$, 'an edit without a filter changes no other learner');

select tests.paid('lesson', 'alice');
select tests.offer('yen', 'tara', 700, 'JPY', p_starts => now() + interval '20 days');
select tests.paid('yen', 'alice');
select tests.act_as('alice');
select results_eq(
  'select total_sessions_booked, total_spent_cents from tutoring.learner_profiles',
  'values (2, 5000::bigint)',
  'a learner sees how many sessions they booked, and what they spent in the default currency');

select tests.act_as('tara');
select results_eq(
  'select id from tutoring.learner_profiles', $$ values (tests.id('alice')) $$,
  'an expert sees only the learners who booked them');

select * from finish();
rollback;
