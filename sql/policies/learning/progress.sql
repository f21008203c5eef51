-- Who may see progress: the learner, and the provider of the course. Functions write.

create policy select_party on core.section_progress
  for select to authenticated
  using (exists (
    select from core.enrolment as e where e.enrolment_id = section_progress.enrolment_id));

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
  using (exists (
    select from core.enrolment as e where e.enrolment_id = lesson_progress.enrolment_id));

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
