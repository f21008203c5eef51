-- People: who sees whom, what they may say of themselves, and what they may not.

begin;
select plan(43);

select tests.offer('lesson', 'tara', 0);
select tests.introduce('alice', 'bob', 'eve');
update core.person set status = 'suspended' where person_id = tests.id('eve');

select tests.act_as_anonymous();

select results_eq(
  'select display_name, role from tutoring.user_profiles', $$ values ('tara', 'expert') $$,
  'an anonymous caller sees experts and no other people');
select throws_ok(
  $$ update tutoring.user_profiles set display_name = 'x' $$, '42501', null,
  'an anonymous caller cannot edit a profile');
select throws_ok(
  'select * from core.person', '42501', 'permission denied for schema core',
  'an anonymous caller cannot read a core table');

select tests.act_as('alice');

select results_eq(
  'select display_name from tutoring.user_profiles order by 1', $$ values ('alice'), ('tara') $$,
  'a person sees themselves and experts, and no other learners');
select lives_ok(
  $$ update tutoring.user_profiles set display_name = 'Alice', timezone = 'Asia/Kathmandu' $$,
  'a person may edit their profile without a filter');
select results_eq(
  'select display_name, timezone from tutoring.user_profiles order by 1',
  $$ values ('Alice', 'Asia/Kathmandu'), ('tara', 'UTC') $$,
  'an edit without a filter changes the caller''s profile only');
select throws_ok(
  $$ update tutoring.user_profiles set role = 'admin' $$, null, null,
  'a person cannot make themselves admin');
select throws_ok(
  $$ update tutoring.user_profiles set id = tests.id('bob') $$, 'M0018', 'column_read_only',
  'a person cannot change their id');
select is_empty(
  $$ with changed as (update tutoring.user_profiles set created_at = 'epoch' returning created_at)
     select from changed where created_at = 'epoch' $$,
  'a person cannot change when they joined');
select throws_ok(
  $$ insert into tutoring.user_profiles (id, display_name) values (tests.id('x'), 'x') $$,
  '42501', null, 'a person cannot make a profile for somebody else');
select throws_ok(
  'delete from tutoring.user_profiles', '42501', null, 'a person cannot delete a profile');

prepare set_zone (text) as update tutoring.user_profiles set timezone = $1;

select lives_ok($$ execute set_zone('America/Port-au-Prince') $$,
  'a time zone with hyphens is accepted');
select lives_ok($$ execute set_zone('Etc/GMT+5') $$, 'a time zone with a number is accepted');
select throws_ok(
  $$ execute set_zone('Europe/Nowhere') $$, 'M0001', 'timezone_unknown',
  'a time zone that does not exist is refused');
select throws_ok(
  $$ execute set_zone('Europe/Nowhere3') $$, 'M0001', 'timezone_unknown',
  'a POSIX rule that looks like a time zone is refused');
select throws_ok($$ execute set_zone('XYZ3') $$, 'M0001', 'timezone_unknown',
  'a short POSIX rule is refused as a time zone');
select throws_ok($$ execute set_zone('+02:00') $$, 'M0001', 'timezone_unknown',
  'an offset from UTC is refused as a time zone');
select throws_ok($$ execute set_zone(null) $$, 'M0001', 'timezone_unknown',
  'a time zone of null is refused');

select throws_ok(
  $$ update tutoring.user_profiles set avatar_url = 'javascript:alert(1)' $$, '23514', null,
  'a picture that is not at a web address is refused');

select tests.act_as('newcomer');

select lives_ok(
  $$ insert into tutoring.user_profiles (user_id, display_name)
     values (tests.id('newcomer'), 'n') $$,
  'a person makes their own profile');
select throws_ok(
  $$ insert into tutoring.user_profiles (user_id, display_name)
     values (tests.id('newcomer'), 'n') $$,
  '23505', null, 'a person cannot make a second profile');

select tests.act_as('eve');

prepare eve_acts as select api.save_customer('{}');

select throws_ok('eve_acts', 'M3001', 'person_suspended',
  'a suspended person cannot become a customer');
select tests.act_as_nobody();
update core.person set status = 'active' where person_id = tests.id('eve');
select tests.act_as('eve');
select lives_ok('eve_acts', 'a person who is active again can become a customer');

-- Two who have a booking in common.
select tests.act_as_nobody();
select tests.book('lesson', 'bob');
select tests.act_as('tara');
select results_eq(
  'select display_name from tutoring.user_profiles order by 1', $$ values ('bob'), ('tara') $$,
  'an expert sees the learners who booked them');
