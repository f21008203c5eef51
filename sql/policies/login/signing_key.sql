-- Who may do what with signing keys: everybody reads the public halves, through a function.

create policy select_definer on identity.signing_key
  for select to definer
  using (true);

create policy insert_definer on identity.signing_key
  for insert to definer
  with check ((select internal.is_service()));

create policy update_definer on identity.signing_key
  for update to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy delete_definer on identity.signing_key
  for delete to definer
  using ((select internal.is_service()));

grant select, delete on identity.signing_key to definer;
grant insert (kid, status, public_jwk, private_key) on identity.signing_key to definer;
grant update (status, changed_at) on identity.signing_key to definer;

grant execute on function api.signing_keys to anon, authenticated;

grant execute on function api.auth_signing_key to definer;
