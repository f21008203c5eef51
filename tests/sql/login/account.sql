-- Logins: what only the house may do, and what even it may not.

begin;
select plan(43);

-- A mail as the auth Lambda draws it: everything follows from a name.
create function tests.mail(p_name text)
returns jsonb
language sql
as $$
  select jsonb_build_object(
    'token', p_name, 'code', '123456', 'redirect_to', 'http://127.0.0.1:3000',
    'link_hash', encode(convert_to('link of ' || p_name, 'UTF8'), 'hex'),
    'code_hash', encode(convert_to('code of ' || p_name, 'UTF8'), 'hex'),
    'lifetime_s', 3600);
$$;

create function tests.sign_up(p_name text, p_data jsonb default '{}', p_address bytea default null)
returns jsonb
language sql
as $$
  select api.auth_sign_up(
    p_name || '@example.com', '$argon2id$hash of ' || p_name, p_data, false, tests.mail(p_name),
    'pgTAP', convert_to(p_name, 'UTF8'), p_address);
$$;

create function tests.account_id(p_name text)
returns uuid
language sql
security definer
as $$
  select a.account_id from identity.account as a where a.email = p_name || '@example.com';
$$;

create function tests.parts(p_name text)
returns text
language sql
security definer
as $$
  select string_agg(r.name, ' ' order by r.name)
  from core.person_role as pr
  join core.role as r using (role_id)
  where pr.person_id = tests.account_id(p_name);
$$;

create function tests.open_code(p_name text, p_code text)
returns jsonb
language sql
as $$
  select api.auth_verify('email', null, p_name || '@example.com', convert_to(p_code, 'UTF8'),
                         null, 'pgTAP', null);
$$;

create function tests.the_session()
returns uuid
language sql
security definer
as $$ select session_id from identity.session order by created_at limit 1 $$;

create function tests.let_session_age()
returns void
language sql
security definer
as $$ update identity.session set refreshed_at = refreshed_at - interval '11 seconds' $$;

create function tests.sessions(p_name text)
returns bigint
language sql
security definer
as $$ select count(*) from identity.session where account_id = tests.account_id(p_name) $$;
create function tests.suspend_until(p_name text, p_until timestamptz)
returns void
language sql
security definer
as $$
  update core.person set suspended_until = p_until where person_id = tests.account_id(p_name)
$$;

create function tests.suspend(p_name text)
returns void
language sql
security definer
as $$ update core.person set status = 'suspended' where person_id = tests.account_id(p_name) $$;

grant execute on all functions in schema tests to public;

select tests.act_as_anonymous();

select throws_ok(
  $$ select api.auth_password('x', null, null) $$, '42501', null,
  'an anonymous caller cannot ask for a password hash');
select throws_ok(
  $$ select tests.sign_up('alma') $$, '42501', null,
  'an anonymous caller cannot make an account past the Lambda');
select throws_ok(
  'select api.auth_rotate_signing_keys(null, null, null)', '42501', null,
  'an anonymous caller cannot bring a signing key');
select lives_ok('select api.signing_keys()',
  'an anonymous caller may read the keys that tokens are checked with');
select throws_ok(
  'select * from identity.account', '42501', 'permission denied for schema identity',
  'an anonymous caller cannot read accounts');

select tests.act_as('eve');

select throws_ok(
  $$ select api.auth_user(tests.id('eve'), null) $$, '42501', null,
  'a signed-in person cannot call the functions of the auth Lambda');
select throws_ok(
  'select * from identity.session', '42501', 'permission denied for schema identity',
  'a signed-in person cannot read sessions');

select tests.act_as_service();

select throws_ok(
  'select * from identity.account', '42501', 'permission denied for schema identity',
  'the service cannot read the tables of logins, only call functions');
select is(
  tests.sign_up('alma', '{"role": "expert"}') -> 'user' ->> 'email', 'alma@example.com',
  'the service makes an account');
select is(tests.parts('alma'), 'customer provider',
  'a new account has the roles that were asked for');
select is(
  tests.sign_up('mallory', '{"role": "admin"}') ->> 'refused', null,
  'a sign-up that asks for the role admin succeeds');
select is(tests.parts('mallory'), 'customer',
  'a sign-up that asks for the role admin becomes a customer');

-- An address nobody has proved belongs to whoever asks last.
select is(
  tests.sign_up('alma') -> 'user' ->> 'id', tests.account_id('alma')::text,
  'signing up again before confirming keeps the same account');
