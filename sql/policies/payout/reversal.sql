-- Reversals are written by functions; staff reads them, without Stripe's ids.

create policy select_as_staff on core.payout_reversal
  for select to authenticated
  using (payout_reversal_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.payout_reversal
  for select to service_role, definer
  using (true);

create policy insert_definer on core.payout_reversal
  for insert to definer
  with check (status = 'planned');

create policy update_definer on core.payout_reversal
  for update to definer
  using (true)
  with check (true);

grant select (payout_reversal_id, payout_leg_id, refund_id, dispute_id, amount_minor, status,
              created_at, finished_at)
  on core.payout_reversal to authenticated;
grant select on core.payout_reversal to service_role, definer;
grant insert on core.payout_reversal to definer;
grant update (status, external_id, finished_at) on core.payout_reversal to definer;
