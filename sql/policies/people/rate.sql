-- Everybody reads what an hour costs; a provider sets their own, through a function.

create policy select_everyone on core.provider_rate_tier
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_definer on core.provider_rate_tier
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy delete_definer on core.provider_rate_tier
  for delete to definer
  using (provider_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.provider_rate_tier to anon, authenticated, service_role, definer;
grant insert, delete on core.provider_rate_tier to definer;

grant execute on function api.set_rate_tiers to authenticated;
