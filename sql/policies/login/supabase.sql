-- Who may use the names of Supabase: everybody asks who they are, and sees their own login.

do $do$
begin
  grant usage on schema hooks to definer;
  grant execute on function hooks.after_sign_up to definer;

  if obj_description(to_regnamespace('auth'), 'pg_namespace')
    is distinct from 'Made by Convene, for SQL that was written for Supabase.'
  then
    return;
  end if;
  grant usage on schema auth to anon, authenticated, service_role, definer;
  grant execute on function auth.uid, auth.role, auth.jwt, auth.email
    to anon, authenticated, service_role, definer;
  -- A view's functions run as whoever looks. These take a row that callers cannot make.
  grant execute on function internal.app_metadata, internal.user_metadata
    to anon, authenticated, service_role;
  grant select on auth.users to anon, authenticated, service_role;
end
$do$;
