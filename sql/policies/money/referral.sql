-- Who may do what with referrals.
--
--   both sides  read their own; who was brought claims through a function
--   staff       reads all

create policy select_self on core.referral_code
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_definer_and_service on core.referral_code
  for select to service_role, definer
  using (true);

create policy insert_definer on core.referral_code
  for insert to definer
  with check (person_id = (select internal.user_id()));

create policy delete_definer on core.referral_code
  for delete to definer
  using (person_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.referral_code to authenticated, service_role, definer;
grant insert, delete on core.referral_code to definer;

create policy select_parties on core.referral
  for select to authenticated
  using (referrer_id = (select internal.user_id()) or referee_id = (select internal.user_id()));

create policy select_as_staff on core.referral
  for select to authenticated
  using (referral_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.referral
  for select to service_role, definer
  using (true);

create policy insert_definer on core.referral
  for insert to definer
  with check (referee_id = (select internal.user_id()));

create policy update_definer on core.referral
  for update to definer
  using (true)
  with check (true);

grant select on core.referral to authenticated, service_role, definer;
grant insert, update on core.referral to definer;

grant execute on function api.my_referral_code, api.claim_referral, api.save_referral,
  api.list_referrals
  to authenticated;
