-- Names of Supabase: who one is, one's own login, and the owner's part of a sign-up.

begin;
select plan(17);

create function tests.sign_up(p_name text)
returns jsonb
language sql
as $$
  select api.auth_sign_up(
    p_name || '@example.com', '$argon2id$hash of ' || p_name, '{"full_name": "A. Name"}', true,
    '{}', 'pgTAP', convert_to(p_name, 'UTF8'), null);
$$;
create function tests.account_id(p_name text)
returns uuid
language sql
security definer
as $$
  select a.account_id from identity.account as a where a.email = p_name || '@example.com';
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
select isnt(tests.sign_up('mia') ->> 'session_id', null, 'Mia signs up');
select isnt(tests.sign_up('noah') ->> 'session_id', null, 'and Noah');
select throws_ok(
  $$ select tests.sign_up('unwanted') $$, 'P0001', 'not you', 'the owner''s function may refuse');
select is(tests.account_id('unwanted'), null, 'and then there is no account');
select is(
  (select count(*) from auth.users), 2::bigint, 'the house sees every login');
select hasnt_column('auth', 'users', 'password_hash', 'but nobody a secret of one');

select tests.act_as_member('mia');
select is(auth.uid(), tests.account_id('mia'), 'auth.uid() is who asks');
select is(auth.email(), 'mia@example.com', 'auth.email() is what their token says');
select is(auth.jwt() ->> 'sub', tests.account_id('mia')::text, 'and so is auth.jwt()');
select is(auth.role(), 'authenticated', 'auth.role() is no claim, which may say anything');
select results_eq(
  $$ select id, email, raw_app_meta_data ->> 'provider', raw_user_meta_data ->> 'full_name'
     from auth.users $$,
  $$ values (tests.account_id('mia'), 'mia@example.com', 'email', 'A. Name') $$, 'one sees one''s own login alone');
select results_eq(
  'select full_name from public.profile', $$ values ('A. Name') $$,
  'and through a policy of the owner''s one''s own row');
select throws_ok(
  'select hooks.after_sign_up(null)', '42501', null, 'nobody calls the owner''s function');
select throws_ok(
  'update auth.users set email = null', '42501', null, 'nor writes through the view');

select tests.act_as_anonymous();
select is_empty('select * from auth.users', 'a visitor sees no login');
select is(auth.uid(), null, 'and is nobody');

-- A reference to the login goes with it; one to the person stays.
select tests.act_as_service();
select api.auth_delete_user(tests.account_id('noah'));
select is(tests.devices(), 1::bigint, 'rows that hang on a login go with it');

select * from finish();
rollback;
