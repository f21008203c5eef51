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

-- Staff erases as the service role, which the outbox's policy allows.
create policy update_self on core.outbox
  for update to definer
  using (person_id = (select internal.user_id()))
  with check (person_id = (select internal.user_id()));

create policy delete_self on core.notification
  for delete to definer
  using (person_id = (select internal.user_id()) or (select internal.is_service()));

grant delete on core.notification, core.notification_preference to definer;
grant update (details) on core.payout_account to definer;
grant update (payload) on core.stripe_event to definer;

grant execute on function api.export_my_data to authenticated;
