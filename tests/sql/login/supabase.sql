-- Names of Supabase: who one is, one's own login, and the owner's part of a sign-up.

begin;
select plan(17);

create function tests.sign_up_at_once(p_name text)
returns jsonb
language sql
as $$
  select api.auth_sign_up(
    p_name || '@example.com', '$argon2id$hash of ' || p_name, '{"full_name": "A. Name"}', true,
    '{}', 'pgTAP', convert_to(p_name, 'UTF8'), null);
$$;
create function tests.act_as_member(p_name text)
returns void
language plpgsql
as $$
declare
  v_id uuid := tests.account_id(p_name);
begin
  perform set_config('role', 'authenticated', true);
  perform set_config('app.user_id', v_id::text, true);
  perform set_config('request.jwt.claims', jsonb_build_object(
    'sub', v_id, 'role', 'service_role', 'email', p_name || '@example.com')::text, true);
end
$$;

-- As an owner would who comes from Supabase: rows of people, and a trigger's work as a function.
create table public.profile (
  id        uuid primary key references core.person (person_id),
  full_name text
);
create table public.device (
  user_id uuid not null references identity.account (account_id) on delete cascade
);
-- Tables and hook belong to who deploys.
do $$
declare
  v_owner constant text := (
    select n.nspowner::regrole from pg_namespace as n where n.nspname = 'hooks');
begin
  execute format('alter table public.profile owner to %s', v_owner);
  execute format('alter table public.device owner to %s', v_owner);
end
$$;
alter table public.profile enable row level security;
create policy own on public.profile for select to authenticated using (auth.uid() = id);
grant select on public.profile to authenticated;
create or replace function hooks.after_sign_up(p_user jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if p_user ->> 'email' = 'unwanted@example.com' then
    raise exception 'not you';
  end if;
  insert into public.profile (id, full_name)
  values ((p_user ->> 'id')::uuid, p_user -> 'user_metadata' ->> 'full_name');
  insert into public.device (user_id) values ((p_user ->> 'id')::uuid);
end
$$;
create function tests.devices()
returns bigint
language sql
security definer
as $$ select count(*) from public.device $$;
grant execute on all functions in schema tests to public;

select tests.act_as_service();
select isnt(tests.sign_up_at_once('mia') ->> 'session_id', null,
  'a person signs up and is in at once');
select isnt(tests.sign_up_at_once('noah') ->> 'session_id', null,
  'another person signs up and is in at once');
select throws_ok(
  $$ select tests.sign_up_at_once('unwanted') $$, 'P0001', 'not you',
  'the owner''s function may refuse a sign-up');
select is(tests.account_id('unwanted'), null,
  'a sign-up that the owner''s function refuses makes no account');
select is(
  (select count(*) from auth.users), 2::bigint, 'the service sees every login');
select hasnt_column('auth', 'users', 'password_hash', 'the view of logins has no password hashes');

select tests.act_as_member('mia');
select is(auth.uid(), tests.account_id('mia'), 'auth.uid() is who asks');
select is(auth.email(), 'mia@example.com', 'auth.email() is what their token says');
select is(auth.jwt() ->> 'sub', tests.account_id('mia')::text,
  'auth.jwt() is what their token says');
select is(auth.role(), 'authenticated', 'auth.role() is the role of the connection, not a claim');
select results_eq(
  $$ select id, email, raw_app_meta_data ->> 'provider', raw_user_meta_data ->> 'full_name'
     from auth.users $$,
  $$ values (tests.account_id('mia'), 'mia@example.com', 'email', 'A. Name') $$,
  'a person sees only their own login');
select results_eq(
  'select full_name from public.profile', $$ values ('A. Name') $$,
  'a person reads their own row through a policy of the owner''s');
select throws_ok(
  'select hooks.after_sign_up(null)', '42501', null, 'nobody calls the owner''s function');
select throws_ok(
  'update auth.users set email = null', '42501', null,
  'a person cannot write through the view of logins');

select tests.act_as_anonymous();
select is_empty('select * from auth.users', 'an anonymous caller sees no login');
select is(auth.uid(), null, 'auth.uid() of an anonymous caller is null');

-- A reference to the login goes with it; one to the person stays.
select tests.act_as_service();
select api.auth_delete_user(tests.account_id('noah'));
select is(tests.devices(), 1::bigint, 'rows that refer to a login are removed with it');

select * from finish();
rollback;
