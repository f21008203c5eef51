-- Everyone may know the marketplace's settings; nobody changes them through a request role.

create policy select_everyone on core.marketplace
  for select to anon, authenticated, service_role, definer
  using (true);

grant select on core.marketplace to anon, authenticated, service_role, definer;

grant execute on function api.marketplace to anon, authenticated;
