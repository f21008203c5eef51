-- Who may see a ticket: who holds it, the organiser, and staff. Functions write.

create policy select_parties on core.ticket
  for select to authenticated
  using (exists (
    select from core.booking as b
    where b.booking_id = ticket.booking_id
      and (select internal.user_id()) in (b.customer_id, b.provider_id)));

create policy select_as_staff on core.ticket
  for select to authenticated
  using (ticket_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.ticket
  for select to service_role, definer
  using (true);

create policy insert_definer on core.ticket
  for insert to definer
  with check (true);

create policy update_definer on core.ticket
  for update to definer
  using (true)
  with check (true);

grant select on core.ticket to authenticated, service_role, definer;
grant insert on core.ticket to definer;
grant update (checked_in_at, checked_in_by, voided_at) on core.ticket to definer;

grant execute on function internal.ticket_state to authenticated, service_role;
grant execute on function api.check_in, api.list_tickets to authenticated;
