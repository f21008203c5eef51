-- For projects that come from Supabase: the parts of its schema auth that their SQL uses, and a
-- hook for sign-ups. If a schema auth exists that Convene did not make, nothing is made. What was
-- made is replaced in place and never dropped, because policies of the owner's tables depend on it.

do $do$
begin
  if to_regnamespace('auth') is null then
    create schema auth;
    comment on schema auth is 'Made by Convene, for SQL that was written for Supabase.';
  end if;
  if obj_description(to_regnamespace('auth'), 'pg_namespace')
    is distinct from 'Made by Convene, for SQL that was written for Supabase.'
  then
    return;
  end if;

  create or replace function auth.uid()
  returns uuid
  language sql
  stable
  parallel safe
  return internal.user_id();

  create or replace function auth.role()
  returns text
  language sql
  stable
  parallel safe
  return coalesce(
    nullif(current_setting('role', true), 'none'),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role');

  create or replace function auth.jwt()
  returns jsonb
  language sql
  stable
  parallel safe
  return nullif(current_setting('request.jwt.claims', true), '')::jsonb;

  create or replace function auth.email()
  returns text
  language sql
  stable
  parallel safe
  return nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email';

  create or replace view auth.users as
  select
    a.account_id as id,
    'authenticated'::text as aud,
    'authenticated'::text as role,
    a.email,
    a.email_confirmed_at,
    a.invited_at,
    a.confirmation_sent_at,
    a.recovery_sent_at,
    a.new_email as email_change,
    a.email_change_sent_at,
    a.last_sign_in_at,
    internal.app_metadata(a) as raw_app_meta_data,
    internal.user_metadata(a) as raw_user_meta_data,
    a.created_at,
    a.updated_at,
    null::text as phone,
    null::timestamptz as phone_confirmed_at,
    a.email_confirmed_at as confirmed_at,
    a.banned_until,
    a.reauthentication_sent_at,
    a.is_anonymous
  from identity.account as a;

  comment on function auth.uid is 'The caller''s person id, or null for an anonymous caller.';
  comment on function auth.role is 'The role of the session; a token cannot fake it.';
  comment on function auth.jwt is 'The claims of the caller''s token, or null.';
  comment on function auth.email is 'The address in the caller''s token, or null.';
  comment on view auth.users is
    'The caller''s login, with Supabase''s column names; the service role sees all. No secrets.';

  revoke all on function auth.uid, auth.role, auth.jwt, auth.email from public;

  -- Its owner's policies hold: a person's own row, and to the house every row.
  grant create on schema auth to definer;
  alter view auth.users owner to definer;
  revoke create on schema auth from definer;
end
$do$;

-- This function belongs to the owner: a deploy makes it once, empty, and never changes it.
do $do$
begin
  if to_regnamespace('hooks') is null then
    create schema hooks;
    comment on schema hooks is
      'Functions of the owner''s that Convene calls. No deploy changes them.';
  end if;
  if to_regprocedure('hooks.after_sign_up(jsonb)') is null then
    create function hooks.after_sign_up(p_user jsonb)
    returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $fn$
    begin
      null;
    end
    $fn$;
    comment on function hooks.after_sign_up is
      'Called with every new login, in the transaction that makes it. Replace it: docs/auth.md.';
    revoke all on function hooks.after_sign_up from public;
  end if;
end
$do$;
