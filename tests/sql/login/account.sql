-- Accounts: who reaches them, what their owner changes, and signing out.

begin;
select plan(41);

-- A change that Alma asks for, and what becomes of it.
create function tests.change(
  p_email        text default null,
  p_hash         text default null,
  p_data         jsonb default null,
  p_nonce        text default null,
  p_nonce_needed boolean default false,
  p_autoconfirm  boolean default false
)
returns jsonb
language sql
as $$
  select api.auth_update_user(
    tests.account_id('alma'), current_setting('tests.alma')::uuid, p_email, p_hash, p_data,
    tests.digest(p_nonce), false,
    jsonb_build_object('autoconfirm', p_autoconfirm, 'both_addresses', false,
                       'reauthenticate', p_nonce_needed, 'fresh_s', 86400),
    tests.mail('change'), tests.mail('current'), tests.digest('alma'), null, null);
$$;
create function tests.alma()
returns identity.account
language sql
security definer
as $$ select a from identity.account as a where a.account_id = tests.account_id('alma') $$;
grant execute on all functions in schema tests to public;

-- Reached through the auth Lambda alone.
select is_empty(
  $$ select p.oid::regprocedure, r.role
     from pg_proc as p
     cross join unnest(array['anon', 'authenticated']) as r(role)
     where p.pronamespace = 'api'::regnamespace and p.proname like 'auth\_%'
       and has_function_privilege(r.role, p.oid, 'execute') $$,
  'no function of the auth Lambda can be called by visitors or signed-in people');
select tests.act_as_anonymous();
select throws_ok(
  $$ select tests.sign_up('alma') $$, '42501', null,
  'an anonymous caller cannot make an account past the Lambda');
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

-- Looking.
select tests.act_as_nobody();
select set_config('tests.alma', tests.signed_in('alma')::text, true);
select set_config('tests.mallory', tests.signed_in('mallory')::text, true);
select tests.act_as_service();
select results_eq(
  $$ select u -> 'user' ->> 'email', u ->> 'password_hash'
     from api.auth_user(tests.account_id('alma'), current_setting('tests.alma')::uuid) as u $$,
  $$ values ('alma@example.com', '$argon2id$hash of alma') $$,
  'the user of a token is returned while their session lasts');
select is(
  api.auth_user(tests.account_id('alma'), current_setting('tests.mallory')::uuid) ->> 'refused',
  'session_not_found', 'a token with the session of another account is refused');
select is(
  api.auth_user(tests.id('nobody'), current_setting('tests.alma')::uuid) ->> 'refused',
  'user_not_found', 'a token of an account that does not exist is refused');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.account_id('mallory');
select is(tests.sessions('mallory'), 0::bigint, 'suspending a person ends their sessions');
select is(tests.sessions('alma'), 1::bigint, 'suspending a person ends nobody else''s sessions');
select tests.act_as_service();
select is(
  api.auth_user(tests.account_id('mallory'), current_setting('tests.mallory')::uuid)
    ->> 'refused',
  'session_not_found', 'the token of a suspended person is refused');
select is(tests.sign_in('mallory') ->> 'refused', 'user_banned',
  'a suspended person cannot sign in with the right password');
select tests.act_as_nobody();
update core.person set status = 'active' where person_id = tests.account_id('mallory');

-- For a while is the same, for that while.
select tests.signed_in('tom');
update core.person set suspended_until = now() + interval '1 hour'
where person_id = tests.account_id('tom');
select is(tests.sessions('tom'), 0::bigint, 'suspending a person for an hour ends their sessions');
select tests.act_as_service();
select is(tests.sign_in('tom') ->> 'refused', 'user_banned',
  'a person suspended for an hour cannot sign in within it');
select tests.act_as_nobody();
update core.person set suspended_until = now() - interval '1 hour'
where person_id = tests.account_id('tom');
select tests.act_as_service();
select isnt(tests.sign_in('tom') ->> 'session_id', null,
  'a person suspended for an hour signs in after it');
select tests.act_as_nobody();
select set_config('tests.mallory', tests.signed_in('mallory2')::text, true);

-- What one says of oneself.
select tests.act_as_service();
select tests.change(p_data => '{"name": "Alma", "city": "Aarhus"}');
select results_eq(
  $$ select u -> 'user' -> 'user_metadata' ->> 'name', u -> 'user' -> 'user_metadata' ? 'city'
     from tests.change(p_data => '{"city": null}') as u $$,
  $$ values ('Alma', false) $$, 'metadata is merged: what is given replaces, null removes');

-- A new password.
select tests.sign_in('alma');
select is(tests.sessions('alma'), 2::bigint, 'a person may have two sessions');
select is(tests.change(p_hash => '$argon2id$new') ->> 'refused', null,
  'a person changes their password');
