-- What everybody may use.
--
--   everyone   may name functions of api, read currencies; runs nothing that is not granted
--   definer    runs every internal function, names every schema; policies bind what it writes
--   service    runs every api function

revoke all on all functions in schema api, internal from public;

grant usage on schema api to anon, authenticated, service_role, definer;
grant usage on schema core, identity, internal to definer;

grant execute on all functions in schema internal to definer;
grant execute on all functions in schema api to service_role;

-- Policies and readers call these as the caller.
grant execute on function internal.user_id, internal.is_service
  to anon, authenticated, service_role;
grant execute on function internal.to_decimal, internal.shift_point to anon, authenticated, service_role;

create policy select_everyone on core.currency
  for select to anon, authenticated, service_role, definer
  using (true);

grant select on core.currency to anon, authenticated, service_role, definer;
