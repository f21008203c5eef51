-- Who may do what with a support case.
--
--   person   reads their own
--   staff    reads and answers all
--   definer  writes for either
--   the provider it is about reads nothing

create policy select_self on core.support_case
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_as_staff on core.support_case
  for select to authenticated
  using (support_case_id
         between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.support_case
  for select to service_role, definer
  using (true);

create policy insert_definer on core.support_case
  for insert to definer
  with check (person_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.support_case
  for update to definer
  using (person_id = (select internal.user_id())
         or (select internal.is_service()) or (select internal.is_staff()))
  with check (person_id = (select internal.user_id())
              or (select internal.is_service()) or (select internal.is_staff()));

grant select on core.support_case to authenticated, service_role, definer;
grant insert, update on core.support_case to definer;

create policy select_parent on core.case_attachment
  for select to authenticated
  using (exists (
    select from core.support_case as c
    where c.support_case_id = case_attachment.support_case_id));

create policy select_service on core.case_attachment
  for select to service_role
  using (true);

create policy all_definer on core.case_attachment
  for all to definer
  using (true)
  with check (true);

grant select on core.case_attachment to authenticated, service_role, definer;
grant insert, delete on core.case_attachment to definer;

grant execute on function
  api.open_case, api.save_case, api.answer_case, api.list_cases, api.attachments_of_case
  to authenticated;
