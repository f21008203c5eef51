-- Who may see the contents of a course. Functions write.
--
--   everyone  reads which sections and lessons are published, of courses that are; texts, videos
--             and files of free sections
--   learner   reads texts, videos and files of what is published, while enrolled, and still sees
--             what there was after that
--   provider  reads all of their own, drafts too
--   staff     reads which sections and lessons there are
--
-- Every row says who its audience is (internal.settle_audience).

create policy select_shown on core.course_section
  for select to anon, authenticated
  using (audience = 'all'
         and provider_id <> all (array(select internal.stopped_provider_ids())));

create policy select_enrolled on core.course_section
  for select to authenticated
  using (audience <> 'provider'
         and offering_id = any (array(select internal.enrolled_course_ids())));

create policy select_provider on core.course_section
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.course_section
  for select to authenticated
  using (section_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.course_section
  for select to service_role
  using (true);

create policy all_definer on core.course_section
  for all to definer
  using (true)
  with check (true);

grant select on core.course_section to anon, authenticated, service_role, definer;
grant insert, update, delete on core.course_section to definer;

create policy select_shown on core.lesson
  for select to anon, authenticated
  using (audience = 'all'
         and provider_id <> all (array(select internal.stopped_provider_ids())));

create policy select_enrolled on core.lesson
  for select to authenticated
  using (audience <> 'provider'
         and offering_id = any (array(select internal.enrolled_course_ids())));

create policy select_provider on core.lesson
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.lesson
  for select to authenticated
  using (lesson_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.lesson
  for select to service_role
  using (true);

create policy all_definer on core.lesson
  for all to definer
  using (true)
  with check (true);

grant select on core.lesson to anon, authenticated, service_role, definer;
grant insert, update, delete on core.lesson to definer;

create policy select_shown on core.section_body
  for select to anon, authenticated
  using (audience = 'all'
         and provider_id <> all (array(select internal.stopped_provider_ids())));

create policy select_enrolled on core.section_body
  for select to authenticated
  using (audience <> 'provider'
         and offering_id = any (array(select internal.open_course_ids())));

create policy select_provider on core.section_body
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_service on core.section_body
  for select to service_role
  using (true);

create policy all_definer on core.section_body
  for all to definer
  using (true)
  with check (true);

grant select on core.section_body to anon, authenticated, service_role, definer;
grant insert, update, delete on core.section_body to definer;

create policy select_shown on core.lesson_body
  for select to anon, authenticated
  using (audience = 'all'
         and provider_id <> all (array(select internal.stopped_provider_ids())));

create policy select_enrolled on core.lesson_body
  for select to authenticated
  using (audience <> 'provider'
         and offering_id = any (array(select internal.open_course_ids())));

create policy select_provider on core.lesson_body
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_service on core.lesson_body
  for select to service_role
  using (true);

create policy all_definer on core.lesson_body
  for all to definer
  using (true)
  with check (true);

grant select on core.lesson_body to anon, authenticated, service_role, definer;
grant insert, update, delete on core.lesson_body to definer;

create policy select_shown on core.lesson_attachment
  for select to anon, authenticated
  using (audience = 'all'
         and provider_id <> all (array(select internal.stopped_provider_ids())));

create policy select_enrolled on core.lesson_attachment
  for select to authenticated
  using (audience <> 'provider'
         and offering_id = any (array(select internal.open_course_ids())));

create policy select_provider on core.lesson_attachment
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_service on core.lesson_attachment
  for select to service_role
  using (true);

create policy all_definer on core.lesson_attachment
  for all to definer
  using (true)
  with check (true);

grant select on core.lesson_attachment to anon, authenticated, service_role, definer;
grant insert, update, delete on core.lesson_attachment to definer;

grant execute on function
  api.save_section, api.remove_section, api.save_lesson, api.remove_lesson, api.save_attachment,
  api.remove_attachment, api.order_sections, api.order_lessons
  to authenticated;
