-- Everybody may see when a provider is busy, because the slot list shows it anyway. Who has booked
-- is secret.

create policy select_everyone on core.occupancy
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_definer on core.occupancy
  for insert to definer
  with check (true);

create policy update_definer on core.occupancy
  for update to definer
  using (true)
  with check (true);

create policy delete_definer on core.occupancy
  for delete to definer
  using (true);

grant select on core.occupancy to anon, authenticated, service_role, definer;
grant insert, update, delete on core.occupancy to definer;

grant execute on function internal.busy_time to anon, authenticated, service_role;
