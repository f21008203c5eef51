-- Who may see an order: the customer. Providers see their own lines. Functions write.

create policy select_customer on core.order
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_as_staff on core.order
  for select to authenticated
  using (order_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.order
  for select to service_role, definer
  using (true);

create policy insert_definer on core.order
  for insert to definer
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.order
  for update to definer
  using (true)
  with check (true);

grant select on core.order to authenticated, service_role, definer;
grant insert, update on core.order to definer;

create policy select_customer on core.order_line
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_provider on core.order_line
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.order_line
  for select to authenticated
  using (order_line_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.order_line
  for select to service_role, definer
  using (true);

create policy insert_definer on core.order_line
  for insert to definer
  with check (true);

grant select on core.order_line to authenticated, service_role, definer;
grant insert on core.order_line to definer;

-- What was ordered never changes; its state does.
create policy update_definer on core.order_line
  for update to definer
  using (true)
  with check (true);

grant update (fulfilment, called_off_at) on core.order_line to definer;

grant execute on function internal.order_seq to authenticated, service_role;

-- A quote makes lines as an order does, and keeps none.
grant execute on function internal.new_line to authenticated, service_role;
grant execute on function api.list_order_lines to authenticated;
