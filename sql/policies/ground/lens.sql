-- The triggers of lenses run as the caller, so the caller may run what they are written with.

grant execute on function
  api.written_fields, api.if_exists, api.one_of, api.keep_column, api.may_write
  to authenticated;
-- Readers with numbers ask too.
grant execute on function api.key_of, internal.refuse_key to anon, authenticated, service_role;
