-- Who may see a payment: the payer, and the provider if the sale is theirs alone. In an order of
-- several sellers each sees only their own lines, refund_line and dispute_line. The processor's ids
-- are shown only by internal.payment_external_id and internal.shown_payment, to the payer. Only functions write; `status` is
-- computed and never written.

create policy select_payer on core.payment
  for select to authenticated
  using (payer_id = (select internal.user_id()));

create policy select_payee on core.payment
  for select to authenticated
  using (payee_id = (select internal.user_id()));

create policy select_as_staff on core.payment
  for select to authenticated
  using (payment_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.payment
  for select to service_role, definer
  using (true);

create policy insert_definer on core.payment
  for insert to definer
  with check (payer_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.payment
  for update to definer
  using (true)
  with check (true);

grant select (payment_id, seq, order_id, booking_id, payer_id, payee_id, attempt, processor,
              capture_method, currency, amount_minor, authorized_minor, captured_minor,
              refunded_minor, refunding_minor, lost_minor, status, goes_back, capture_before,
              captured_at, release_asked_at, created_at, updated_at)
  on core.payment to authenticated;
grant select on core.payment to service_role, definer;
grant insert on core.payment to definer;
-- The amount and the payer of a payment never change.
grant update (processor, external_id, charge_id, authorized_minor, captured_minor, is_cancelled,
              progress, progress_at, failure_code, capture_before, refunded_minor, refunding_minor,
              lost_minor, dispute_state, authorized_at, captured_at, release_asked_at, updated_at)
  on core.payment to definer;

grant execute on function api.list_payments to authenticated;

grant execute on function internal.payment_external_id, internal.shown_payment
  to authenticated, service_role;
