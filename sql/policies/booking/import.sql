-- Only the house imports. Staff and clients do not see keys of other systems here.

create policy all_definer on core.imported_row
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy select_service on core.imported_row
  for select to service_role
  using (true);

grant select on core.imported_row to service_role, definer;
grant insert on core.imported_row to definer;

grant execute on function api.import_rows to service_role;
