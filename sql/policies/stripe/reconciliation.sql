-- The service role compares the books, and staff is told. Callers do not read the tables.

create policy select_definer_and_service on core.reconciliation_finding
  for select to service_role, definer
  using (true);

create policy insert_definer on core.reconciliation_finding
  for insert to definer
  with check ((select internal.is_service()));

create policy update_definer on core.reconciliation_finding
  for update to definer
  using (true)
  with check (true);

grant select on core.reconciliation_finding to service_role, definer;
grant insert on core.reconciliation_finding to definer;
grant update (problem, expected_minor, told_at, resolved_at, note)
  on core.reconciliation_finding
  to definer;

grant execute on function api.list_reconciliation_findings, api.close_finding to authenticated;
