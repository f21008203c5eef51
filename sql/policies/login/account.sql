-- Who may do what with accounts: the house, and nobody else.
--
--   definer    reads and writes while the house asks, which is: for the auth Lambda
--   everyone   nothing; there is not even usage on the schema

create policy all_definer on identity.account
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy all_definer on identity.external_login
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy select_self on identity.external_login
  for select to definer
  using (account_id = (select internal.user_id()));

grant select, delete on identity.account, identity.external_login to definer;
grant insert (account_id, email, password_hash, user_metadata, app_metadata, is_anonymous,
              email_confirmed_at)
  on identity.account to definer;
grant update (email, email_confirmed_at, new_email, email_change_awaits, password_hash,
              user_metadata, app_metadata,
              is_anonymous, banned_until, invited_at, confirmation_sent_at, recovery_sent_at,
              email_change_sent_at, reauthentication_sent_at, last_sign_in_at, updated_at)
  on identity.account to definer;
grant insert (account_id, provider, provider_subject) on identity.external_login to definer;
grant update (last_sign_in_at, updated_at) on identity.external_login to definer;

-- Staff is shown whether an address was proved.
create policy select_definer on identity.account
  for select to definer
  using ((select internal.is_staff()));

grant execute on function internal.is_email_confirmed to anon, authenticated, service_role;
