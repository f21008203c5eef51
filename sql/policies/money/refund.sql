-- Who may see a refund: the payer, and the provider whose sale it was. Functions write.

create policy select_parties on core.refund
  for select to authenticated
  using (exists (
    select from core.payment as p
    where p.payment_id = refund.payment_id
      and (select internal.user_id()) in (p.payer_id, p.payee_id)));

create policy select_as_staff on core.refund
  for select to authenticated
  using (refund_id between (select internal.first_for_staff()) and (select internal.last_id()));

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

grant select (refund_id, seq, payment_id, amount_minor, reason, status, created_at, updated_at)
  on core.refund to authenticated;
grant select on core.refund to service_role, definer;
grant insert on core.refund to definer;
grant update (reason, external_id, status, amount_minor, resent_as, covered_lines, reserved_at, settled_at,
              failed_at, checked_at, reversed_at, updated_at)
  on core.refund to definer;

create policy select_parties on core.refund_line
  for select to authenticated
  using (exists (
    select from core.order_line as l
    where l.order_line_id = refund_line.order_line_id
      and (select internal.user_id()) in (l.customer_id, l.provider_id)));

create policy select_as_staff on core.refund_line
  for select to authenticated
  using (refund_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.refund_line
  for select to service_role, definer
  using (true);

create policy insert_definer on core.refund_line
  for insert to definer
  with check (true);

-- Only what is owed until a dispute ends is ever cut down; what was sent stays as it is.
create policy update_definer on core.refund_line
  for update to definer
  using (exists (
    select from core.refund as r
    where r.refund_id = refund_line.refund_id and r.status = 'owed'))
  with check (true);

create policy delete_definer on core.refund_line
  for delete to definer
  using (exists (
    select from core.refund as r
    where r.refund_id = refund_line.refund_id and r.status = 'owed'));

grant select on core.refund_line to authenticated, service_role, definer;
grant insert, delete, update (amount_minor) on core.refund_line to definer;

grant execute on function
  api.list_refunds, api.refund_payment, api.resend_refund, api.settle_refund
  to authenticated;
