-- Administrators make staff; staff takes down what should not be there.

create policy update_definer on core.offering
  for update to definer
  using ((select internal.is_staff()))
  with check ((select internal.is_staff()));

-- What the platform sells itself.
create policy insert_definer on core.offering
  for insert to definer
  with check (provider_id is null and ((select internal.is_staff()) or (select internal.is_service())));

create policy delete_definer on core.offering
  for delete to definer
  using (provider_id is null and (select internal.is_staff()));

grant execute on function api.grant_role, api.revoke_role, api.take_down_offering
  to authenticated;
