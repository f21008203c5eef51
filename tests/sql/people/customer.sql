-- Customers: becoming one, and the lens's learner_profiles.

begin;
select plan(17);

select tests.offer('lesson', 'tara', 5000, 'DKK');
select tests.introduce('alice', 'bob');

select tests.act_as_anonymous();
select throws_ok(
  'select api.become_customer()', '42501', null, 'nobody is a customer without signing in');
select throws_ok(
  'select * from tutoring.learner_profiles', '42501', null, 'strangers see no learner');

select tests.act_as('alice');
select is(
  tutoring.become_learner('Alice', array['fluency'], array['danish']), tests.id('alice'),
  'a person becomes a learner, and is told their id');
select results_eq(
  'select user_profile_id, learning_goals, interests from tutoring.learner_profiles',
  $$ values (tests.id('alice'), array['fluency'], array['danish']) $$,
  'with what they said of themselves');
select is(
  api.become_customer(p_goals => array['grammar']), tests.id('alice'), 'a second time is no harm');
select results_eq(
  'select learning_goals, interests from tutoring.learner_profiles',
  $$ values (array['grammar'], array['danish']) $$,
  'what is given replaces, what is null stays');
select throws_ok(
  $$ select api.become_customer(p_timezone => 'Mars/Base') $$, 'M0001', 'timezone_unknown',
  'a zone is one');
select lives_ok(
  $$ update tutoring.learner_profiles
     set experience_level = 'BEGINNER', preferred_session_duration = 60 $$,
  'a learner edits their profile');
select throws_ok(
  $$ update tutoring.learner_profiles set experience_level = 'GURU' $$, null, null,
  'with the words there are');
select throws_ok(
  $$ update tutoring.learner_profiles set total_spent_cents = 0 $$, null, null,
  'but not what is counted');

select tests.act_as('bob');
select throws_ok(
  $$ insert into tutoring.learner_profiles (user_profile_id) values (tests.id('tara')) $$,
  '42501', null, 'nobody makes another a learner');
select lives_ok(
  $$ insert into tutoring.learner_profiles (user_profile_id, interests)
     values (tests.id('bob'), '{}') $$,
  'everybody makes themselves one');
select is_empty(
  $$ select * from tutoring.learner_profiles where id = tests.id('alice') $$,
  'learners do not see each other');
select lives_ok(
  $$ update tutoring.learner_profiles set interests = '{mine}' $$,
  'an edit of no row in particular');

select tests.act_as_nobody();
select results_eq(
  $$ select interests from core.customer where customer_id = tests.id('alice') $$,
  $$ values (array['danish']) $$, 'changes nobody else');

select tests.paid('lesson', 'alice');
select tests.act_as('alice');
select results_eq(
  'select total_sessions_booked, total_spent_cents from tutoring.learner_profiles',
  'values (1, 5000::bigint)', 'booked and spent are counted');

select tests.act_as('tara');
select results_eq(
  'select id from tutoring.learner_profiles', $$ values (tests.id('alice')) $$,
  'an expert sees the learners who booked them, and no others');

select * from finish();
rollback;
