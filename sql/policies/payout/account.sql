-- A provider sees their payout account only through api.my_payout_account, which masks it; the
-- service role sees all. Functions write.

create policy select_definer_and_service on core.payout_account
  for select to service_role, definer
  using (true);

create policy insert_definer on core.payout_account
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.payout_account
  for update to definer
  using (true)
  with check (true);

grant select on core.payout_account to service_role, definer;
grant insert on core.payout_account to definer;
grant update (external_id, bank_ref, is_submitted, can_transfer, can_pay_out, is_disconnected,
              requirements, usable_from, refreshed_at, replaced_at, updated_at)
  on core.payout_account to definer;

create policy select_as_staff on core.payout_hold
  for select to authenticated
  using (provider_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.payout_hold
  for select to service_role, definer
  using (true);

create policy all_definer on core.payout_hold
  for all to definer
  using (true)
  with check ((select internal.is_service()) or (select internal.is_staff()));

grant select on core.payout_hold to authenticated, service_role, definer;
grant insert, delete, update (reason) on core.payout_hold to definer;

create policy select_definer_and_service on core.payout_setting
  for select to service_role, definer
  using (true);

create policy update_definer on core.payout_setting
  for update to definer
  using (true)
  with check (true);

grant select on core.payout_setting to service_role, definer;
grant update (paused_at, cooling_hours) on core.payout_setting to definer;

grant execute on function
  api.open_payout_account, api.my_payout_account, api.set_manual_payout_account,
  api.hold_payouts, api.pause_payouts
  to authenticated;
grant execute on function internal.payout_details to anon, authenticated, service_role;
