-- Providers: becoming one, the lens's expert_profiles, and being verified.

begin;
select plan(24);

select tests.introduce('tara', 'alice', 'staff');
insert into core.person_role (person_id, role_id)
select tests.id('staff'), role_id from core.role where name = 'staff';

select tests.act_as_anonymous();
select throws_ok('select api.become_provider()', '42501', null, 'nobody offers without signing in');

select tests.act_as('guest');
select set_config('request.jwt.claims', '{"role":"authenticated","is_anonymous":true}', true);
select throws_ok(
  'select api.become_provider()', 'M3002', 'sign_up_required', 'a guest offers nothing');
select throws_ok(
  $$ insert into tutoring.expert_profiles (user_profile_id) values (tests.id('guest')) $$,
  'M3002', 'sign_up_required', 'by the lens neither');

select tests.act_as('tara');
select is(
  tutoring.become_expert('Tara', 'Danish since 1999', array['danish'], 'DKK', 'Europe/Copenhagen'),
  tests.id('tara'), 'a person becomes an expert');
select results_eq(
  'select bio, expertise_areas, currency, is_available, verification_status, total_sessions
   from tutoring.expert_profiles',
  $$ values ('Danish since 1999', array['danish'], 'DKK', true, 'pending', 0) $$,
  'with what they said, and what the house counts');
select lives_ok(
  $$ select api.become_provider(p_currency => 'EUR') $$, 'a second time is no harm');
select results_eq(
  'select currency, expertise_areas from tutoring.expert_profiles',
  $$ values ('EUR', array['danish']) $$, 'what is given replaces, what is null stays');
select throws_ok(
  $$ select api.become_provider(p_timezone => 'Mars/Base') $$, 'M0001', 'timezone_unknown',
  'a zone is one');
select results_eq(
  $$ update tutoring.expert_profiles
     set hourly_rate_cents = 60000, bio = 'New', is_available = false
     where id = tests.id('tara')
     returning hourly_rate_cents, bio, is_available, total_earnings_cents $$,
  $$ values (60000, 'New', false, 0::bigint) $$,
  'an expert edits their profile, and is given it back');

prepare tara_grades_herself as update tutoring.expert_profiles set verification_status = 'verified';
prepare tara_verifies as select api.verify_provider(tests.id('tara'), 'verified');

select throws_ok('tara_grades_herself', '42501', null, 'nobody verifies themselves');
select throws_ok('tara_verifies', '42501', 'Only staff verifies providers.', 'by no path');
select throws_ok(
  'update tutoring.expert_profiles set rating = 5', '42501', null, 'nor rates themselves');
select throws_ok(
  'update tutoring.expert_profiles set total_sessions = 99', '42501', null, 'nor counts');

select tests.act_as('alice');
select throws_ok(
  $$ update tutoring.expert_profiles set bio = 'hacked' where id = tests.id('tara') $$,
  '42501', null, 'nobody edits another expert');
select throws_ok(
  $$ update tutoring.expert_profiles set bio = 'hacked' $$, '42501', null,
  'nor by naming no row');
select throws_ok(
  $$ insert into tutoring.expert_profiles (user_profile_id) values (tests.id('bob')) $$,
  '42501', null, 'nobody makes another an expert');
select throws_ok('tara_verifies', '42501', null, 'a stranger verifies nobody');

select tests.act_as('staff');
select throws_ok(
  $$ select api.verify_provider(tests.id('nobody'), 'verified') $$, 'M4001', 'provider_not_found',
  'staff verifies those there are');
select throws_ok(
  $$ select api.verify_provider(tests.id('tara'), 'excellent') $$, '23514', null,
  'with the words there are');
select lives_ok('tara_verifies', 'staff verifies');

select tests.act_as('alice');
select results_eq(
  'select verification_status from tutoring.expert_profiles', $$ values ('verified') $$,
  'and everybody sees it');

select tests.act_as_nobody();
select results_eq(
  'select actor_id, action, before, after from core.audit_log',
  $$ values (tests.id('staff'), 'verify', '"pending"'::jsonb, '"verified"'::jsonb) $$,
  'and the audit log knows who');
update core.person set status = 'suspended' where person_id = tests.id('alice');

select tests.act_as('alice');
select throws_ok(
  'select api.become_provider()', 'M3001', 'person_suspended', 'a suspended person offers nothing');
select throws_ok(
  $$ insert into tutoring.expert_profiles (user_profile_id) values (tests.id('alice')) $$,
  'M3001', 'person_suspended', 'by the lens neither');

select * from finish();
rollback;
