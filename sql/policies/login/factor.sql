-- Who may do what with second factors: the house. People read of their own that they exist.

create policy all_definer on identity.factor
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy select_self on identity.factor
  for select to definer
  using (account_id = (select internal.user_id()));

create policy all_definer on identity.factor_challenge
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

grant select, delete on identity.factor, identity.factor_challenge to definer;
grant insert (factor_id, account_id, friendly_name, secret) on identity.factor to definer;
grant update (verified_at, last_step, updated_at) on identity.factor to definer;
grant insert (factor_id, session_id, expires_at) on identity.factor_challenge to definer;
grant update (factor_id, amr) on identity.session to definer;
