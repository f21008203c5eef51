-- Who may see where somebody is.
--
--   everyone  reads the town and the rounded coordinates of providers
--   self      reads all of their own places
--   provider  reads the primary place, exactly, of customers they are about to serve
--   staff     reads all
--   definer   writes for the person who asks

create policy select_provider on core.location
  for select to anon, authenticated
  using (exists (select from core.provider as p where p.provider_id = location.person_id));

create policy select_self on core.location
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_served on core.location
  for select to authenticated
  using (location_id = any (array(select internal.located_ids())));

create policy select_as_staff on core.location
  for select to authenticated
  using (location_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.location
  for select to service_role, definer
  using (true);

create policy insert_definer on core.location
  for insert to definer
  with check (person_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.location
  for update to definer
  using (person_id = (select internal.user_id()) or (select internal.is_service()))
  with check (person_id = (select internal.user_id()) or (select internal.is_service()));

create policy delete_definer on core.location
  for delete to definer
  using (person_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.location to anon, authenticated, service_role, definer;
grant insert, update, delete on core.location to definer;

-- Anonymous callers may read it and find nothing: a lens asks it for every place it shows.
create policy select_self on core.location_exact
  for select to anon, authenticated
  using (exists (
    select from core.location as l
    where l.location_id = location_exact.location_id
      and l.person_id = (select internal.user_id())));

create policy select_served on core.location_exact
  for select to authenticated
  using (location_id = any (array(select internal.located_ids())));

create policy select_as_staff on core.location_exact
  for select to authenticated
  using (location_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.location_exact
  for select to service_role
  using (true);

create policy all_definer on core.location_exact
  for all to definer
  using (true)
  with check (exists (
    select from core.location as l
    where l.location_id = location_exact.location_id
      and (l.person_id = (select internal.user_id()) or (select internal.is_service()))));

grant select on core.location_exact to anon, authenticated, service_role, definer;
grant insert, update, delete on core.location_exact to definer;

grant execute on function internal.located_ids, internal.live_customer_ids to authenticated;
grant execute on function api.save_location, api.remove_location to authenticated;
