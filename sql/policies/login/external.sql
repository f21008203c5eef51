-- Who may do what with ways to another provider: the house, and nobody else.

create policy all_definer on identity.oauth_state
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

grant select, delete on identity.oauth_state to definer;
grant insert (state_hash, provider, redirect_to, account_id, code_challenge,
              code_challenge_method, expires_at)
  on identity.oauth_state to definer;
-- Whoever clears away what expired skips what another clears.
grant update (expires_at) on identity.oauth_state to definer;
grant insert (identity_data), update (identity_data) on identity.external_login to definer;
