-- Who may see progress: the learner, and the provider of the course. Functions write.

create policy select_party on core.section_progress
  for select to authenticated
  using (enrolment_id = any (array(select internal.readable_enrolment_ids())));

create policy select_as_staff on core.section_progress
  for select to authenticated
  using (section_progress_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.section_progress
  for select to service_role
  using (true);

create policy all_definer on core.section_progress
  for all to definer
  using (true)
  with check (true);

grant select on core.section_progress to authenticated, service_role, definer;
grant insert, update (completed_at) on core.section_progress to definer;

create policy select_party on core.lesson_progress
  for select to authenticated
  using (enrolment_id = any (array(select internal.readable_enrolment_ids())));

create policy select_as_staff on core.lesson_progress
  for select to authenticated
  using (lesson_progress_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.lesson_progress
  for select to service_role
  using (true);

create policy all_definer on core.lesson_progress
  for all to definer
  using (true)
  with check (true);

grant select on core.lesson_progress to authenticated, service_role, definer;
grant insert, update (watch_pct, completed_at, updated_at) on core.lesson_progress to definer;

grant execute on function api.save_progress, api.save_section_progress to authenticated;
grant execute on function internal.readable_enrolment_ids to authenticated;
