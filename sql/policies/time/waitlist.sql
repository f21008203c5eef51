-- Only the customer who waits and the provider of the slot may see who waits.

create policy select_customer on core.waitlist_entry
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_provider on core.waitlist_entry
  for select to authenticated
  using (exists (
    select from core.slot as s
    where s.slot_id = waitlist_entry.slot_id
      and s.provider_id = (select internal.user_id())));

create policy select_as_staff on core.waitlist_entry
  for select to authenticated
  using (waitlist_entry_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy all_definer on core.waitlist_entry
  for all to definer
  using (true)
  with check (true);

create policy select_service on core.waitlist_entry
  for select to service_role
  using (true);

grant select on core.waitlist_entry to authenticated, service_role, definer;
grant insert, update on core.waitlist_entry to definer;

grant execute on function api.join_waitlist, api.leave_waitlist to authenticated;

grant execute on function api.list_waitlist to authenticated;
