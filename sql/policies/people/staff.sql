-- Administrators make staff; staff takes down what should not be there.

create policy update_definer on core.offering
  for update to definer
  using ((select internal.is_staff()))
  with check ((select internal.is_staff()));

grant execute on function api.grant_role, api.revoke_role, api.take_down_offering
  to authenticated;
