-- Who may read what a person is told: that person. The outbox is the house's.

create policy select_self on core.notification
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy update_self on core.notification
  for update to authenticated
  using (person_id = (select internal.user_id()))
  with check (person_id = (select internal.user_id()));

create policy select_house on core.notification
  for select to service_role, definer
  using (true);

create policy insert_definer on core.notification
  for insert to definer
  with check (true);

grant select on core.notification to authenticated, service_role, definer;
grant update (read_at) on core.notification to authenticated;
grant insert on core.notification to definer;

create policy all_definer on core.outbox
  for all to definer
  using (true)
  with check (true);

grant select, insert, update on core.outbox to definer;
