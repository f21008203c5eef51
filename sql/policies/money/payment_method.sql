-- Who may see with what somebody has paid: they alone, and the house.

create policy select_self on core.payment_method
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_service on core.payment_method
  for select to service_role
  using (true);

create policy all_definer on core.payment_method
  for all to definer
  using (true)
  with check (true);

grant select (payment_method_id, person_id, kind, brand, last4, created_at, last_used_at)
  on core.payment_method to authenticated;
grant select on core.payment_method to service_role, definer;
grant insert, update, delete on core.payment_method to definer;

grant execute on function api.remove_payment_method, api.list_payment_methods to authenticated;
