-- Who may see a payout: the provider it is for. Functions write.

create policy select_provider on core.payout
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.payout
  for select to authenticated
  using (payout_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.payout
  for select to service_role, definer
  using (true);

create policy insert_definer on core.payout
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.payout
  for update to definer
  using (true)
  with check (true);

grant select on core.payout to authenticated, service_role, definer;
grant insert on core.payout to definer;
grant update (idempotency_key, paid_minor, status, failure, processed_at, updated_at)
  on core.payout to definer;

grant execute on function
  api.list_payouts, api.list_manual_payouts, api.request_payout, api.save_payout,
  api.cancel_payout, api.settle_payout
  to authenticated;
