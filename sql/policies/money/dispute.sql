-- Who may see a dispute: the provider whose sale it is about. Functions write.

create policy select_payee on core.dispute
  for select to authenticated
  using (exists (
    select from core.payment as p
    where p.payment_id = dispute.payment_id
      and p.payee_id = (select internal.user_id())));

create policy select_as_staff on core.dispute
  for select to authenticated
  using (dispute_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.dispute
  for select to service_role, definer
  using (true);

create policy insert_definer on core.dispute
  for insert to definer
  with check (true);

create policy update_definer on core.dispute
  for update to definer
  using (true)
  with check (true);

grant select (dispute_id, payment_id, amount_minor, status, reason, evidence_due_at, created_at)
  on core.dispute to authenticated;
grant select on core.dispute to service_role, definer;
grant insert on core.dispute to definer;
grant update (status, opened_at, closed_at, lost_at, regained_at, updated_at)
  on core.dispute to definer;

create policy select_seller on core.dispute_line
  for select to authenticated
  using (exists (
    select from core.order_line as l
    where l.order_line_id = dispute_line.order_line_id
      and l.provider_id = (select internal.user_id())));

create policy select_as_staff on core.dispute_line
  for select to authenticated
  using (dispute_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.dispute_line
  for select to service_role, definer
  using (true);

create policy insert_definer on core.dispute_line
  for insert to definer
  with check (true);

grant select on core.dispute_line to authenticated, service_role, definer;
grant insert on core.dispute_line to definer;

grant execute on function api.list_disputes to authenticated;
