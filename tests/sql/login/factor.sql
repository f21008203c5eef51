-- Second factors: enrolled, shown to raise a session, and removed only by who has shown one.

begin;
select plan(34);

create function tests.enroll(p_name text)
returns text
language sql
as $$
  select api.auth_enroll_factor(
    tests.account_id('alma'), current_setting('tests.session')::uuid, tests.id(p_name), p_name,
    tests.digest('secret of ' || p_name), null) ->> 'refused';
$$;
create function tests.challenge(p_name text)
returns text
language plpgsql
as $$
declare
  v_answer jsonb := api.auth_challenge_factor(
    tests.account_id('alma'), current_setting('tests.session')::uuid, tests.id(p_name), null);
begin
  perform set_config('tests.challenge', coalesce(v_answer #>> '{challenge,id}', ''), true);
  return v_answer ->> 'refused';
end
$$;
create function tests.secret(p_name text)
returns text
language sql
as $$
  select coalesce(s ->> 'refused', convert_from(decode(s ->> 'secret', 'hex'), 'UTF8'))
  from api.auth_factor_secret(
    tests.account_id('alma'), current_setting('tests.session')::uuid, tests.id(p_name),
    current_setting('tests.challenge')::uuid, tests.digest('factor of alma')) as s;
$$;
create function tests.show(p_name text, p_step bigint)
returns text
language sql
as $$
  select coalesce(v ->> 'refused', v -> 'claims' ->> 'aal')
  from api.auth_verify_factor(
    tests.account_id('alma'), current_setting('tests.session')::uuid, tests.id(p_name),
    current_setting('tests.challenge')::uuid, p_step, tests.digest('factor of alma')) as v;
$$;
create function tests.remove(p_name text)
returns text
language sql
as $$
  select api.auth_unenroll_factor(
    tests.account_id('alma'), current_setting('tests.session')::uuid, tests.id(p_name))
    ->> 'refused';
$$;
create function tests.new_session()
returns text
language sql
as $$
  select set_config('tests.session', tests.sign_in('alma') ->> 'session_id', true);
$$;
grant execute on all functions in schema tests to public;
select set_config('tests.session', tests.signed_in('alma')::text, true);

-- Enrolled.
select tests.act_as_service();
select is(tests.enroll('phone'), null, 'a person enrols a second factor');
select is(tests.enroll('phone'), 'mfa_factor_name_conflict',
  'a person cannot enrol two factors of one name');
select is(
  api.auth_enroll_factor(tests.account_id('alma'), gen_random_uuid(), gen_random_uuid(), 'x',
                         '\x00', null) ->> 'refused',
  'session_not_found', 'a second factor cannot be enrolled without a session');
select isnt(tests.sign_in('alma') ->> 'session_id', null,
  'a factor whose code was never shown does not change signing in');

-- Asked for.
select is(tests.challenge('nothing'), 'mfa_factor_not_found',
  'a factor that does not exist cannot be asked for');
select is(tests.challenge('phone'), null, 'a session is asked for a code of a factor');
select is(tests.secret('phone'), 'secret of phone',
  'the secret of a factor is read to compare a code with it');
select is(tests.secret('nothing'), 'mfa_factor_not_found',
  'the secret of a factor that does not exist is not found');

-- Shown.
select is(tests.show('phone', null), 'mfa_verification_failed', 'a wrong code is refused');
select is(tests.show('phone', 100), 'aal2', 'the right code raises the session to aal2');
select is(tests.sessions('alma'), 1::bigint,
  'showing the first code ends the sessions that have not shown one');
select is(tests.mails('alma@example.com'), '{confirmation,factor_enrolled}',
  'a person is told by mail that a second factor was enrolled');
select is(tests.show('phone', 101), 'mfa_verification_failed', 'a challenge is good once');
select tests.challenge('phone');
select is(tests.show('phone', 100), 'mfa_verification_failed',
  'a code that was shown is not good again');
select is(tests.show('phone', 99), 'mfa_verification_failed',
  'a code from before the last one is not good any more');
select is(tests.show('phone', 101), 'aal2', 'the next code is good');

-- A session that has not shown one.
select set_config('tests.raised', current_setting('tests.session'), true);
select tests.challenge('phone');
select tests.new_session();
select is(tests.secret('phone'), 'mfa_challenge_not_found',
  'the challenge of one session is not good for another');
select is(tests.enroll('tablet'), 'factor_to_enroll',
  'a session without the second factor cannot enrol another factor');
select is(tests.remove('phone'), 'factor_to_unenroll',
  'a session without the second factor cannot remove it');
select is(
  api.auth_update_user(
    tests.account_id('alma'), current_setting('tests.session')::uuid, null, '$argon2id$new',
    null, null, true, '{}', null, null, null, null, null) ->> 'refused',
  'insufficient_aal', 'a session without the second factor cannot change the password');
select tests.challenge('phone');
select tests.act_as_nobody();
update identity.factor_challenge set expires_at = now() - interval '1 second';
select tests.act_as_service();
select is(tests.secret('phone'), 'mfa_challenge_expired', 'a challenge is good for five minutes');

-- Guessing makes the account wait, whichever session asks.
select tests.challenge('phone');
select tests.show('phone', null) from generate_series(1, 6);
select is(tests.secret('phone'), 'over_request_rate_limit',
  'six wrong codes make the account wait');
select set_config('tests.session', current_setting('tests.raised'), true);
select tests.challenge('phone');
select is(tests.secret('phone'), 'over_request_rate_limit',
  'the wait after wrong codes binds every session of the account');

-- Removed.
select is(tests.enroll('tablet'), null,
  'a session with the second factor enrols another factor');
select is(tests.remove('tablet'), null, 'a factor whose code was never shown can be removed');
select is(tests.mails('alma@example.com'), '{confirmation,factor_enrolled}',
  'removing a factor that never counted is not told by mail');
select is(tests.remove('phone'), null, 'a session with the second factor removes it');
select is(tests.remove('phone'), 'mfa_factor_not_found', 'a factor is removed once');
select is(tests.mails('alma@example.com'), '{confirmation,factor_enrolled,factor_removed}',
  'a person is told by mail that a second factor was removed');
select is(
  api.auth_refresh(current_setting('tests.session')::uuid, (
    select max((api.auth_refresh(current_setting('tests.session')::uuid, n, null)
                ->> 'refresh_counter')::bigint) from generate_series(2, 2) as n), null)
    -> 'claims' ->> 'aal', 'aal1', 'a session whose factor was removed is aal1 again');

-- By the service, for somebody who has lost it.
select is(tests.enroll('key'), null, 'a person enrols a factor again');
select is(api.auth_delete_factor(tests.account_id('alma'), tests.id('key')), '{}',
  'the service removes the factor of a person who has lost it');
select is(
  api.auth_delete_factor(gen_random_uuid(), tests.id('key')) ->> 'refused', 'no_such_user',
  'the service cannot remove a factor of an unknown account');
select tests.act_as_nobody();
select is(
  (select count(*) from core.audit_log where action = 'delete_factor'), 1::bigint,
  'the audit log has the factor that the service removed');

select * from finish();
rollback;
