-- Who may see an earning: the provider who earned it. Functions write.

create policy select_provider on core.earning
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.earning
  for select to authenticated
  using (earning_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.earning
  for select to service_role, definer
  using (true);

create policy insert_definer on core.earning
  for insert to definer
  with check (true);

create policy update_definer on core.earning
  for update to definer
  using (true)
  with check (true);

grant select on core.earning to authenticated, service_role, definer;
grant insert on core.earning to definer;
grant update (returned_minor, returned_commission, allocated_minor, released_at)
  on core.earning to definer;

grant execute on function internal.earned_minor to anon, authenticated, service_role;
