-- Signing up: the account, its person and their roles; and what an address that is taken hears.

begin;
select plan(25);

create function tests.roles(p_name text)
returns text
language sql
security definer
as $$
  select string_agg(r.name, ' ' order by r.name)
  from core.person_role as pr
  join core.role as r using (role_id)
  where pr.person_id = tests.account_id(p_name);
$$;
create function tests.password_of(p_name text)
returns text
language sql
security definer
as $$
  select a.password_hash from identity.account as a where a.email = p_name || '@example.com';
$$;
create function tests.settings_of(p_name text)
returns text
language sql
security definer
as $$
  select p.locale || ' ' || p.timezone from core.person as p
  where p.person_id = tests.account_id(p_name);
$$;
create function tests.words_of(p_name text)
returns text
language sql
security definer
as $$
  select concat_ws(' ', p.username, p.bio, p.avatar_url) from core.person as p
  where p.person_id = tests.account_id(p_name);
$$;
grant execute on all functions in schema tests to public;

-- The account and its roles.
select tests.act_as_service();
select is(
  tests.sign_up('alma', '{"role": "expert"}') -> 'user' ->> 'email', 'alma@example.com',
  'the service makes an account');
select is(tests.roles('alma'), 'customer provider', 'a new account has the roles asked for');
select is(tests.mails('alma@example.com'), '{confirmation}', 'a new account is mailed a link');
select is(
  tests.sign_up('mallory', '{"role": "admin"}') ->> 'refused', null,
  'a sign-up that asks for the role admin succeeds');
select is(tests.roles('mallory'), 'customer',
  'a sign-up that asks for the role admin becomes a customer');

-- Language and time zone.
select tests.sign_up('ida', '{"locale": "da_DK", "timezone": "Africa/Nairobi"}');
select is(tests.settings_of('ida'), 'da-DK Africa/Nairobi',
  'a language and a time zone said at sign-up are kept');
select is(
  tests.sign_up('odd', '{"locale": "<b>", "timezone": "Mars/Olympus"}') ->> 'refused', null,
  'an odd language is no reason to refuse a sign-up');
select is(tests.settings_of('odd'), 'en Europe/Copenhagen', 'what is no language and no time zone is left out');

select tests.sign_up('una', '{"username": "una_swings", "bio": "On Tuesdays.", "avatarUrl": "https://x.example/u.png"}');
select is(
  tests.sign_up('una2', '{"username": "una_swings", "avatar_url": "javascript:1"}') ->> 'refused', null,
  'a user name that is taken is no reason to refuse a sign-up');
select results_eq(
  $$ select tests.words_of(n) from unnest(array['una', 'una2']) as n $$,
  $$ values ('una_swings On Tuesdays. https://x.example/u.png'), ('') $$,
  'what somebody says of themselves at sign-up is kept, and a taken name is left out');

-- An address nobody has proved belongs to whoever asks last.
select is(
  tests.sign_up('alma') -> 'user' ->> 'id', tests.account_id('alma')::text,
  'signing up again before confirming keeps the same account');
select is(
  api.auth_sign_up('alma@example.com', '$argon2id$later', '{}', false, tests.mail('alma'),
                   'pgTAP', tests.digest('alma'), null) ->> 'refused', null,
  'signing up again with another password succeeds before confirming');
select is(tests.password_of('alma'), '$argon2id$later',
  'the password of the last sign-up counts while the address is not confirmed');
select is(tests.sign_in('alma', '$argon2id$later') ->> 'refused', 'email_not_confirmed',
  'an unconfirmed address cannot sign in');

-- An address that is taken.
select tests.act_as_nobody();
select tests.signed_in('otto');
select tests.act_as_service();
select is(
  jsonb_array_length(tests.sign_up('otto') -> 'user' -> 'identities'), 0,
  'signing up with a confirmed address returns a decoy account');
select is(tests.password_of('otto'), '$argon2id$hash of otto',
  'signing up with a confirmed address leaves its password');
select is(tests.mails('otto@example.com'), '{already_registered,confirmation}',
  'the owner of a confirmed address is told of the sign-up by mail');
prepare at_once (text) as
select a ->> 'refused', a ->> 'session_id' is not null from (
  select api.auth_sign_up($1, '$argon2id$x', '{}', true, null, 'pgTAP', '\x01', null) as a) as a;
select results_eq(
  $$ execute at_once('otto@example.com') $$, $$ values ('user_already_exists', false) $$,
  'a taken address is refused openly where addresses are not confirmed');
select results_eq(
  $$ execute at_once('quick@example.com') $$, $$ values (null::text, true) $$,
  'a new account is signed in at once where addresses are not confirmed');

-- Guests.
select set_config('tests.guest', api.auth_sign_up(
  null, null, '{"role": "expert"}', false, null, 'pgTAP', null, null) #>> '{user,id}', true);
select is(
  api.auth_get_user(current_setting('tests.guest')::uuid) -> 'user' ->> 'is_anonymous', 'true',
  'a sign-up without an address makes an anonymous guest account');
select tests.act_as_nobody();
select is_empty(
  $$ select from core.provider where provider_id = current_setting('tests.guest')::uuid $$,
  'a guest does not become a provider, whatever role they ask for');

-- Limits.
select tests.act_as_service();
select is(
  (select count(*) from generate_series(1, 31) as n
   where tests.sign_up('guest' || n, '{}', '\x01') ->> 'refused' is null),
  30::bigint, 'one network address signs up at most thirty people in five minutes');
select is(tests.sign_up('late', '{}', '\x01') ->> 'refused', 'over_request_rate_limit',
  'a sign-up over the limit is refused');
select is(tests.account_id('late'), null, 'a sign-up over the limit makes no account');
select is(
  tests.sign_up('other', '{}', '\x02') ->> 'refused', null,
  'the sign-up limit of one network address does not bind another');

select * from finish();
rollback;
