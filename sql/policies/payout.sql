-- Who may see a payout: the provider it is for. Functions write.

create policy select_provider on core.payout
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_house on core.payout
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
grant update (paid_minor, status, failure, processed_at, updated_at) on core.payout to definer;

create policy select_provider on core.payout_leg
  for select to authenticated
  using (exists (
    select from core.payout as p
    where p.payout_id = payout_leg.payout_id
      and p.provider_id = (select internal.user_id())));

create policy select_house on core.payout_leg
  for select to service_role, definer
  using (true);

create policy insert_definer on core.payout_leg
  for insert to definer
  with check (status = 'planned');

create policy update_definer on core.payout_leg
  for update to definer
  using (true)
  with check (true);

grant select (payout_leg_id, payout_id, earning_id, amount_minor, status, reversed_minor,
              finished_at)
  on core.payout_leg to authenticated;
grant select on core.payout_leg to service_role, definer;
grant insert on core.payout_leg to definer;
grant update (status, external_id, reversed_minor, failure, finished_at)
  on core.payout_leg to definer;

create policy select_house on core.payout_reversal
  for select to service_role, definer
  using (true);

create policy insert_definer on core.payout_reversal
  for insert to definer
  with check (status = 'planned');

create policy update_definer on core.payout_reversal
  for update to definer
  using (true)
  with check (true);

grant select on core.payout_reversal to service_role, definer;
grant insert on core.payout_reversal to definer;
grant update (status, external_id, finished_at) on core.payout_reversal to definer;

grant execute on function api.request_payout, api.cancel_payout, api.settle_payout
  to authenticated;
