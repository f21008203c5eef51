-- A provider may see their own coupons. Customers can only try a code. Functions write.

create policy select_provider on core.coupon
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.coupon
  for select to authenticated
  using (coupon_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.coupon
  for select to service_role, definer
  using (true);

create policy insert_definer on core.coupon
  for insert to definer
  with check (
    provider_id = (select internal.user_id())
    or (select internal.is_service())
    or (select internal.is_staff()));

create policy update_definer on core.coupon
  for update to definer
  using (true)
  with check (true);

grant select on core.coupon to authenticated, service_role, definer;
grant insert on core.coupon to definer;
-- Locking a coupon takes a privilege to update it.
grant update (uses, is_active, updated_at) on core.coupon to definer;

create policy select_customer on core.coupon_redemption
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_as_staff on core.coupon_redemption
  for select to authenticated
  using (order_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy all_definer on core.coupon_redemption
  for all to definer
  using (true)
  with check (true);

grant select on core.coupon_redemption to authenticated, definer;
grant insert, update (released_at) on core.coupon_redemption to definer;

grant execute on function api.create_coupon, api.save_coupon, api.set_coupon_active
  to authenticated;

grant execute on function api.list_coupons to authenticated;
