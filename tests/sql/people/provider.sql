-- Providers: becoming one, the lens's expert_profiles, and being verified.

begin;
select plan(24);

select tests.introduce('tara', 'alice', 'staff');
select tests.make_staff('staff');

select tests.act_as_anonymous();
select throws_ok('select api.save_provider(''{}'')', '42501', null,
  'an anonymous caller cannot become a provider');

select tests.act_as('guest');
select set_config('request.jwt.claims', '{"role":"authenticated","is_anonymous":true}', true);
select throws_ok(
  'select api.save_provider(''{}'')', 'M3002', 'sign_up_required',
  'an anonymous guest account cannot become a provider');
select throws_ok(
  $$ insert into tutoring.expert_profiles (user_profile_id) values (tests.id('guest')) $$,
  'M3002', 'sign_up_required',
  'an anonymous guest account cannot become a provider through the lens');

select tests.act_as('tara');
select is(
  tutoring.become_expert('Tara', 'Danish since 1999', array['danish'], 'DKK', 'Europe/Copenhagen'),
  tests.id('tara'), 'becoming an expert returns the person''s own id');
select results_eq(
  'select bio, expertise_areas, currency, is_available, verification_status, total_sessions
   from tutoring.expert_profiles',
  $$ values ('Danish since 1999', array['danish'], 'DKK', true, 'pending', 0) $$,
  'a new expert has what they gave, is unverified and has no sessions');
select lives_ok(
  $$ select api.save_provider('{"currency": "EUR"}') $$, 'becoming a provider again is accepted');
select results_eq(
  'select currency, expertise_areas from tutoring.expert_profiles',
  $$ values ('EUR', array['danish']) $$,
  'becoming a provider again keeps what is null and replaces what is given');
select throws_ok(
  $$ select api.save_provider('{"timezone": "Mars/Base"}') $$, 'M0001', 'timezone_unknown',
  'a provider with an unknown time zone is refused');
select results_eq(
  $$ update tutoring.expert_profiles
     set hourly_rate_cents = 60000, bio = 'New', is_available = false
     where id = tests.id('tara')
     returning hourly_rate_cents, bio, is_available, total_earnings_cents $$,
  $$ values (60000::bigint, 'New', false, 0::bigint) $$,
  'an expert edits their profile and gets the new row back');

prepare tara_grades_herself as update tutoring.expert_profiles set verification_status = 'verified';
prepare tara_verifies as select api.verify_provider(tests.id('tara'), 'verified');

select throws_ok('tara_grades_herself', 'M0018', 'column_read_only',
  'an expert cannot write their verification status');
select throws_ok('tara_verifies', 'M3301', 'staff_only',
  'an expert cannot verify themselves with the staff''s function');
select throws_ok(
  'update tutoring.expert_profiles set rating = 5', 'M0018', 'column_read_only',
  'an expert cannot write their rating');
select throws_ok(
  'update tutoring.expert_profiles set total_sessions = 99', 'M0018', 'column_read_only',
  'an expert cannot write their number of sessions');

select tests.act_as('alice');
select throws_ok(
  $$ update tutoring.expert_profiles set bio = 'hacked' where id = tests.id('tara') $$,
  '42501', null, 'a person cannot edit another expert''s profile');
select throws_ok(
  $$ update tutoring.expert_profiles set bio = 'hacked' $$, '42501', null,
  'a person''s edit without a filter changes no expert''s profile');
select throws_ok(
  $$ insert into tutoring.expert_profiles (user_profile_id) values (tests.id('bob')) $$,
  '42501', null, 'a person cannot make another person an expert');
select throws_ok('tara_verifies', 'M3301', 'staff_only',
  'a person who is not staff cannot verify a provider');

select tests.act_as('staff');
select throws_ok(
  $$ select api.verify_provider(tests.id('nobody'), 'verified') $$, 'M4001', 'provider_not_found',
  'staff cannot verify a provider who does not exist');
select throws_ok(
  $$ select api.verify_provider(tests.id('tara'), 'excellent') $$, '23514', null,
  'staff cannot give a provider an unknown verification status');
select lives_ok('tara_verifies', 'staff verifies a provider');

select tests.act_as('alice');
select results_eq(
  'select verification_status from tutoring.expert_profiles', $$ values ('verified') $$,
  'everybody sees that an expert is verified');

select tests.act_as_nobody();
select results_eq(
  'select actor_id, action, before, after from core.audit_log',
  $$ values (tests.id('staff'), 'verify', '"pending"'::jsonb, '"verified"'::jsonb) $$,
  'the audit log has who verified a provider, from what and to what');
update core.person set status = 'suspended' where person_id = tests.id('alice');

select tests.act_as('alice');
select throws_ok(
  'select api.save_provider(''{}'')', 'M3001', 'person_suspended',
  'a suspended person cannot become a provider');
select throws_ok(
  $$ insert into tutoring.expert_profiles (user_profile_id) values (tests.id('alice')) $$,
  'M3001', 'person_suspended', 'a suspended person cannot become a provider through the lens');

select * from finish();
rollback;
