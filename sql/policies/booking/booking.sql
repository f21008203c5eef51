-- Who may do what with a booking.
--
--   customer  reads their own; makes one through a function
--   provider  reads those made with them; keeps notes of their own
--   definer   writes only for a party, staff, or the house
--   history (booking_event) is never edited

create policy select_customer on core.booking
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_provider on core.booking
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.booking
  for select to authenticated
  using (booking_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.booking
  for select to service_role, definer
  using (true);

create policy insert_definer on core.booking
  for insert to definer
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.booking
  for update to definer
  using (true)
  with check (
    customer_id = (select internal.user_id())
    or provider_id = (select internal.user_id())
    or (select internal.is_service())
    or (select internal.is_staff()));

grant select on core.booking to authenticated, service_role, definer;
grant insert, update on core.booking to definer;

create policy select_provider on core.booking_note
  for select to authenticated
  using (exists (
    select from core.booking as b
    where b.booking_id = booking_note.booking_id
      and b.provider_id = (select internal.user_id())));

create policy select_service on core.booking_note
  for select to service_role
  using (true);

create policy all_definer on core.booking_note
  for all to definer
  using (true)
  with check (exists (
    select from core.booking as b
    where b.booking_id = booking_note.booking_id
      and (b.provider_id = (select internal.user_id()) or (select internal.is_service()))));

grant select on core.booking_note to authenticated, service_role, definer;
grant insert, update, delete on core.booking_note to definer;

create policy select_parties on core.booking_event
  for select to authenticated
  using (exists (
    select from core.booking as b
    where b.booking_id = booking_event.booking_id
      and (select internal.user_id()) in (b.customer_id, b.provider_id)));

create policy select_as_staff on core.booking_event
  for select to authenticated
  using (booking_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.booking_event
  for select to service_role, definer
  using (true);

create policy insert_definer on core.booking_event
  for insert to definer
  with check (true);

-- To forget words alone: a trigger keeps the rest.
create policy update_definer on core.booking_event
  for update to definer
  using (true)
  with check (reason is null);

grant select on core.booking_event to authenticated, service_role, definer;
grant insert on core.booking_event to definer;
grant update (reason) on core.booking_event to definer;

grant execute on function api.book_slot to authenticated;
grant execute on function internal.shown_details to authenticated, service_role;
