-- Sessions: opened with a password, refreshed with a token, ended when a token is stolen.

begin;
select plan(27);

create function tests.age_sessions(p_time interval)
returns void
language sql
security definer
as $$ update identity.session set refreshed_at = refreshed_at - p_time $$;
create function tests.age_failures(p_time interval)
returns void
language sql
security definer
as $$ update identity.failed_attempt set blocked_until = blocked_until - p_time $$;
create function tests.refresh(p_counter bigint, p_address bytea default null)
returns text
language sql
as $$
  select coalesce(r ->> 'refused', r ->> 'refresh_counter')
  from api.auth_refresh(current_setting('tests.session')::uuid, p_counter, p_address) as r;
$$;
grant execute on all functions in schema tests to public;
select set_config('tests.session', tests.signed_in('alma')::text, true);

-- Asking for the hash of a password.
select tests.act_as_anonymous();
select throws_ok(
  $$ select api.auth_password('alma@example.com', null, null) $$, '42501', null,
  'an anonymous caller cannot ask for a password hash');
select tests.act_as_service();
select is(
  api.auth_password('Alma@example.com', tests.digest('alma'), null) ->> 'password_hash',
  '$argon2id$hash of alma', 'the service reads the password hash of an address');
select is(
  api.auth_password('nobody@example.com', null, null), '{"password_hash": null}',
  'the password hash of an unknown address is null');
select is(
  (select count(*) from generate_series(1, 151) as n
   where api.auth_password('x@example.com', null, '\x01') ->> 'refused' is null),
  150::bigint, 'one network address asks for at most 150 password hashes in five minutes');

-- Signing in.
select is(tests.sign_in('alma') -> 'user' ->> 'email', 'alma@example.com',
  'the right password hash opens a session');
select is(tests.sessions('alma'), 2::bigint, 'each sign-in opens a session of its own');
select is(
  api.auth_sign_in('alma@example.com', null, 'a', null, null) ->> 'refused',
  'invalid_credentials', 'a sign-in without a password hash is refused as a wrong password');
select is(
  api.auth_sign_in('nobody@example.com', null, 'n', null, null) ->> 'refused',
  'invalid_credentials', 'a sign-in of an unknown address is refused as a wrong password');
select is(tests.sign_in('alma', '$argon2id$before') ->> 'refused', 'invalid_credentials',
  'a password hash that was changed meanwhile is refused as a wrong password');
select lives_ok(
  $$ select api.auth_sign_in('alma@example.com', '$argon2id$hash of alma', '\x01',
                             '$argon2id$better', 'pgTAP') $$,
  'a sign-in may bring a better hash of the same password');
select is(
  api.auth_password('alma@example.com', null, null) ->> 'password_hash', '$argon2id$better',
  'a better hash replaces the old one');

-- Wrong passwords make an address wait.
select tests.sign_in('alma', '$argon2id$better');
select tests.sign_in('alma', 'wrong') from generate_series(1, 5);
select is(
  api.auth_password('alma@example.com', tests.digest('alma'), null) ->> 'refused', null,
  'five wrong passwords do not make an address wait');
select tests.sign_in('alma', 'wrong');
select is(
  api.auth_password('alma@example.com', tests.digest('alma'), null) ->> 'refused',
  'over_request_rate_limit', 'the sixth wrong password makes an address wait');
select is(
  api.auth_password('alma@example.com', tests.digest('another'), null) ->> 'refused', null,
  'the wait of one address does not bind another');
select tests.age_failures('2 seconds');
select is(
  api.auth_password('alma@example.com', tests.digest('alma'), null) ->> 'refused', null,
  'an address may try again two seconds after the sixth wrong password');

-- Refreshing.
select is(tests.refresh(0), '1', 'a refresh token has a successor');
select is(tests.refresh(0), '1',
  'a refresh token used twice within ten seconds has the same successor');
select is(tests.refresh(2), 'refresh_token_not_found',
  'a refresh token that was not issued yet is not found');
select is(
  api.auth_refresh(gen_random_uuid(), 0, null) ->> 'refused', 'refresh_token_not_found',
  'a refresh token of an unknown session is not found');
select tests.age_sessions('11 seconds');
select is(tests.refresh(0), '1',
  'the parent of a refresh token that was never used gets the same successor, however late');
select is(tests.refresh(1), '2', 'a successor has a successor of its own');
select is(tests.refresh(0), '2',
  'a refresh token two steps old gets the newest one for ten seconds');
select tests.age_sessions('11 seconds');
select is(tests.refresh(0), 'refresh_token_already_used',
  'a refresh token used again after ten seconds is refused as stolen');
select is(tests.refresh(2), 'refresh_token_not_found',
  'a session whose refresh token was used again is ended');

-- Somebody who must not stay in.
select set_config(
  'tests.session', tests.sign_in('alma', '$argon2id$better') ->> 'session_id', true);
select is(tests.refresh(0), '1', 'a session of a person in good standing is refreshed');
select tests.act_as_nobody();
update identity.account set banned_until = now() + interval '1 hour';
select tests.act_as_service();
select is(tests.refresh(1), 'refresh_token_not_found', 'a ban ends the sessions of an account');
select is(tests.sign_in('alma', '$argon2id$better') ->> 'refused', 'user_banned',
  'a banned account cannot sign in with the right password');

select * from finish();
rollback;
