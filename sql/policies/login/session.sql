-- Who may do what with sign-ins: the house. Those of somebody suspended may be ended by
-- whoever suspends them, which is staff.

create policy all_definer on identity.session
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy all_definer on identity.flow_state
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy select_suspended_definer on identity.session
  for select to definer
  using (exists (
    select from core.person as p
    where p.person_id = session.account_id
      and (p.status <> 'active' or p.suspended_until > now())));

create policy delete_suspended_definer on identity.session
  for delete to definer
  using (exists (
    select from core.person as p
    where p.person_id = session.account_id
      and (p.status <> 'active' or p.suspended_until > now())));

grant select, delete on identity.session, identity.flow_state to definer;
grant insert (account_id, amr, user_agent) on identity.session to definer;
grant update (refresh_counter, refreshed_at) on identity.session to definer;
grant insert (code_hash, account_id, code_challenge, code_challenge_method, method, expires_at)
  on identity.flow_state to definer;

grant execute on function internal.my_accounts, internal.my_sessions to authenticated, service_role;
