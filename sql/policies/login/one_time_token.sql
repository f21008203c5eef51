-- Who may do what with links and codes: the house, and nobody else.

create policy all_definer on identity.one_time_token
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

grant select, delete on identity.one_time_token to definer;
grant insert (account_id, purpose, email, link_hash, code_hash, code_challenge,
              code_challenge_method, expires_at)
  on identity.one_time_token to definer;
grant update (email, link_hash, code_hash, wrong_codes, code_challenge, code_challenge_method,
              created_at, expires_at)
  on identity.one_time_token to definer;
