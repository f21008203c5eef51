-- Who may see an enrolment. Functions write.
--
--   customer  reads their own
--   provider  reads those in their courses, and the names of who is in them
--   nobody else finds one; anonymous callers may ask, because a list of courses counts them

create policy select_customer on core.enrolment
  for select to anon, authenticated
  using (customer_id = (select internal.user_id()));

create policy select_provider on core.enrolment
  for select to authenticated
  using (provider_id = (select internal.user_id()) and enrolled_at is not null);

create policy select_as_staff on core.enrolment
  for select to authenticated
  using (enrolment_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.enrolment
  for select to service_role, definer
  using (true);

create policy insert_definer on core.enrolment
  for insert to definer
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.enrolment
  for update to definer
  using (true)
  with check (true);

grant select on core.enrolment to anon, authenticated, service_role, definer;
grant insert on core.enrolment to definer;
grant update (order_line_id, enrolled_at, expires_at, ended_at, completed_at)
  on core.enrolment to definer;

create policy select_learner on core.person
  for select to authenticated
  using ((select internal.has_learners()) and exists (
    select from core.enrolment as e
    where e.customer_id = person.person_id
      and e.provider_id = (select internal.user_id())));

grant execute on function internal.is_enrolled to authenticated, service_role;
grant execute on function
  internal.open_course_ids, internal.enrolled_course_ids, internal.has_learners
  to authenticated;
grant execute on function api.enrol to authenticated;
