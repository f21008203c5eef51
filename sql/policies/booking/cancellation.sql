-- Cancelling, and the policies it goes by.
--
--   everyone  reads policies: they are part of the offer
--   provider  makes their own through api.set_cancellation_policy
--   parties   cancel and decline through functions, which check the side

create policy select_everyone on core.cancellation_policy
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_definer on core.cancellation_policy
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.cancellation_policy
  for update to definer
  using (provider_id = (select internal.user_id()) or (select internal.is_service()))
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.cancellation_policy to anon, authenticated, service_role, definer;
grant insert, update on core.cancellation_policy to definer;

grant execute on function
  api.set_cancellation_policy, api.cancel_booking, api.cancel_order, api.quote_cancellation,
  api.decline_booking
  to authenticated;

grant execute on function api.list_cancellation_policies to anon, authenticated;
