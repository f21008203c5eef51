-- Who may see the date of an event: everybody; what it is, its slot and offering decide. Functions
-- and triggers write.

create policy select_everyone on core.event
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_definer on core.event
  for insert to definer
  with check (true);

create policy update_definer on core.event
  for update to definer
  using (true)
  with check (true);

grant select on core.event to anon, authenticated, service_role, definer;
grant insert on core.event to definer;
grant update (moved_at) on core.event to definer;

grant execute on function api.save_event, api.move_event to authenticated;
