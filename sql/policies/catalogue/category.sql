-- Everybody reads categories, and what stands in them as far as they may read the offering. Staff
-- writes the one, the seller the other; both through functions.

create policy select_everyone on core.category
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_definer on core.category
  for insert to definer
  with check ((select internal.is_staff()) or (select internal.is_service()));

create policy update_definer on core.category
  for update to definer
  using ((select internal.is_staff()) or (select internal.is_service()))
  with check ((select internal.is_staff()) or (select internal.is_service()));

create policy delete_definer on core.category
  for delete to definer
  using ((select internal.is_staff()) or (select internal.is_service()));

grant select on core.category to anon, authenticated, service_role, definer;
grant insert, update, delete on core.category to definer;

create policy select_shown on core.offering_category
  for select to anon, authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = offering_category.offering_id));

create policy select_definer_and_service on core.offering_category
  for select to service_role, definer
  using (true);

-- The function has checked whose offering it is.
create policy insert_definer on core.offering_category
  for insert to definer
  with check (true);

create policy delete_definer on core.offering_category
  for delete to definer
  using (true);

grant select on core.offering_category to anon, authenticated, service_role, definer;
grant insert, delete on core.offering_category to definer;

grant execute on function
  api.save_category, api.remove_category, api.set_offering_categories,
  api.set_offering_category
  to authenticated;
