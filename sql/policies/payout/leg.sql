-- Who may see a transfer of a payout: its provider, without Stripe's ids. Functions write.

create policy select_provider on core.payout_leg
  for select to authenticated
  using (exists (
    select from core.payout as p
    where p.payout_id = payout_leg.payout_id
      and p.provider_id = (select internal.user_id())));

create policy select_as_staff on core.payout_leg
  for select to authenticated
  using (payout_leg_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.payout_leg
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
