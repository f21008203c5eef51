-- Everyone may read the marketplace's settings; administrators change them through a function.

create policy select_everyone on core.marketplace
  for select to anon, authenticated, service_role, definer
  using (true);

grant select on core.marketplace to anon, authenticated, service_role, definer;

create policy update_definer on core.marketplace
  for update to definer
  using (true)
  with check ((select internal.is_service()) or (select internal.is_staff()));

grant update on core.marketplace to definer;

grant execute on function api.marketplace to anon, authenticated;
grant execute on function api.marketplace_settings to authenticated;
grant execute on function api.set_marketplace to authenticated;
