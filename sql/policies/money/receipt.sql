-- Who may see the number of a receipt: who paid. Functions write; nobody removes one.

create policy select_customer on core.receipt
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_as_staff on core.receipt
  for select to authenticated
  using (order_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.receipt
  for select to service_role, definer
  using (true);

create policy insert_definer on core.receipt
  for insert to definer
  with check (number is null);

create policy update_definer on core.receipt
  for update to definer
  using (number is null)
  with check (number is not null);

grant select on core.receipt to authenticated, service_role, definer;
grant insert (order_id, customer_id), update (number) on core.receipt to definer;

grant execute on function api.receipt to authenticated;
