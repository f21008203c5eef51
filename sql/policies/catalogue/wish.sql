-- Who may see a wish: the person alone. Functions write.

create policy select_self on core.wish
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_service on core.wish
  for select to service_role
  using (true);

create policy all_definer on core.wish
  for all to definer
  using (true)
  with check (person_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.wish to authenticated, service_role, definer;
grant insert, delete on core.wish to definer;

grant execute on function api.add_wish, api.remove_wish to authenticated;
