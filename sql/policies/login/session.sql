-- Who may do what with sign-ins: the house, and nobody else.

create policy all_definer on identity.session
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy all_definer on identity.flow_state
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

grant select, delete on identity.session, identity.flow_state to definer;
grant insert (account_id, amr, user_agent) on identity.session to definer;
grant update (refresh_counter, refreshed_at) on identity.session to definer;
grant insert (code_hash, account_id, code_challenge, code_challenge_method, method, expires_at)
  on identity.flow_state to definer;
