-- Everybody reads credentials; a provider writes their own, through functions.

create policy select_everyone on core.credential
  for select to anon, authenticated, service_role, definer
  using (true);

create policy insert_definer on core.credential
  for insert to definer
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.credential
  for update to definer
  using (provider_id = (select internal.user_id()) or (select internal.is_service()))
  with check (provider_id = (select internal.user_id()) or (select internal.is_service()));

create policy delete_definer on core.credential
  for delete to definer
  using (provider_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.credential to anon, authenticated, service_role, definer;
grant insert, update, delete on core.credential to definer;

grant execute on function api.save_credential, api.remove_credential, api.set_credentials to authenticated;
