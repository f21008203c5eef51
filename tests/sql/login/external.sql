-- Identities that another provider vouches for: signing in by them, linking and unlinking.

begin;
select plan(30);

create function tests.leave(p_state text, p_name text default null, p_address bytea default null)
returns text
language sql
as $$
  select api.auth_leave(
    tests.digest(p_state), 'google', 'http://127.0.0.1:3000',
    case when p_name is not null then tests.account_id(p_name) end,
    case when p_name is not null then current_setting('tests.' || p_name)::uuid end,
    'challenge', 's256', p_address) ->> 'refused';
$$;
create function tests.come_back(p_state text)
returns jsonb
language sql
as $$ select api.auth_come_back(tests.digest(p_state)) $$;
create function tests.external(
  p_subject text, p_email text, p_verified boolean default true, p_account uuid default null,
  p_sign_up boolean default true, p_flow jsonb default null
)
returns jsonb
language sql
as $$
  select api.auth_external(
    jsonb_build_object('provider', 'google', 'subject', p_subject, 'email', p_email,
                       'email_verified', p_verified, 'data', '{"full_name": "A. Name"}'::jsonb),
    p_account, p_sign_up, p_flow, 'pgTAP');
$$;
create function tests.unlink(p_name text, p_provider text)
returns text
language sql
security definer
as $$
  select api.auth_unlink(tests.account_id(p_name), current_setting('tests.' || p_name)::uuid, (
    select x.external_login_id from identity.external_login as x
    where x.account_id = tests.account_id(p_name) and x.provider = p_provider)) ->> 'refused';
$$;
create function tests.password_of(p_name text)
returns text
language sql
security definer
as $$
  select a.password_hash from identity.account as a where a.account_id = tests.account_id(p_name);
$$;
grant execute on all functions in schema tests to public;
select set_config('tests.alma', tests.signed_in('alma')::text, true);
select set_config('tests.otto', tests.signed_in('otto')::text, true);

-- Sent away and back.
select tests.act_as_service();
select is(tests.leave('s1'), null, 'a visitor is sent to a provider');
select is(tests.come_back('s1') #>> '{state,redirect_to}', 'http://127.0.0.1:3000',
  'a visitor who comes back is sent where they left for');
select is(tests.come_back('s1') ->> 'refused', 'bad_oauth_state', 'a state is good once');
select is(tests.come_back('unknown') ->> 'refused', 'bad_oauth_state',
  'a state that nobody left with is refused');
select tests.leave('s2');
select tests.act_as_nobody();
update identity.oauth_state set expires_at = now() - interval '1 second';
select tests.act_as_service();
select is(tests.come_back('s2') ->> 'refused', 'bad_oauth_state',
  'a state is refused after ten minutes');
select is(tests.leave('s3', 'alma'), null, 'a signed-in person is sent to a provider to link');
select is(tests.come_back('s3') #>> '{state,account_id}', tests.account_id('alma')::text,
  'a state remembers who asked for an identity to be linked');
select is(
  api.auth_leave('\x01', 'google', '/', tests.account_id('alma'), gen_random_uuid(), 'c', 's256',
                 null) ->> 'refused',
  'session_not_found', 'nobody is sent to link an identity to another''s account');

-- Signing in.
select is(tests.external('g1', 'new@example.com', false) ->> 'refused',
  'provider_email_needs_verification', 'an address that the provider has not verified is refused');
select is(tests.external('g1', 'new@example.com', p_sign_up => false) ->> 'refused',
  'signup_disabled', 'a newcomer is refused where signing up is switched off');
select isnt(tests.external('g1', 'new@example.com') ->> 'session_id', null,
  'a newcomer is signed up by a provider');
select is(
  tests.external('g1', 'other@example.com') #>> '{user,id}', tests.account_id('new')::text,
  'an identity that is known signs into its account, whatever address it has by now');
select is(
  tests.external('g2', 'alma@example.com') #>> '{user,id}', tests.account_id('alma')::text,
  'a verified address signs into the account that has confirmed it');
select is(tests.password_of('alma'), '$argon2id$hash of alma',
  'a confirmed account keeps its password when a provider vouches for it');
select tests.sign_up('mallory');
select isnt(tests.external('g3', 'mallory@example.com') ->> 'session_id', null,
  'a verified address signs into an account that never confirmed it');
select is(tests.password_of('mallory'), null,
  'an account that never confirmed its address loses the password somebody gave it');
select is(
  tests.external('g1', 'new@example.com', p_flow => jsonb_build_object(
    'code_hash', '01', 'code_challenge', 'c', 'code_challenge_method', 's256')),
  '{"flow": true}', 'a sign-in with PKCE gives out a code and no session');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.account_id('new');
select tests.act_as_service();
select is(tests.external('g1', 'new@example.com') ->> 'refused', 'user_banned',
  'a suspended person cannot sign in by a provider');

-- Linking.
select isnt(
  tests.external('g4', 'otto@elsewhere.example', false, tests.account_id('otto'))
    ->> 'session_id', null, 'an identity is linked to the account that asked for it');
select is(tests.mails('otto@example.com'), '{confirmation,identity_linked}',
  'a person is told by mail that an identity was linked');
select is(
  tests.external('g4', 'x@example.com', true, tests.account_id('alma')) ->> 'refused',
  'identity_already_exists', 'an identity of one account cannot be linked to another');

-- Unlinking.
select is(tests.unlink('otto', 'google'), null, 'a person unlinks an identity');
select is(tests.mails('otto@example.com'), '{confirmation,identity_linked,identity_unlinked}',
  'a person is told by mail that an identity was unlinked');
select is(tests.unlink('otto', 'email'), 'single_identity_not_deletable',
  'the last identity of an account cannot be unlinked');
select is(
  api.auth_unlink(tests.account_id('alma'), current_setting('tests.alma')::uuid,
                  gen_random_uuid()) ->> 'refused',
  'identity_not_found', 'an identity that does not exist cannot be unlinked');
select is(tests.unlink('alma', 'email'), null, 'a person with another identity unlinks the address');
select is(tests.password_of('alma'), null, 'an account whose address was unlinked has no password');

-- Tokens of a provider, and limits.
select is(api.auth_id_token_once('\x01', null), '{}', 'the token of a provider is good once');
select is(api.auth_id_token_once('\x01', null) ->> 'refused', 'bad_id_token',
  'the token of a provider is refused the second time');
select is(
  (select count(*) from generate_series(1, 1000) as n
   where tests.leave('many' || n, p_address => '\x02') is null) < 1000, true,
  'one network address is not sent away without limit');

select * from finish();
rollback;
