-- Who may see what was called off: the provider who did. Functions write.

create policy select_provider on core.call_off
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.call_off
  for select to authenticated
  using (call_off_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.call_off
  for select to service_role, definer
  using (true);

create policy insert_definer on core.call_off
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.call_off
  for update to definer
  using (true)
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.call_off to authenticated, service_role, definer;
grant insert, update on core.call_off to definer;

grant execute on function api.call_off_slot, api.call_off_time, api.call_off_day
  to authenticated;
