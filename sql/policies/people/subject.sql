-- Who may see a dog. Staff may not: nothing they do needs it.
--
--   self      reads their own
--   provider  reads those they have a booking with
--   definer   writes for the owner who asks

create policy select_self on core.subject
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_booked on core.subject
  for select to authenticated
  using (subject_id = any (array(select internal.booked_subject_ids())));

create policy select_definer_and_service on core.subject
  for select to service_role, definer
  using (true);

create policy insert_definer on core.subject
  for insert to definer
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.subject
  for update to definer
  using (customer_id = (select internal.user_id()) or (select internal.is_service()))
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.subject to authenticated, service_role, definer;
grant insert, update on core.subject to definer;

create policy select_shown on core.subject_photo
  for select to authenticated
  using (exists (
    select from core.subject as s
    where s.subject_id = subject_photo.subject_id));

create policy select_service on core.subject_photo
  for select to service_role
  using (true);

create policy all_definer on core.subject_photo
  for all to definer
  using (true)
  with check (exists (
    select from core.subject as s
    where s.subject_id = subject_photo.subject_id
      and (s.customer_id = (select internal.user_id()) or (select internal.is_service()))));

grant select on core.subject_photo to authenticated, service_role, definer;
grant insert, update, delete on core.subject_photo to definer;

grant execute on function internal.booked_subject_ids to authenticated;
grant execute on function
  api.save_subject, api.retire_subject, api.save_subject_photo, api.remove_subject_photo
  to authenticated;
