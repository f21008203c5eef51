-- Stripe's books are kept by functions; the service role reads them.

create policy select_definer_and_service on core.balance_transaction
  for select to service_role, definer
  using (true);

create policy insert_definer on core.balance_transaction
  for insert to definer
  with check ((select internal.is_service()));

create policy update_definer on core.balance_transaction
  for update to definer
  using (true)
  with check (true);

grant select on core.balance_transaction to service_role, definer;
grant insert on core.balance_transaction to definer;
grant update (agreed_at, checks, next_check_at) on core.balance_transaction to definer;
