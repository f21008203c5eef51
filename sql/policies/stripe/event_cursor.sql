-- The house alone reads Stripe's list of events.

create policy select_definer_and_service on core.event_cursor
  for select to service_role, definer
  using (true);

create policy update_definer on core.event_cursor
  for update to definer
  using (true)
  with check (true);

grant select on core.event_cursor to service_role, definer;
grant update (heard_at, newest_at, after_id) on core.event_cursor to definer;
