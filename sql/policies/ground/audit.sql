-- The audit log is written by functions, and read through functions by staff.

create policy select_definer_and_service on core.audit_log
  for select to service_role, definer
  using (true);

create policy insert_definer on core.audit_log
  for insert to definer
  with check (true);

grant select on core.audit_log to service_role, definer;
grant insert on core.audit_log to definer;

grant execute on function api.list_audit_log to authenticated;
