-- Functions write deliveries for the mailer; the service role reads them, for support.

create policy select_definer on core.delivery
  for select to definer
  using (true);

create policy insert_definer on core.delivery
  for insert to definer
  with check ((select internal.is_service()));

create policy update_definer on core.delivery
  for update to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

-- To forget what a mail server said of an address, when the person is erased.
create policy update_forgotten_definer on core.delivery
  for update to definer
  using (true)
  with check (detail is null);

create policy select_service on core.delivery
  for select to service_role
  using (true);

grant select, insert, update on core.delivery to definer;
grant select on core.delivery to service_role;

grant execute on function api.claim_delivery, api.record_delivery to service_role;
grant execute on function api.list_failed_mail to authenticated, service_role;
