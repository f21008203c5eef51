-- Second factors: what the database decides, whatever the Lambda asks.

begin;
select plan(15);

create function tests.sign_up_here(p_name text)
returns uuid
language sql
as $$
  select (api.auth_sign_up(
    p_name || '@example.com', '$argon2id$hash of ' || p_name, '{}', true, '{}', 'pgTAP',
    convert_to(p_name, 'UTF8'), null) ->> 'session_id')::uuid;
$$;
create table tests.seat (name text primary key, session_id uuid);
create function tests.session(p_name text)
returns uuid
language sql
security definer
as $$ select session_id from tests.seat where name = p_name $$;
create function tests.factor(p_account text, p_session text)
returns text
language sql
as $$
  select api.auth_enroll_factor(
    tests.account_id(p_account), tests.session(p_session), tests.id(p_session || ' factor'),
    p_session, '\x00', convert_to(p_account, 'UTF8')) ->> 'refused';
$$;
create function tests.challenge(p_account text, p_session text, p_factor text)
returns uuid
language sql
as $$
  select (api.auth_challenge_factor(
    tests.account_id(p_account), tests.session(p_session), tests.id(p_factor || ' factor'),
    convert_to(p_account, 'UTF8')) #>> '{challenge,id}')::uuid;
$$;
create function tests.show(
  p_account text, p_session text, p_factor text, p_challenge uuid, p_step bigint)
returns text
language sql
as $$
  select coalesce(a ->> 'refused', a #>> '{claims,aal}')
  from api.auth_verify_factor(
    tests.account_id(p_account), tests.session(p_session), tests.id(p_factor || ' factor'),
    p_challenge, p_step, convert_to(p_account, 'UTF8')) as a;
$$;
create function tests.sit(p_name text, p_session uuid)
returns void
language sql
security definer
as $$ insert into tests.seat values (p_name, p_session) $$;
create function tests.enter(p_account text, p_name text)
returns void
language sql
as $$
  select tests.sit(p_name, (api.auth_sign_in(
    p_account || '@example.com', '$argon2id$hash of ' || p_account, 'k', null, null)
    ->> 'session_id')::uuid);
$$;
create function tests.is_in(p_name text)
returns boolean
language sql
security definer
as $$ select exists (select from identity.session where session_id = tests.session(p_name)) $$;
grant execute on all functions in schema tests to public;

select tests.act_as('eve');
select throws_ok(
  'select api.auth_factor_secret(null, null, null, null, null)', '42501', null,
  'nobody who calls asks for a secret');
select throws_ok(
  'select * from identity.factor', '42501', 'permission denied for schema identity',
  'nobody who calls reads factors');

select tests.act_as_service();
select tests.sit('desk', tests.sign_up_here('mia'));
select tests.enter('mia', 'phone');
select tests.sit('other', tests.sign_up_here('otto'));
select is(tests.factor('mia', 'desk'), null, 'Mia enrols a factor');
select is(
  tests.show('mia', 'desk', 'desk', tests.challenge('mia', 'desk', 'desk'), null),
  'mfa_verification_failed', 'a wrong code is refused');
select is(
  tests.show('mia', 'phone', 'desk', tests.challenge('mia', 'desk', 'desk'), 100),
  'mfa_verification_failed', 'a challenge is good for its session alone');
select is(
  tests.show('otto', 'other', 'desk', tests.challenge('mia', 'desk', 'desk'), 100),
  'mfa_verification_failed', 'a challenge is good for its owner alone');
select is(tests.challenge('otto', 'other', 'desk'), null,
  'the owner of a factor is asked for its code');
select is(
  tests.show('mia', 'desk', 'desk', tests.challenge('mia', 'desk', 'desk'), 100), 'aal2',
  'the right code makes the session aal2');
select is(tests.is_in('phone'), false, 'the right code ends the sessions that have shown none');
select is(tests.is_in('other'), true, 'the right code ends no session of another account');
select is(
  tests.show('mia', 'desk', 'desk', tests.challenge('mia', 'desk', 'desk'), 100),
  'mfa_verification_failed', 'a code is good once');
select is(
  tests.show('mia', 'desk', 'desk', tests.challenge('mia', 'desk', 'desk'), 99),
  'mfa_verification_failed', 'a code from before the last one is not good any more');

select tests.enter('mia', 'thief');
select is(
  tests.factor('mia', 'thief'), 'factor_to_enroll',
  'a session with the password alone cannot enrol another factor');
select is(
  api.auth_unenroll_factor(
    tests.account_id('mia'), tests.session('thief'), tests.id('desk factor')) ->> 'refused',
  'factor_to_unenroll', 'a session with the password alone cannot remove a factor');
select is(
  api.auth_unenroll_factor(
    tests.account_id('mia'), tests.session('desk'), tests.id('desk factor')),
  '{}', 'a session that has shown the factor removes it');

select * from finish();
rollback;
