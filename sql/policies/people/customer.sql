-- Who may see and change a customer.
--
--   self      reads and edits their own row
--   provider  reads those who have booked them
--   definer   makes them

create policy select_self on core.customer
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_known on core.customer
  for select to authenticated
  using (customer_id = any (array(select internal.known_person_ids())));

create policy select_as_staff on core.customer
  for select to authenticated
  using (customer_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.customer
  for select to service_role, definer
  using (true);

create policy insert_self on core.customer
  for insert to authenticated, definer
  with check ((customer_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

create policy update_self on core.customer
  for update to authenticated
  using (customer_id = (select internal.user_id()))
  with check (customer_id = (select internal.user_id())
              and (select internal.may_act()));

create policy update_definer on core.customer
  for update to definer
  using (true)
  with check (customer_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.customer to authenticated, service_role, definer;
grant insert (customer_id, goals, interests, experience_level, preferred_duration_min)
  on core.customer to authenticated;
grant update (goals, interests, experience_level, preferred_duration_min)
  on core.customer to authenticated;
grant insert, update on core.customer to definer;

grant execute on function api.save_customer to authenticated;

grant execute on function internal.customer_number to anon, authenticated, service_role;
