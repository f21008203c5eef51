-- Who may see and change a slot.
--
--   everyone  reads open slots, seats counted
--   customer  reads those they have booked, closed or not
--   provider  reads their closed ones too; adds and closes through the lens
--   definer   makes them from hours, and counts seats
--   only internal.put_seats writes taken and holds

create policy select_open on core.slot
  for select to anon, authenticated
  using (state = 'open'
         and provider_id <> all (array(select internal.stopped_provider_ids())));

create policy select_provider on core.slot
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_booked on core.slot
  for select to authenticated
  using (slot_id = any (array(select internal.booked_slot_ids())));

create policy select_as_staff on core.slot
  for select to authenticated
  using (slot_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy all_definer on core.slot
  for all to definer
  using (true)
  with check (true);

create policy select_service on core.slot
  for select to service_role
  using (true);

grant select on core.slot to anon, authenticated, service_role, definer;
grant insert, update, delete on core.slot to definer;

grant execute on function internal.is_day_full to anon, authenticated, service_role;
grant execute on function internal.live_holds to anon, authenticated, service_role;
grant execute on function internal.seats_left to anon, authenticated, service_role;
grant execute on function internal.open_slots to anon, authenticated, service_role;
grant execute on function internal.booked_slot_ids to authenticated;

grant execute on function api.list_free_slots to anon, authenticated;

grant execute on function api.save_slot, api.remove_slot to authenticated;
