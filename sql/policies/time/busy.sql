-- A provider reads which calendars of theirs are asked; functions write. What they close is an
-- exception, and everybody sees that a time is closed, not why.

create policy select_provider on core.busy_calendar
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_service on core.busy_calendar
  for select to service_role
  using (true);

create policy all_definer on core.busy_calendar
  for all to definer
  using (true)
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.busy_calendar to authenticated, service_role, definer;
grant insert, update, delete on core.busy_calendar to definer;

grant execute on function
  api.add_busy_calendar, api.remove_busy_calendar, api.list_busy_calendars
  to authenticated;
grant execute on function api.claim_busy_calendars, api.record_busy_calendar to service_role;