select is_empty(
  'select * from tutoring.user_profiles where role = ''learner'' and display_name = ''Alice''',
  'an expert cannot see a learner who did not book them');

select tests.act_as_service();
select is(
  (select count(*) from tutoring.user_profiles), 5::bigint, 'the service sees everybody');

-- Whoever has hundreds of bookings is asked for one person at a time.
select tests.act_as_nobody();
select tests.offer('other', 'uwe', 0);
select tests.book('other', 'alice');
select tests.act_as_nobody();
create or replace function internal.knows_many() returns boolean language sql stable return true;
select tests.act_as('tara');
select results_eq(
  'select display_name from tutoring.user_profiles order by 1', $$ values ('bob'), ('tara'), ('uwe') $$,
  'a busy expert sees the learners who booked them');
select tests.act_as('bob');
select isnt_empty($$ select from tutoring.user_profiles where id = tests.id('tara') $$,
  'a busy learner sees the expert they booked');
select is_empty($$ select from tutoring.user_profiles where id = tests.id('alice') $$,
  'a busy learner cannot see another learner');

-- One verb for all that somebody says of themselves.
select tests.act_as('bob');
select is(api.save_person('{"display_name": "Robert", "phone": "+45 12", "date_of_birth": "1990-02-03"}'),
  tests.id('bob'), 'a person saves what they are called, and private data');
select tests.act_as_nobody();
select is((select row(p.display_name, v.phone, v.date_of_birth)::text
           from core.person as p join core.person_private as v using (person_id)
           where p.person_id = tests.id('bob')), '(Robert,"+45 12",1990-02-03)',
  'the name is for others and the rest is private');
select tests.act_as('bob');
select lives_ok($$ select api.save_person('{"phone": null}') $$, 'a person takes their number back');
select throws_ok(format($$ select api.save_person('{"person_id": "%s"}') $$, tests.id('alice')),
  '42501', null, 'a person cannot save the data of another');
select throws_ok($$ select api.save_person('{"status": "active"}') $$, 'M0013', 'field_unknown',
  'a person cannot save their own status');
select throws_ok($$ select api.save_person('{}', 'fail') $$, '23505', null,
  'a person who is there is refused when asked so');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('eve');
select tests.act_as('eve');
select throws_ok($$ select api.save_person('{"phone": "1"}') $$, 'M3001', 'person_suspended',
  'a suspended person saves nothing');
select tests.act_as_nobody();
select is((select phone from core.person_private where person_id = tests.id('bob')), null,
  'a number that was taken back is gone');

-- Whom to call.
update core.person_private set emergency_phone = null;
select tests.act_as('alice');
select api.save_person('{"emergency_phone": "112"}');
select tests.act_as_nobody();
grant execute on all functions in schema internal to public;
grant usage on schema internal to public;
select tests.offer('walk', 'tara', 5000, p_starts => now() + interval '15 days');
prepare to_call as select internal.emergency_phone(tests.id('alice'));
select tests.act_as('tara');
select results_eq('to_call', 'values (null::text)',
  'a provider without a booking cannot see whom to call');
select tests.act_as_nobody();
select tests.paid('walk', 'alice');
select tests.act_as('tara');
select results_eq('to_call', $$ values ('112') $$,
  'a provider sees whom to call while a booking is to take place');
select tests.act_as_nobody();
update core.booking set status = 'completed' where offering_title = 'walk';
select tests.act_as('tara');
select results_eq('to_call', 'values (null::text)',
  'a provider cannot see whom to call once the booking is over');
select tests.act_as('bob');
select results_eq('to_call', 'values (null::text)', 'a stranger cannot see whom to call');

select tests.act_as_nobody();
create function tests.zone_detail(p_zone text)
returns text
language plpgsql
as $$
declare
  v_detail text;
begin
  update core.person set timezone = p_zone where person_id = tests.id('alice');
  return null;
exception
  when others then
    get stacked diagnostics v_detail = pg_exception_detail;
    return v_detail;
end
$$;
select is(tests.zone_detail(z.zone), z.detail,
  'a time zone of ' || coalesce(z.zone, 'nothing') || ' is refused in words')
from (values (null, 'The time zone is missing.'),
             ('Mars', '''Mars'' is not the name of a time zone.')) as z(zone, detail);

select * from finish();
rollback;
