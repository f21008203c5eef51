-- A provider sees what was agreed with them. An administrator sets it through a function.

create policy select_provider on core.commission
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_as_staff on core.commission
  for select to authenticated
  using (provider_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.commission
  for select to service_role, definer
  using (true);

create policy insert_definer on core.commission
  for insert to definer
  with check ((select internal.is_service()) or (select internal.is_staff()));

create policy update_definer on core.commission
  for update to definer
  using (true)
  with check ((select internal.is_service()) or (select internal.is_staff()));

create policy delete_definer on core.commission
  for delete to definer
  using ((select internal.is_service()) or (select internal.is_staff()));

grant select on core.commission to authenticated, service_role, definer;
grant insert, delete on core.commission to definer;
grant update (commission_bp, agreed_at) on core.commission to definer;

grant execute on function api.set_commission to authenticated;
