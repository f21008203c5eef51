-- Who may see the contents of a course. Functions write.
--
--   everyone  reads which sections and lessons are published, of courses they may see; texts,
--             videos and files of free sections
--   learner   reads texts, videos and files of what is published, while enrolled
--   provider  reads all of their own, drafts too

create policy select_published on core.course_section
  for select to anon, authenticated
  using (is_published
         and exists (select from core.offering as o
                     where o.offering_id = course_section.offering_id));

create policy select_provider on core.course_section
  for select to authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = course_section.offering_id
      and o.provider_id = (select internal.user_id())));

create policy select_service on core.course_section
  for select to service_role
  using (true);

create policy all_definer on core.course_section
  for all to definer
  using (true)
  with check (true);

grant select on core.course_section to anon, authenticated, service_role, definer;
grant insert, update, delete on core.course_section to definer;

create policy select_published on core.lesson
  for select to anon, authenticated
  using (is_published
         and exists (select from core.course_section as s
                     where s.section_id = lesson.section_id and s.is_published));

create policy select_provider on core.lesson
  for select to authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = lesson.offering_id
      and o.provider_id = (select internal.user_id())));

create policy select_service on core.lesson
  for select to service_role
  using (true);

create policy all_definer on core.lesson
  for all to definer
  using (true)
  with check (true);

grant select on core.lesson to anon, authenticated, service_role, definer;
grant insert, update, delete on core.lesson to definer;

-- A section or lesson that its reader does not see shows nothing of its inside either: the
-- policies below look it up as the reader.

create policy select_free on core.section_body
  for select to anon, authenticated
  using (exists (
    select from core.course_section as s
    where s.section_id = section_body.section_id and s.is_published and s.is_free));

create policy select_enrolled on core.section_body
  for select to authenticated
  using (offering_id = any (array(select internal.open_course_ids()))
         and exists (select from core.course_section as s
                     where s.section_id = section_body.section_id));

create policy select_provider on core.section_body
  for select to authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = section_body.offering_id
      and o.provider_id = (select internal.user_id())));

create policy select_service on core.section_body
  for select to service_role
  using (true);

create policy all_definer on core.section_body
  for all to definer
  using (true)
  with check (true);

grant select on core.section_body to anon, authenticated, service_role, definer;
grant insert, update, delete on core.section_body to definer;

create policy select_free on core.lesson_body
  for select to anon, authenticated
  using (exists (
    select from core.lesson as l
    join core.course_section as s using (section_id)
    where l.lesson_id = lesson_body.lesson_id
      and l.is_published and s.is_published and s.is_free));

create policy select_enrolled on core.lesson_body
  for select to authenticated
  using (offering_id = any (array(select internal.open_course_ids()))
         and exists (select from core.lesson as l where l.lesson_id = lesson_body.lesson_id));

create policy select_provider on core.lesson_body
  for select to authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = lesson_body.offering_id
      and o.provider_id = (select internal.user_id())));

create policy select_service on core.lesson_body
  for select to service_role
  using (true);

create policy all_definer on core.lesson_body
  for all to definer
  using (true)
  with check (true);

grant select on core.lesson_body to anon, authenticated, service_role, definer;
grant insert, update, delete on core.lesson_body to definer;

create policy select_free on core.lesson_attachment
  for select to anon, authenticated
  using (exists (
    select from core.lesson as l
    join core.course_section as s using (section_id)
    where l.lesson_id = lesson_attachment.lesson_id
      and l.is_published and s.is_published and s.is_free));

create policy select_enrolled on core.lesson_attachment
  for select to authenticated
  using (offering_id = any (array(select internal.open_course_ids()))
         and exists (select from core.lesson as l
                     where l.lesson_id = lesson_attachment.lesson_id));

create policy select_provider on core.lesson_attachment
  for select to authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = lesson_attachment.offering_id
      and o.provider_id = (select internal.user_id())));

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
