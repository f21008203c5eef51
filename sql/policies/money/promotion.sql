-- Who may do what with promotions.
--
--   provider  reads their own; asks and pays through functions
--   staff     reads and decides all
--   everyone  learns who is boosted, and nothing else

create policy select_provider on core.promotion
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.promotion
  for select to authenticated
  using (promotion_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.promotion
  for select to service_role, definer
  using (true);

create policy insert_definer on core.promotion
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.promotion
  for update to definer
  using (true)
  with check (true);

grant select on core.promotion to authenticated, service_role, definer;
grant insert, update on core.promotion to definer;

grant execute on function internal.is_running to authenticated, service_role;
grant execute on function
  api.save_promotion, api.approve_promotion, api.reject_promotion, api.cancel_promotion,
  api.pay_promotion, api.end_promotion, api.list_promotions
  to authenticated;
grant execute on function api.list_boosted_providers to anon, authenticated;
