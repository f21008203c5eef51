-- Accounts in the hands of a server with the secret key; every change is audited.

begin;
select plan(32);

create function tests.audited(p_action text)
returns bigint
language sql
security definer
as $$
  select count(*) from core.audit_log where entity = 'account' and action = p_action;
$$;
create function tests.change(p_name text, p_attributes jsonb)
returns jsonb
language sql
as $$ select api.auth_change_user(tests.account_id(p_name), p_attributes) $$;
create function tests.link(p_type text, p_name text, p_hash text default null)
returns jsonb
language sql
as $$
  select api.auth_generate_link(p_type, p_name || '@example.com', null, p_hash, '{}', false,
                                tests.mail('link to ' || p_name));
$$;
grant execute on all functions in schema tests to public;
select tests.signed_in('alma');

-- Made and looked at.
select tests.act_as('alma');
select throws_ok(
  $$ select api.auth_create_user('{"email": "mine@example.com"}') $$, '42501', null,
  'a signed-in person cannot make accounts');
select throws_ok('select api.auth_list_users(1, 10)', '42501', null,
  'a signed-in person cannot list accounts');
select tests.act_as_service();
select results_eq(
  $$ select u ->> 'email', u ->> 'email_confirmed_at' is not null, u #>> '{user_metadata,name}'
     from api.auth_create_user('{"email": "bob@example.com", "email_confirm": true,
       "password_hash": "$argon2id$hash of bob", "user_metadata": {"name": "Bob"}}') as a,
     lateral (select a -> 'user') as x(u) $$,
  $$ values ('bob@example.com', true, 'Bob') $$, 'the service makes a confirmed account');
select isnt(tests.sign_in('bob') ->> 'session_id', null,
  'an account made by the service signs in with its password');
select is(
  api.auth_create_user('{"email": "bob@example.com"}') ->> 'refused', 'email_exists',
  'an account with an address that is taken cannot be made');
select is(tests.audited('create'), 1::bigint, 'the audit log has the account that was made');
select is(
  api.auth_get_user(tests.account_id('bob')) #>> '{user,email}', 'bob@example.com',
  'the service looks at one account');
select is(api.auth_get_user(gen_random_uuid()) ->> 'refused', 'no_such_user',
  'an account that does not exist is not found');
select is((api.auth_list_users(1, 1) ->> 'total')::integer, 2,
  'a page of accounts says how many there are');
select is(jsonb_array_length(api.auth_list_users(1, 1) -> 'users'), 1,
  'a page of accounts has as many as were asked for');
select isnt(
  api.auth_list_users(1, 1) #>> '{users,0,id}', api.auth_list_users(2, 1) #>> '{users,0,id}',
  'the second page has other accounts than the first');
select is(api.auth_list_users(3, 1) -> 'users', '[]', 'a page after the last is empty');

-- Changed.
select results_eq(
  $$ select u #>> '{user_metadata,name}', u #>> '{app_metadata,plan}'
     from tests.change('bob', '{"app_metadata": {"plan": "gold"}}') as a,
     lateral (select a -> 'user') as x(u) $$,
  $$ values ('Bob', 'gold') $$, 'a change keeps what it does not name');
select is(tests.change('bob', '{"email": "alma@example.com"}') ->> 'refused', 'email_exists',
  'an account cannot be given an address that is taken');
select is(
  api.auth_change_user(gen_random_uuid(), '{}') ->> 'refused', 'no_such_user',
  'an account that does not exist cannot be changed');
select is(tests.sessions('bob'), 1::bigint, 'changing metadata ends no session');
select tests.change('bob', '{"password_hash": "$argon2id$new"}');
select is(tests.sessions('bob'), 0::bigint, 'a new password from the service ends every session');
select tests.change('bob', '{"ban_s": 3600}');
select is(tests.sign_in('bob', '$argon2id$new') ->> 'refused', 'user_banned',
  'a banned account cannot sign in');
select tests.change('bob', '{"ban_s": 0}');
select isnt(tests.sign_in('bob', '$argon2id$new') ->> 'session_id', null,
  'a ban of no time lets the account in again');
select is(tests.audited('change'), 5::bigint, 'the audit log has every change of an account');

-- Invited and removed.
select is(
  api.auth_invite('carl@example.com', '{}', tests.mail('carl')) #>> '{user,email}',
  'carl@example.com', 'the service invites somebody who has not asked');
select is(tests.mails('carl@example.com'), '{invite}', 'an invitation is mailed');
select is(
  api.auth_invite('bob@example.com', '{}', tests.mail('bob')) ->> 'refused', 'email_exists',
  'a confirmed account cannot be invited');
select is(api.auth_delete_user(gen_random_uuid()) ->> 'refused', 'no_such_user',
  'an account that does not exist cannot be removed');
select api.auth_delete_user(tests.account_id('carl'));
select is(tests.account_id('carl'), null, 'the service removes an account');

-- Links for a server that sends mail in its own way.
select is(tests.link('recovery', 'dora') ->> 'refused', 'no_such_user',
  'a recovery link of an unknown address is refused');
select is(tests.link('signup', 'dora') ->> 'refused', 'password_required',
  'a sign-up link of a new account needs a password');
select is(tests.link('magiclink', 'dora') ->> 'verification_type', 'signup',
  'a magic link of an unknown address is a sign-up');
select is(tests.mails('dora@example.com'), null, 'a link that the service asks for is not mailed');
select isnt(tests.open_code('dora', 'code of link to dora') ->> 'session_id', null,
  'a link that the service asks for opens a session');
select is(tests.link('invite', 'dora') ->> 'refused', 'email_exists',
  'an invitation link of a confirmed account is refused');
select is(tests.audited('generate_link'), 1::bigint, 'the audit log has every link that was made');

select * from finish();
rollback;
