-- Who may see the ledger: a person their own entries, the service role all. No role may change or
-- delete an entry, and triggers refuse it to the owner as well.

create policy select_owner on core.ledger_account
  for select to authenticated
  using (person_id = (select internal.user_id()));

create policy select_as_staff on core.ledger_account
  for select to authenticated
  using (ledger_account_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.ledger_account
  for select to service_role, definer
  using (true);

create policy insert_definer on core.ledger_account
  for insert to definer
  with check (true);

grant select on core.ledger_account to authenticated, service_role, definer;
grant insert on core.ledger_account to definer;

create policy select_owner on core.ledger_balance
  for select to authenticated
  using (ledger_account_id = any (array(
    select a.ledger_account_id
    from core.ledger_account as a
    where a.person_id = (select internal.user_id()))));

create policy select_as_staff on core.ledger_balance
  for select to authenticated
  using (ledger_account_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.ledger_balance
  for select to service_role, definer
  using (true);

create policy insert_definer on core.ledger_balance
  for insert to definer
  with check (balance_minor = 0);

create policy update_definer on core.ledger_balance
  for update to definer
  using (true)
  with check (true);

grant select on core.ledger_balance to authenticated, service_role, definer;
grant insert on core.ledger_balance to definer;
grant update (balance_minor) on core.ledger_balance to definer;

create policy select_owner on core.ledger_entry
  for select to authenticated
  using (ledger_account_id = any (array(
    select a.ledger_account_id
    from core.ledger_account as a
    where a.person_id = (select internal.user_id()))));

create policy select_as_staff on core.ledger_entry
  for select to authenticated
  using (ledger_account_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.ledger_entry
  for select to service_role, definer
  using (true);

create policy insert_definer on core.ledger_entry
  for insert to definer
  with check (true);

grant select on core.ledger_entry to authenticated, service_role, definer;
grant insert on core.ledger_entry to definer;

create policy select_owner on core.ledger_transfer
  for select to authenticated
  using (exists (
    select from core.ledger_entry as e
    where e.ledger_transfer_id = ledger_transfer.ledger_transfer_id));

create policy select_as_staff on core.ledger_transfer
  for select to authenticated
  using (ledger_transfer_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.ledger_transfer
  for select to service_role, definer
  using (true);

create policy insert_definer on core.ledger_transfer
  for insert to definer
  with check (true);

grant select (ledger_transfer_id, kind, phase, resolves_transfer_id, reference_kind,
              reference_id, description, created_at)
  on core.ledger_transfer to authenticated;
grant select on core.ledger_transfer to service_role, definer;
grant insert on core.ledger_transfer to definer;

grant execute on function internal.transfer_state to authenticated, service_role;
