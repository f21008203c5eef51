-- Who may see a profile: its person, and providers to whom they gave leave. Functions write.

create policy select_self on core.profile
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_leave on core.profile
  for select to authenticated
  using (exists (
    select from core.profile_leave as l
    where l.customer_id = profile.customer_id
      and l.provider_id = (select internal.user_id())));

create policy select_service on core.profile
  for select to service_role
  using (true);

create policy all_definer on core.profile
  for all to definer
  using (true)
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.profile to authenticated, service_role, definer;
grant insert, update, delete on core.profile to definer;

create policy select_party on core.profile_leave
  for select to authenticated
  using ((select internal.user_id()) in (customer_id, provider_id));

create policy select_service on core.profile_leave
  for select to service_role
  using (true);

create policy all_definer on core.profile_leave
  for all to definer
  using (true)
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.profile_leave to authenticated, service_role, definer;
grant insert, delete on core.profile_leave to definer;

-- Who may read a profile may read whose it is.
create policy select_leave on core.customer
  for select to authenticated
  using ((select internal.has_leaves()) and exists (
    select from core.profile_leave as l
    where l.customer_id = customer.customer_id
      and l.provider_id = (select internal.user_id())));

create policy select_leave on core.person
  for select to authenticated
  using ((select internal.has_leaves()) and exists (
    select from core.profile_leave as l
    where l.customer_id = person.person_id
      and l.provider_id = (select internal.user_id())));

grant execute on function internal.has_leaves to authenticated;
grant execute on function api.save_profile, api.share_profile to authenticated;
