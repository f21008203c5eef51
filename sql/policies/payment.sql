-- Who may see a payment: who pays, and whose sale it is. The processor's id is a column that
-- only internal.payment_external_id gives, to the payer. Functions write.

create policy select_payer on core.payment
  for select to authenticated
  using (payer_id = (select internal.user_id()));

create policy select_payee on core.payment
  for select to authenticated
  using (payee_id = (select internal.user_id()));

create policy select_house on core.payment
  for select to service_role, definer
  using (true);

create policy insert_definer on core.payment
  for insert to definer
  with check (payer_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.payment
  for update to definer
  using (true)
  with check (true);

grant select (payment_id, seq, order_id, payer_id, payee_id, attempt, processor,
              capture_method, currency, amount_minor, authorized_minor, captured_minor,
              refunded_minor, status, capture_before, created_at, updated_at)
  on core.payment to authenticated;
grant select on core.payment to service_role, definer;
grant insert, update on core.payment to definer;

grant execute on function internal.payment_external_id to authenticated;
