-- Only the clock writes reminders.

create policy select_definer on core.booking_reminder
  for select to definer
  using (true);

create policy insert_definer on core.booking_reminder
  for insert to definer
  with check ((select internal.is_service()));

grant select, insert on core.booking_reminder to definer;

grant execute on function api.remind_of_bookings to service_role;
