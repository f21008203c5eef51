-- A reporter reads their own reports, staff all. Functions write.

create policy select_reporter on core.report
  for select to authenticated
  using (reporter_id = (select internal.user_id()));

create policy select_as_staff on core.report
  for select to authenticated
  using (report_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.report
  for select to service_role
  using (true);

create policy all_definer on core.report
  for all to definer
  using (true)
  with check (true);

grant select on core.report to authenticated, service_role, definer;
grant insert, update (closed_at, closed_by, outcome, reason) on core.report to definer;

grant execute on function
  api.report_content, api.moderate_post, api.moderate_comment, api.list_reports
  to authenticated;
