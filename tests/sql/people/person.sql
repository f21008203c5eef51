-- People: who sees whom, what they may say of themselves, and what they may not.

begin;
select plan(26);

select tests.offer('lesson', 'tara', 0);
select tests.introduce('alice', 'bob', 'eve');
update core.person set status = 'suspended' where person_id = tests.id('eve');

select tests.act_as_anonymous();

select results_eq(
  'select display_name, role from tutoring.user_profiles', $$ values ('tara', 'expert') $$,
  'strangers see experts and nobody else');
select throws_ok(
  $$ update tutoring.user_profiles set display_name = 'x' $$, '42501', null,
  'nobody edits without signing in');
select throws_ok(
  'select * from core.person', '42501', 'permission denied for schema core',
  'a core table has no name for those who call');

select tests.act_as('alice');

select results_eq(
  'select display_name from tutoring.user_profiles order by 1', $$ values ('alice'), ('tara') $$,
  'a person sees themselves and experts, not other learners');
select lives_ok(
  $$ update tutoring.user_profiles set display_name = 'Alice', timezone = 'Asia/Kathmandu' $$,
  'a person edits without saying which row');
select results_eq(
  'select display_name, timezone from tutoring.user_profiles order by 1',
  $$ values ('Alice', 'Asia/Kathmandu'), ('tara', 'UTC') $$,
  'and only their own changes');
select throws_ok(
  $$ update tutoring.user_profiles set role = 'admin' $$, null, null,
  'nobody makes themselves admin');
select throws_ok(
  $$ update tutoring.user_profiles set id = tests.id('bob') $$, '42501', null,
  'nobody becomes somebody else');
select throws_ok(
  $$ update tutoring.user_profiles set created_at = now() $$, '42501', null,
  'nobody says since when they are here');
select throws_ok(
  $$ insert into tutoring.user_profiles (id, display_name) values (tests.id('x'), 'x') $$,
  '42501', null, 'nobody makes another person');
select throws_ok(
  'delete from tutoring.user_profiles', '42501', null, 'nobody deletes a person');

prepare set_zone (text) as update tutoring.user_profiles set timezone = $1;

select lives_ok($$ execute set_zone('America/Port-au-Prince') $$, 'a zone may have hyphens');
select lives_ok($$ execute set_zone('Etc/GMT+5') $$, 'or a number');
select throws_ok(
  $$ execute set_zone('Europe/Nowhere') $$, 'M0001', 'timezone_unknown', 'a zone exists');
select throws_ok(
  $$ execute set_zone('Europe/Nowhere3') $$, 'M0001', 'timezone_unknown',
  'a rule in POSIX notation is no zone, whatever it looks like');
select throws_ok($$ execute set_zone('XYZ3') $$, 'M0001', 'timezone_unknown', 'nor in short');
select throws_ok($$ execute set_zone('+02:00') $$, 'M0001', 'timezone_unknown', 'nor an offset');
select throws_ok($$ execute set_zone(null) $$, 'M0001', 'timezone_unknown', 'nor nothing');

select throws_ok(
  $$ update tutoring.user_profiles set avatar_url = 'javascript:alert(1)' $$, '23514', null,
  'a picture is on the web');

select tests.act_as('newcomer');

select lives_ok(
  $$ insert into tutoring.user_profiles (user_id, display_name)
     values (tests.id('newcomer'), 'n') $$,
  'a person makes their own profile');
select throws_ok(
  $$ insert into tutoring.user_profiles (user_id, display_name)
     values (tests.id('newcomer'), 'n') $$,
  '23505', null, 'once');

select tests.act_as('eve');

prepare eve_acts as select api.become_customer();

select throws_ok('eve_acts', 'M3001', 'person_suspended', 'a suspended person begins nothing');
select tests.act_as_nobody();
update core.person set status = 'active' where person_id = tests.id('eve');
select tests.act_as('eve');
select lives_ok('eve_acts', 'until they are let in again');

-- Two who have a booking in common.
select tests.act_as_nobody();
select tests.book('lesson', 'bob');
select tests.act_as('tara');
select results_eq(
  'select display_name from tutoring.user_profiles order by 1', $$ values ('bob'), ('tara') $$,
  'an expert sees the learners who booked them');
select is_empty(
  'select * from tutoring.user_profiles where role = ''learner'' and display_name = ''Alice''',
  'and no others');

select tests.act_as_service();
select is(
  (select count(*) from tutoring.user_profiles), 5::bigint, 'the house sees everybody');

select * from finish();
rollback;
