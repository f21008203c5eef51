-- Who may see a block: whoever made it, alone. Functions write.

create policy select_self on core.block
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_service on core.block
  for select to service_role
  using (true);

create policy all_definer on core.block
  for all to definer
  using (true)
  with check (person_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.block to authenticated, service_role, definer;
grant insert, delete on core.block to definer;

grant execute on function api.block_person, api.unblock_person, api.list_blocked to authenticated;