select is(tests.sessions('alma'), 1::bigint, 'a new password ends every other session');
select is(tests.sign_in('alma') ->> 'refused', 'invalid_credentials',
  'the old password no longer signs in');
select isnt(tests.sign_in('alma', '$argon2id$new') ->> 'session_id', null,
  'the new password signs in');
select is(tests.mails('alma@example.com'), '{confirmation,password_changed}',
  'a new password is announced by mail');
select is(
  tests.change(p_hash => 'x', p_nonce => 'wrong') ->> 'refused', 'reauthentication_not_valid',
  'a new password with a wrong code is refused');
select is(tests.change(p_hash => '$argon2id$newer', p_nonce_needed => true) ->> 'refused', null,
  'a session of less than a day may change the password without a code');
select tests.act_as_nobody();
update identity.session set created_at = now() - interval '25 hours';
select tests.act_as_service();
select is(
  tests.change(p_hash => '$argon2id$newest', p_nonce_needed => true) ->> 'refused',
  'reauthentication_needed', 'an older session needs a code to change the password');

-- A new address.
select is(tests.change(p_email => 'mallory@example.com') ->> 'refused', null,
  'whether another account has the new address is not told to the caller');
select is(
  tests.change(p_email => 'mallory@example.com', p_autoconfirm => true) ->> 'refused',
  'email_exists', 'an address that is taken is refused where addresses are not confirmed');
select is(tests.change(p_email => 'Alma@example.org') -> 'user' ->> 'email', 'alma@example.com',
  'a new address does not count before it is confirmed');
select is((tests.alma()).new_email, 'alma@example.org', 'a new address is kept until confirmed');
select is(tests.mails('alma@example.org'), '{email_change}', 'a new address is mailed a link');
select is(
  tests.mails('alma@example.com'),
  '{confirmation,email_changing,email_changing,password_changed,password_changed}',
  'the old address is warned of the change');
select is(
  tests.change(p_email => 'other@example.org', p_autoconfirm => true) -> 'user' ->> 'email',
  'other@example.org', 'a new address counts at once where addresses are not confirmed');

-- Signing out.
select tests.act_as_nobody();
select set_config('tests.out', tests.signed_in('otto')::text, true);
select tests.act_as_service();
select tests.sign_in('otto') from generate_series(1, 2);
prepare sign_out (text, text) as
select api.auth_sign_out(tests.account_id('otto'), current_setting('tests.' || $1)::uuid, $2);
select results_eq(
  $$ execute sign_out('mallory', 'global') $$,
  $$ values ('{"refused": "session_not_found"}'::jsonb) $$,
  'nobody can sign another account out with their own session');
select lives_ok($$ execute sign_out('out', 'others') $$, 'a person signs out elsewhere');
select is(tests.sessions('otto'), 1::bigint, 'signing out of others keeps this session alone');
select tests.sign_in('otto');
select lives_ok($$ execute sign_out('out', 'local') $$, 'a person signs out here');
select is(tests.sessions('otto'), 1::bigint, 'signing out locally keeps the other sessions');

-- What a token is answered whose account or session is gone, in every function that takes one.
select tests.act_as_nobody();
create function pg_temp.refusals(p_account_id uuid, p_session_id uuid)
returns table (function_name name, refusal text)
language plpgsql
as $$
declare
  v_call text;
begin
  for function_name, v_call in
    select p.proname, format('select %s(%s) ->> ''refused''', p.oid::regproc, (
      select string_agg(
        case name when 'p_account_id' then '$1' when 'p_session_id' then '$2' else 'null' end,
        ', ' order by position)
      from unnest(p.proargnames[:p.pronargs]) with ordinality as a (name, position)))
    from pg_proc as p
    where p.pronamespace = 'api'::regnamespace
      and p.proargnames[:p.pronargs] @> array['p_account_id', 'p_session_id']
      and p.prorettype = 'jsonb'::regtype
  loop
    execute v_call into refusal using p_account_id, p_session_id;
    return next;
  end loop;
end
$$;
grant execute on function pg_temp.refusals to service_role;
select tests.act_as_service();
select cmp_ok(
  (select count(*) from pg_temp.refusals(tests.id('nobody'), tests.id('gone'))), '>', 8::bigint,
  'several functions take the account and the session of a token');
select results_eq(
  $$ select function_name, refusal from pg_temp.refusals(tests.id('nobody'), tests.id('gone'))
     where refusal is distinct from 'user_not_found' $$,
  $$ select null::name, null::text where false $$,
  'each says of an account that is gone that it is gone');
select results_eq(
  $$ select function_name, refusal from pg_temp.refusals(tests.account_id('otto'), tests.id('gone'))
     where refusal is distinct from 'session_not_found' $$,
  $$ select null::name, null::text where false $$,
  'each says of a session that is gone that it is gone');

select * from finish();
rollback;
