-- Links and codes: mailed to an address that may be anybody's, and good once.

begin;
select plan(16);

create function tests.send(
  p_purpose text, p_email text, p_create boolean default false, p_address bytea default null
)
returns jsonb
language sql
as $$
  select api.auth_send(p_purpose, p_email, p_create, '{"name": "New"}',
                       tests.mail(split_part(p_email, '@', 1)), tests.digest(p_email), p_address);
$$;
create function tests.tokens(p_name text)
returns text
language sql
security definer
as $$
  select string_agg(t.purpose, ' ' order by t.purpose)
  from identity.one_time_token as t
  where t.account_id = tests.account_id(p_name);
$$;
grant execute on all functions in schema tests to public;
select set_config('tests.session', tests.signed_in('alma')::text, true);

-- Sent to an address.
select tests.act_as_service();
select is(tests.send('recovery', 'Alma@example.com'), '{}', 'a recovery is sent to an account');
select is(tests.mails('alma@example.com'), '{confirmation,recovery}',
  'a recovery is mailed to the address of the account');
select is(tests.send('recovery', 'nobody@example.com'), '{}',
  'a recovery of an unknown address is answered like that of a known one');
select is(tests.mails('nobody@example.com'), null,
  'a recovery of an unknown address mails nothing');
select is(tests.send('signup', 'alma@example.com'), '{}',
  'a confirmation asked for again by a confirmed account is answered alike');
select is(tests.tokens('alma'), 'recovery',
  'a confirmation asked for again by a confirmed account sends no token');
select is(tests.send('magiclink', 'newcomer@example.com', true), '{}',
  'a magic link may be sent to a newcomer');
select isnt(tests.account_id('newcomer'), null, 'a magic link to a newcomer makes an account');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.account_id('newcomer');
select tests.act_as_service();
select tests.send('recovery', 'newcomer@example.com');
select is(tests.tokens('newcomer'), 'magiclink', 'a suspended person is sent no recovery');

-- A code to change one's password.
prepare reauthenticate (text) as
select api.auth_reauthenticate(
  tests.account_id('alma'), $1::uuid, tests.mail('again'), tests.digest('again'));
select results_eq(
  $$ execute reauthenticate(null) $$, $$ values ('{"refused": "session_not_found"}'::jsonb) $$,
  'a code to change the password needs a session');
select results_eq(
  format('execute reauthenticate(%L)', current_setting('tests.session')),
  $$ values ('{}'::jsonb) $$, 'a signed-in person asks for a code to change the password');
prepare change (text) as
select api.auth_update_user(
  tests.account_id('alma'), current_setting('tests.session')::uuid, null, '$argon2id$new', null,
  tests.digest($1), false, '{"reauthenticate": true, "fresh_s": 86400}', null, null, null, null,
  null) ->> 'refused';
select results_eq(
  $$ execute change('code of again') $$, 'values (null::text)',
  'the code from the mail changes the password');
select results_eq(
  $$ execute change('code of again') $$, $$ values ('reauthentication_not_valid') $$,
  'the code from the mail works only once');

-- Limits.
select is(
  (select count(*) from generate_series(1, 8)
   where tests.send('recovery', 'often@example.com') ->> 'refused' is null), 5::bigint,
  'one address is sent at most five mails in five minutes, even if it is unknown');
select is(
  (select count(*) from generate_series(1, 40) as n
   where tests.send('recovery', n || '@example.com', false, '\x01') ->> 'refused' is null),
  30::bigint, 'one network address asks for at most thirty mails in five minutes');
select is(
  tests.send('recovery', 'last@example.com', false, '\x02') ->> 'refused', null,
  'the mail limit of one network address does not bind another');

select * from finish();
rollback;
