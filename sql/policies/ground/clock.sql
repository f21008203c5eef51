-- The clock writes down what it could not do, by functions; staff reads it in list_stuck_work.

create policy select_definer_and_service on core.clock_failure
  for select to service_role, definer
  using (true);

create policy insert_definer on core.clock_failure
  for insert to definer
  with check (true);

create policy update_definer on core.clock_failure
  for update to definer
  using (true)
  with check (true);

create policy delete_definer on core.clock_failure
  for delete to definer
  using (true);

grant select on core.clock_failure to service_role, definer;
grant insert, delete on core.clock_failure to definer;
grant update (attempts, failed_at, next_at, last_error) on core.clock_failure to definer;

grant execute on function api.count_clock_failures to service_role;
