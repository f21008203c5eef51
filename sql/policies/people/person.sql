-- Who may see and change a person.
--
--   self       reads everything of theirs; edits their own data
--   strangers  read providers
--   known      customers and providers with a booking in common read each other
--   staff      reads everybody
--   definer    makes people, lists them; parts are granted by triggers alone
--   persons are never deleted: erasing keeps the row and empties it

create policy select_listed on core.person
  for select to anon, authenticated
  using (is_listed and status = 'active'
         and (suspended_until is null or suspended_until <= now()));

create policy select_self on core.person
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_known on core.person
  for select to authenticated
  using (case when (select internal.knows_many()) then internal.knows(person_id)
              else person_id = any (array(select internal.known_person_ids())) end);

create policy select_as_staff on core.person
  for select to authenticated
  using (person_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.person
  for select to service_role, definer
  using (true);

create policy insert_self on core.person
  for insert to authenticated, service_role, definer
  with check ((person_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

create policy update_self on core.person
  for update to authenticated
  using (person_id = (select internal.user_id()))
  with check (person_id = (select internal.user_id())
              and (select internal.may_act()));

create policy update_service on core.person
  for update to service_role
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy update_definer on core.person
  for update to definer
  using (true)
  with check (true);

grant select on core.person to anon, authenticated, service_role, definer;
grant insert (person_id, username, display_name, first_name, last_name, avatar_url, bio,
              timezone, locale)
  on core.person to authenticated, service_role;
-- The key may be written too, because an upsert sets every given column; a trigger keeps it
-- unchanged.
grant update (person_id, username, display_name, first_name, last_name, avatar_url, bio,
              timezone, locale)
  on core.person to authenticated, service_role;
grant insert, update on core.person to definer;

create policy all_self on core.person_private
  for all to authenticated
  using (person_id = (select internal.user_id()))
  with check (person_id = (select internal.user_id())
              and (select internal.may_act()));

create policy select_as_staff on core.person_private
  for select to authenticated
  using (person_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy all_definer on core.person_private
  for all to definer
  using (true)
  with check (true);

create policy select_service on core.person_private
  for select to service_role
  using (true);

grant select on core.person_private to authenticated, service_role, definer;
grant insert (person_id, phone, emergency_phone, date_of_birth, gender)
  on core.person_private to authenticated;
grant update (phone, emergency_phone, date_of_birth, gender)
  on core.person_private to authenticated;
grant insert, update, delete on core.person_private to definer;

create policy select_everyone on core.role
  for select to anon, authenticated, service_role, definer
  using (true);

grant select on core.role to anon, authenticated, service_role, definer;

-- Anonymous callers may read it and find nothing: a lens asks it for everybody it shows.
create policy select_self on core.person_role
  for select to anon, authenticated
  using (person_id = (select internal.user_id()));

create policy select_as_staff on core.person_role
  for select to authenticated
  using (person_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.person_role
  for select to service_role, definer
  using (true);

create policy insert_definer on core.person_role
  for insert to definer
  with check (true);

create policy delete_definer on core.person_role
  for delete to definer
  using (true);

grant select on core.person_role to anon, authenticated, service_role, definer;
grant insert, delete on core.person_role to definer;

grant execute on function
  internal.known_person_ids, internal.knows, internal.knows_many,
  internal.is_staff, internal.first_for_staff, internal.last_id
  to authenticated;
-- A lens may ask for everybody whom it shows something.
grant execute on function internal.is_staff, internal.first_for_staff, internal.last_id
  to service_role;
grant execute on function api.save_person to authenticated;
grant execute on function internal.emergency_phone to authenticated, service_role;
grant execute on function internal.email_of to anon, authenticated, service_role;

-- Views ask these for everybody they show, and strangers get nothing.
grant execute on function internal.private_of to anon, authenticated, service_role;
-- The policies of a view's owner ask it for anonymous callers too.
grant execute on function internal.is_staff to anon;
