-- Who may see and change a course. Functions write.
--
--   everyone  reads what belongs to the list, of courses they may see
--   learner   reads the text while enrolled
--   provider  reads all of their own

create policy select_shown on core.course
  for select to anon, authenticated
  using (audience = 'all'
         and provider_id <> all (array(select internal.stopped_provider_ids())));

create policy select_enrolled on core.course
  for select to authenticated
  using (offering_id = any (array(select internal.enrolled_course_ids())));

create policy select_provider on core.course
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.course
  for select to authenticated
  using (offering_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.course
  for select to service_role, definer
  using (true);

create policy insert_definer on core.course
  for insert to definer
  with check (true);

create policy update_definer on core.course
  for update to definer
  using (true)
  with check (true);

create policy delete_definer on core.course
  for delete to definer
  using (true);

grant select on core.course to anon, authenticated, service_role, definer;
grant insert, delete on core.course to definer;
grant update (audience, image_url, preview_url, sale_price_minor, access_days)
  on core.course to definer;

-- Who is or was in a course still sees it when it was taken down.
create policy select_enrolled on core.offering
  for select to authenticated
  using (offering_id = any (array(select internal.enrolled_course_ids())));

-- Anonymous callers may ask for a text and find none: a lens asks it for everybody.
create policy select_provider on core.course_body
  for select to anon, authenticated
  using (provider_id = (select internal.user_id()));

create policy select_enrolled on core.course_body
  for select to authenticated
  using (offering_id = any (array(select internal.open_course_ids())));

create policy select_service on core.course_body
  for select to service_role
  using (true);

create policy all_definer on core.course_body
  for all to definer
  using (true)
  with check (true);

grant select on core.course_body to anon, authenticated, service_role, definer;
grant insert, update, delete on core.course_body to definer;

grant execute on function api.save_course, api.remove_course to authenticated;
