-- Who may see and change a provider's hours.
--
--   everyone  reads weekly hours
--   provider  writes their own; the reason of an exception is theirs alone
--   definer   writes for the provider who asks

create policy select_everyone on core.availability_rule
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_provider on core.availability_rule
  for insert to authenticated, service_role, definer
  with check ((provider_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

create policy update_provider on core.availability_rule
  for update to authenticated, service_role, definer
  using (provider_id = (select internal.user_id()) or (select internal.is_service()))
  with check ((provider_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

create policy delete_provider on core.availability_rule
  for delete to authenticated, service_role, definer
  using ((provider_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

grant select on core.availability_rule to anon, authenticated, service_role, definer;
grant insert (availability_rule_id, provider_id, weekday, start_local, end_local, timezone,
              valid_from, valid_to, is_active)
  on core.availability_rule to authenticated, service_role;
-- Keys may be written too, because an upsert sets every given column; a trigger keeps them
-- unchanged.
grant update (availability_rule_id, provider_id, weekday, start_local, end_local, timezone, valid_from, valid_to, is_active)
  on core.availability_rule to authenticated, service_role;
grant delete on core.availability_rule to authenticated, service_role;
grant insert, update, delete on core.availability_rule to definer;

create policy select_everyone on core.availability_exception
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_definer on core.availability_exception
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy delete_definer on core.availability_exception
  for delete to definer
  using (provider_id = (select internal.user_id()) or (select internal.is_service()));

grant select (availability_exception_id, seq, provider_id, kind, during, created_at)
  on core.availability_exception to anon, authenticated;
grant select on core.availability_exception to service_role, definer;
grant insert, delete on core.availability_exception to definer;

-- To forget words alone, when the provider is erased.
create policy update_definer on core.availability_exception
  for update to definer
  using (true)
  with check (reason is null);

grant update (reason) on core.availability_exception to definer;


grant execute on function
  internal.add_exception, api.set_availability, api.block_time, api.block_date, api.open_time,
  api.remove_exception, api.save_hours, api.remove_hours, api.check_day_hours
  to authenticated;

grant execute on function api.get_availability to anon, authenticated;

grant execute on function api.list_exceptions to authenticated;

grant execute on function internal.exception_reason to anon, authenticated, service_role;
