-- Reversals are written by functions; the service role reads them.

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

grant select on core.payout_reversal to service_role, definer;
grant insert on core.payout_reversal to definer;
grant update (status, external_id, finished_at) on core.payout_reversal to definer;
