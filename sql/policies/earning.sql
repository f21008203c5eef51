-- Who may see an earning: the provider who earned it. Functions write.

create policy select_provider on core.earning
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_house on core.earning
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

-- The split made at capture is written to the line it was made of.
create policy update_definer on core.order_line
  for update to definer
  using (true)
  with check (true);

grant update (commission_minor) on core.order_line to definer;
