-- The outbox and what became of it are the house's: relay, mailer and clock.
--
--   definer  writes a message for whoever causes it; claims and settles for the house alone
--   house    reads deliveries, for support; the outbox carries secrets and is read by nobody
--   others   nothing

create policy select_definer on core.outbox
  for select to definer
  using (true);

create policy insert_definer on core.outbox
  for insert to definer
  with check (true);

create policy update_definer on core.outbox
  for update to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy delete_definer on core.outbox
  for delete to definer
  using ((select internal.is_service()));

grant select, insert, update, delete on core.outbox to definer;

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

create policy select_house on core.delivery
  for select to service_role
  using (true);

grant select, insert, update on core.delivery to definer;
grant select on core.delivery to service_role;

grant execute on function api.claim_outbox, api.record_outbox, api.trim_outbox,
                          api.claim_delivery, api.record_delivery
  to service_role;
