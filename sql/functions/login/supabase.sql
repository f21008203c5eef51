-- For front ends that come from Supabase: its schema auth, in so far as SQL of theirs uses it,
-- and a place for what they do at a sign-up. Where a schema auth exists it is somebody else's,
-- and nothing is made. What was made is replaced in place and never dropped: policies of the
-- owner's tables stand on it.

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

  comment on function auth.uid is 'The person who asks, or null for nobody.';
  comment on function auth.role is 'The role of the session, which no token can pretend to be.';
  comment on function auth.jwt is 'What the token of whoever asks says, or null.';
  comment on function auth.email is 'The address in the token of whoever asks, or null.';
  comment on view auth.users is
    'One''s own login, as Supabase names its columns; to the service role all of them. No secrets.';

  revoke all on function auth.uid, auth.role, auth.jwt, auth.email from public;

  -- Its owner's policies hold: a person's own row, and to the house every row.
  grant create on schema auth to definer;
  alter view auth.users owner to definer;
  revoke create on schema auth from definer;
end
$do$;

-- The one function here that is the owner's: made once, empty, and theirs from then on.
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
