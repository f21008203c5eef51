-- Who may do what with the outbox. It carries secrets, so no caller reads it, staff included.
--
--   definer   writes a message for whoever causes it; claims and settles for the service alone
--   others    nothing

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

grant execute on function api.claim_outbox, api.record_outbox, api.trim_outbox to service_role;
