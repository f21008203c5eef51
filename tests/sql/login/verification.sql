-- Coming back with a link or a code: what it proves, and that it is good once.

begin;
select plan(22);

create function tests.open_link(p_link text, p_type text, p_flow text default null)
returns jsonb
language sql
as $$
  select api.auth_verify(p_type, tests.digest('link of ' || p_link), null, null,
                         tests.digest(p_flow), 'pgTAP', null);
$$;
create function tests.send(p_purpose text, p_name text, p_challenge text default null)
returns jsonb
language sql
as $$
  select api.auth_send(p_purpose, p_name || '@example.com', false, '{}',
                       tests.mail(p_purpose || ' to ' || p_name, p_challenge), null, null);
$$;
create function tests.exchange(p_code text, p_verifier text)
returns text
language sql
as $$
  select coalesce(r ->> 'refused', case when r ? 'session_id' then 'session' end)
  from api.auth_exchange_code(tests.digest(p_code), null, p_verifier, 'pgTAP') as r;
$$;
create function tests.age_tokens(p_time interval)
returns void
language sql
security definer
as $$
  update identity.one_time_token set expires_at = expires_at - p_time;
  update identity.flow_state set expires_at = expires_at - p_time;
$$;
create function tests.has_password(p_name text)
returns boolean
language sql
security definer
as $$
  select a.password_hash is not null from identity.account as a
  where a.account_id = tests.account_id(p_name);
$$;
grant execute on all functions in schema tests to public;

-- Codes.
select tests.act_as_service();
select tests.sign_up('alma');
select is(
  tests.open_code('alma', 'code of somebody else') ->> 'refused', 'otp_expired',
  'a wrong confirmation code is refused');
select is(
  tests.open_code('alma', 'code of alma', 'recovery') ->> 'refused', 'otp_expired',
  'a confirmation code is refused as a code of another type');
select isnt(
  tests.open_code('alma', 'code of alma') ->> 'session_id', null,
  'the right confirmation code opens a session');
select is(
  tests.open_code('alma', 'code of alma') ->> 'refused', 'otp_expired',
  'a confirmation code works only once');
select isnt(tests.sign_in('alma') ->> 'session_id', null,
  'a confirmed account signs in with its password');

-- Guessing.
select tests.send('magiclink', 'alma');
select tests.open_code('alma', 'guess ' || n) from generate_series(1, 5) as n;
select is(
  tests.open_code('alma', 'code of magiclink to alma') ->> 'refused', 'otp_expired',
  'the right code is refused after five wrong ones');
select isnt(tests.open_link('magiclink to alma', 'magiclink') ->> 'session_id', null,
  'the link of a mail still works after five wrong codes');
select is(
  (select count(*) from generate_series(1, 31) as n
   where api.auth_verify('email', null, 'x@example.com', '\x00', null, null, '\x01') ->> 'refused'
         = 'otp_expired'),
  30::bigint, 'one network address tries at most thirty codes in five minutes');

-- Links.
select tests.sign_up('bob');
select is(tests.open_link('bob', 'recovery') ->> 'refused', 'otp_expired',
  'a link is refused as a link of another type');
select isnt(tests.open_link('bob', 'signup') ->> 'session_id', null,
  'the link of a sign-up opens a session');
select is(tests.open_link('bob', 'signup') ->> 'refused', 'otp_expired',
  'the link of a sign-up works only once');
select tests.send('recovery', 'bob');
select tests.age_tokens('61 minutes');
select is(tests.open_link('recovery to bob', 'recovery') ->> 'refused', 'otp_expired',
  'a link is refused when its time is over');

-- What a link proves.
select tests.sign_up('carl');
select tests.send('magiclink', 'carl');
select isnt(tests.open_link('magiclink to carl', 'magiclink') ->> 'session_id', null,
  'a magic link confirms an address too');
select is(tests.has_password('carl'), false,
  'a magic link removes the password that somebody else may have set before');
select is(tests.has_password('bob'), true, 'the link of a sign-up keeps the password it set');

-- PKCE: the link gives out a code, and only who began may exchange it.
select tests.send('magiclink', 'bob', 'challenge');
select is(tests.open_link('magiclink to bob', 'magiclink', 'flow 1'), '{"flow": true}',
  'a link asked for with a PKCE challenge opens no session itself');
select is(tests.exchange('flow 1', 'wrong'), 'bad_code_verifier',
  'a PKCE code with a wrong verifier is refused');
select is(tests.exchange('flow 1', 'challenge'), 'flow_state_not_found',
  'a PKCE code that was tried with a wrong verifier is used up');
select tests.send('magiclink', 'bob', 'challenge');
select tests.open_link('magiclink to bob', 'magiclink', 'flow 2');
select is(tests.exchange('flow 2', 'challenge'), 'session',
  'a PKCE code with its verifier opens a session');
select is(tests.exchange('flow 2', 'challenge'), 'flow_state_not_found',
  'a PKCE code works only once');
select tests.send('magiclink', 'bob', 'challenge');
select tests.open_link('magiclink to bob', 'magiclink', 'flow 3');
select tests.age_tokens('6 minutes');
select is(tests.exchange('flow 3', 'challenge'), 'flow_state_expired',
  'a PKCE code is refused after five minutes');

-- A suspended person.
select tests.send('magiclink', 'bob');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.account_id('bob');
select tests.act_as_service();
select is(tests.open_link('magiclink to bob', 'magiclink') ->> 'refused', 'user_banned',
  'the link of a suspended person opens no session');

select * from finish();
rollback;
