-- A learner reads their certificates. Everybody may ask whether a number is real.

create policy select_customer on core.certificate
  for select to authenticated
  using (customer_id = (select internal.user_id()));

create policy select_service on core.certificate
  for select to service_role
  using (true);

create policy all_definer on core.certificate
  for all to definer
  using (true)
  with check (true);

grant select on core.certificate to authenticated, service_role, definer;
grant insert, update (learner_name, provider_name) on core.certificate to definer;

grant execute on function api.verify_certificate to anon, authenticated;
grant execute on function api.list_certificates to authenticated;
