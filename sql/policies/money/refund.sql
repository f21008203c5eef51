-- Who may see a refund: who is refunded, and whose sale it was. Functions write.

create policy select_parties on core.refund
  for select to authenticated
  using (exists (
    select from core.payment as p
    where p.payment_id = refund.payment_id
      and (select internal.user_id()) in (p.payer_id, p.payee_id)));

create policy select_definer_and_service on core.refund
  for select to service_role, definer
  using (true);

create policy insert_definer on core.refund
  for insert to definer
  with check (true);

create policy update_definer on core.refund
  for update to definer
  using (true)
  with check (true);

grant select (refund_id, payment_id, amount_minor, reason, status, created_at, updated_at)
  on core.refund to authenticated;
grant select on core.refund to service_role, definer;
grant insert on core.refund to definer;
grant update (external_id, status, reserved_at, settled_at, reversed_at, updated_at)
  on core.refund to definer;

grant execute on function api.refund_payment to authenticated;