select is(
  api.auth_sign_in('alma@example.com', '$argon2id$hash of alma', 'a', null, null) ->> 'refused',
  'email_not_confirmed', 'an unconfirmed address cannot sign in');
select is(
  tests.open_code('alma', 'code of somebody else') ->> 'refused', 'otp_expired',
  'a wrong confirmation code is refused');
select isnt(
  tests.open_code('alma', 'code of alma') ->> 'session_id', null,
  'the right confirmation code begins a session');
select is(
  tests.open_code('alma', 'code of alma') ->> 'refused', 'otp_expired',
  'a confirmation code works only once');
select is(
  jsonb_array_length(tests.sign_up('alma') -> 'user' -> 'identities'), 0,
  'signing up with a confirmed address returns a decoy account');
select is(
  api.auth_sign_in('alma@example.com', null, 'a', null, null) ->> 'refused',
  'invalid_credentials', 'a sign-in without a password hash is refused as a wrong password');
select is(
  api.auth_sign_in('nobody@example.com', null, 'n', null, null) ->> 'refused',
  'invalid_credentials', 'a sign-in of an unknown address is refused as a wrong password');

-- Refreshing.
select is(
  api.auth_refresh(tests.the_session(), 0, null) ->> 'refresh_counter', '1',
  'a refresh token has a successor');
select is(
  api.auth_refresh(tests.the_session(), 0, null) ->> 'refresh_counter', '1',
  'a refresh token used twice within ten seconds has the same successor');
select is(
  api.auth_refresh(tests.the_session(), 2, null) ->> 'refused', 'refresh_token_not_found',
  'a refresh token that was not issued yet is not found');
select lives_ok('select tests.let_session_age()',
  'the session''s last refresh is made eleven seconds old');
select is(
  api.auth_refresh(tests.the_session(), 0, null) ->> 'refresh_counter', '1',
  'the answer may have been lost: the parent of the live token is answered with it');
select is(
  api.auth_refresh(tests.the_session(), 1, null) ->> 'refresh_counter', '2',
  'then the live one is used');
select is(
  api.auth_refresh(tests.the_session(), 0, null) ->> 'refresh_counter', '2',
  'and for ten seconds its parent''s parent is another tab');
select lives_ok('select tests.let_session_age()', 'ten more seconds pass');
select is(
  api.auth_refresh(tests.the_session(), 0, null) ->> 'refused', 'refresh_token_already_used',
  'a refresh token used again after ten seconds is refused as stolen');
select is(tests.the_session(), null, 'a session whose refresh token was used again is ended');

-- Limits.
select is(
  (select count(*) from generate_series(1, 31) as n
   where tests.sign_up('guest' || n, '{}', '\x01') ->> 'refused' is null),
  30::bigint, 'one network address signs up at most thirty people in five minutes');
select is(
  tests.sign_up('other', '{}', '\x02') ->> 'refused', null,
  'the sign-up limit of one network address does not bind another');

-- Suspending somebody ends what they are in, in the same transaction, whoever suspends.
select isnt(
  tests.sign_up('sam') -> 'user' ->> 'id', null, 'Sam signs up');
select isnt(tests.open_code('sam', 'code of sam') ->> 'session_id', null, 'and in');
select isnt(
  tests.sign_up('tom') -> 'user' ->> 'id', null, 'and so does Tom');
select isnt(tests.open_code('tom', 'code of tom') ->> 'session_id', null, 'who is in as well');
select tests.act_as('eve');
select tests.suspend('sam');
select is(tests.sessions('sam'), 0::bigint, 'somebody suspended is out at once');
select is(tests.sessions('tom'), 1::bigint, 'and nobody else is');
select tests.act_as_service();
select is(
  api.auth_sign_in('sam@example.com', '$argon2id$hash of sam', 'a', null, null) ->> 'refused',
  'user_banned', 'nor does the password open the door');

-- For a while is the same, for that while.
select tests.act_as('eve');
select tests.suspend_until('tom', now() + interval '1 hour');
select is(tests.sessions('tom'), 0::bigint, 'somebody suspended for an hour is out at once');
select tests.act_as_service();
select is(
  api.auth_sign_in('tom@example.com', '$argon2id$hash of tom', 'a', null, null) ->> 'refused',
  'user_banned', 'and stays out');
select tests.suspend_until('tom', now() - interval '1 hour');
select isnt(
  api.auth_sign_in('tom@example.com', '$argon2id$hash of tom', 'a', null, null) ->> 'session_id',
  null, 'until the hour is over');
select is(tests.sessions('tom'), 1::bigint, 'with a sign-in of their own');

select * from finish();
rollback;
