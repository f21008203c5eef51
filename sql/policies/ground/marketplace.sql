-- Everyone may read the marketplace's settings; no request role may change them.

create policy select_everyone on core.marketplace
  for select to anon, authenticated, service_role, definer
  using (true);

grant select on core.marketplace to anon, authenticated, service_role, definer;

grant execute on function api.marketplace to anon, authenticated;
