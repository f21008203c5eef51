-- Who may see where an offering takes place: its provider, and who has a confirmed booking of it.

create policy select_provider on core.offering_venue
  for select to anon, authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = offering_venue.offering_id
      and o.provider_id = (select internal.user_id())));

create policy select_confirmed on core.offering_venue
  for select to authenticated
  using (offering_id = any (array(select internal.confirmed_offering_ids())));

create policy select_as_staff on core.offering_venue
  for select to authenticated
  using (offering_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.offering_venue
  for select to service_role
  using (true);

create policy all_definer on core.offering_venue
  for all to definer
  using (true)
  with check (exists (
    select from core.offering as o
    where o.offering_id = offering_venue.offering_id
      and (o.provider_id = (select internal.user_id()) or (select internal.is_service()))));

-- Anonymous callers may ask and find nothing: a lens asks for everybody it shows sessions.
grant select on core.offering_venue to anon, authenticated, service_role, definer;
grant insert, update, delete on core.offering_venue to definer;

grant execute on function internal.confirmed_offering_ids, api.set_venue to authenticated;
