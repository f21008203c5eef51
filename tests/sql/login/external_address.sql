-- Identities of other providers: whom an address makes somebody, and whom it does not.

begin;
select plan(17);

create function tests.sign_up_here(p_name text, p_confirmed boolean)
returns jsonb
language sql
as $$
  select api.auth_sign_up(
    p_name || '@example.com', '$argon2id$hash of ' || p_name, '{}', p_confirmed,
    jsonb_build_object(
      'token', p_name, 'code', '1', 'lifetime_s', 60,
      'link_hash', encode(convert_to('link of ' || p_name, 'UTF8'), 'hex'),
      'code_hash', encode(convert_to('code of ' || p_name, 'UTF8'), 'hex')),
    'pgTAP', convert_to(p_name, 'UTF8'), null);
$$;
create function tests.come(
  p_subject text, p_email text, p_verified boolean, p_link uuid default null)
returns text
language sql
as $$
  select coalesce(a ->> 'refused', a #>> '{user,email}')
  from api.auth_external(
    jsonb_build_object(
      'provider', 'issuer', 'subject', p_subject, 'email', p_email,
      'email_verified', p_verified, 'data', jsonb_build_object('sub', p_subject)),
    p_link, true, null, 'pgTAP') as a;
$$;
create function tests.account(p_name text)
returns identity.account
language sql
security definer
as $$ select a.* from identity.account as a where a.email = p_name || '@example.com' $$;
create function tests.has_password(p_name text)
returns boolean
language sql
security definer
as $$ select (tests.account(p_name)).password_hash is not null $$;
create function tests.state(p_name text, p_by text)
returns text
language sql
as $$
  select coalesce(a ->> 'refused', a #>> '{state,redirect_to}')
  from api.auth_come_back(convert_to(p_name, 'UTF8')) as a;
$$;
create function tests.let_states_age()
returns void
language sql
security definer
as $$ update identity.oauth_state set expires_at = now() - interval '1 second' $$;
grant execute on all functions in schema tests to public;

select tests.act_as('eve');
select throws_ok(
  $$ select tests.come('x', 'x@example.com', true) $$, '42501', null,
  'nobody who calls vouches for anybody');

select tests.act_as_service();
select tests.sign_up_here('mia', true);
select is(
  tests.come('m', 'mia@example.com', false), 'provider_email_needs_verification',
  'an address that the provider has not verified is nobody''s');
select is(
  tests.come('n', 'nobody@example.com', false), 'provider_email_needs_verification',
  'the refusal does not tell whether there is an account');
select is(
  tests.come('o', null, true), 'provider_email_needs_verification',
  'an identity without an address is refused');
select is(tests.come('m', 'MIA@example.com', true), 'mia@example.com', 'a verified one is hers');
select is(tests.has_password('mia'), true,
  'an account whose address is verified keeps its password');
select is(
  tests.come('m', 'elsewhere@example.com', false), 'mia@example.com',
  'from then on the subject counts, and no address');

select tests.sign_up_here('victim', false);
select is(tests.has_password('victim'), true, 'somebody waits under an address not theirs');
select is(tests.come('v', 'victim@example.com', true), 'victim@example.com',
  'the owner of the address comes by the provider');
select is(tests.has_password('victim'), false,
  'the password of an unconfirmed sign-up is gone when the owner comes');
select is(tests.sessions('victim'), 1::bigint,
  'the sign-ins of an unconfirmed sign-up end when the owner comes');

select tests.sign_up_here('jealous', true);
select is(
  tests.come('m', 'mia@example.com', true, tests.account_id('jealous')),
  'identity_already_exists', 'an identity has one account');
select is(
  tests.come('j', 'jealous@elsewhere.example', false, tests.account_id('jealous')),
  'jealous@example.com', 'a new one is linked to whoever is signed in, whatever its address');

select is(
  api.auth_leave('a', 'issuer', 'https://site.example', null, null, null, null, null), '{}',
  'somebody leaves for a provider');
select is(tests.state('a', 'mia'), 'https://site.example', 'a visitor comes back from a provider');
select is(tests.state('a', 'mia'), 'bad_oauth_state',
  'a visitor comes back with one state only once');
select api.auth_leave('b', 'issuer', 'https://site.example', null, null, null, null, null);
select tests.let_states_age();
select is(tests.state('b', 'mia'), 'bad_oauth_state',
  'a visitor cannot come back after ten minutes');

select * from finish();
rollback;
