-- Who may read what a person is told, and say what they wish to be told.
--
--   self     reads their own rows, marks them read, states their wishes through functions
--   service  reads all, for support
--   definer  writes rows and wishes on behalf of the person
--   rows are never deleted by a caller, and their text never changes

create policy select_everyone on core.notification_type
  for select to authenticated, service_role, definer
  using (true);

grant select on core.notification_type to authenticated, service_role, definer;

create policy select_self on core.notification
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy update_self on core.notification
  for update to authenticated, definer
  using (person_id = (select internal.user_id()))
  with check (person_id = (select internal.user_id()));

create policy select_definer_and_service on core.notification
  for select to service_role, definer
  using (true);

create policy insert_definer on core.notification
  for insert to definer
  with check (true);

grant select on core.notification to authenticated, service_role, definer;
grant update (read_at) on core.notification to authenticated, definer;
grant insert on core.notification to definer;

create policy select_self on core.notification_preference
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy all_definer on core.notification_preference
  for all to definer
  using (true)
  with check (true);

create policy select_service on core.notification_preference
  for select to service_role
  using (true);

grant select on core.notification_preference to authenticated, service_role, definer;
grant insert, update on core.notification_preference to definer;

create policy select_self on core.quiet_hours
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_definer on core.quiet_hours
  for select to definer
  using (true);

create policy insert_definer on core.quiet_hours
  for insert to definer
  with check (person_id = (select internal.user_id()));

create policy update_definer on core.quiet_hours
  for update to definer
  using (person_id = (select internal.user_id()))
  with check (person_id = (select internal.user_id()));

-- The service erases people.
create policy delete_definer on core.quiet_hours
  for delete to definer
  using (person_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.quiet_hours to authenticated, definer;
grant insert, update, delete on core.quiet_hours to definer;

grant execute on function
  api.mark_notifications_read, api.list_notification_preferences,
  api.set_notification_preference, api.set_quiet_hours
  to authenticated;

grant execute on function api.unsubscribe to anon, authenticated;

grant execute on function api.list_notifications to authenticated;
