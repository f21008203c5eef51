-- Who may see and erase all of a person: that person, and staff with the secret key.

create policy select_self on identity.account
  for select to definer
  using (account_id = (select internal.user_id()));

create policy delete_self on identity.account
  for delete to definer
  using (account_id = (select internal.user_id()));

create policy select_self on identity.session
  for select to definer
  using (account_id = (select internal.user_id()));

grant execute on function api.export_my_data, api.erase_me to authenticated;
