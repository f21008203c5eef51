-- Who may see a favourite: the person alone. Functions write.

create policy select_self on core.favorite
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_service on core.favorite
  for select to service_role
  using (true);

create policy all_definer on core.favorite
  for all to definer
  using (true)
  with check (person_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.favorite to authenticated, service_role, definer;
grant insert, delete on core.favorite to definer;

grant execute on function api.add_favorite, api.remove_favorite to authenticated;
