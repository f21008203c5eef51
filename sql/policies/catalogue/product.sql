-- The seller reads the numbers; staff those of what the platform sells.

create policy select_seller on core.stock_item
  for select to authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = stock_item.offering_id
      and o.provider_id = (select internal.user_id())));

create policy select_as_staff on core.stock_item
  for select to authenticated
  using (offering_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.stock_item
  for select to service_role, definer
  using (true);

create policy insert_definer on core.stock_item
  for insert to definer
  with check (true);

create policy update_definer on core.stock_item
  for update to definer
  using (true)
  with check (true);

grant select on core.stock_item to authenticated, service_role, definer;
grant insert on core.stock_item to definer;
grant update (sku, on_hand, updated_at) on core.stock_item to definer;

grant execute on function
  api.set_stock, api.set_pieces_left, api.adjust_stock, api.save_product
  to authenticated;

-- A shop shows how many can be had.
grant execute on function internal.shelf to anon, authenticated, service_role;
