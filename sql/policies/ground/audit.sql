-- The audit log is written by functions, and read by staff.

create policy select_as_staff on core.audit_log
  for select to authenticated
  using (audit_log_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.audit_log
  for select to service_role, definer
  using (true);

create policy insert_definer on core.audit_log
  for insert to definer
  with check (true);

grant select on core.audit_log to authenticated, service_role, definer;
grant insert on core.audit_log to definer;

grant execute on function api.list_audit_log to authenticated;
