-- Functions write and claim commands to Stripe; only the service role sees them.

create policy select_definer_and_service on core.stripe_command
  for select to service_role, definer
  using (true);

create policy insert_definer on core.stripe_command
  for insert to definer
  with check (state = 'planned');

create policy update_definer on core.stripe_command
  for update to definer
  using (true)
  with check (true);

grant select on core.stripe_command to service_role, definer;
grant insert on core.stripe_command to definer;
-- Path, parameters and key are not among the columns that may be updated.
grant update (state, attempts, next_at, lease_until, first_sent_at, last_sent_at, missed_at,
              alarmed_at, external_id, request_id, error, finished_at)
  on core.stripe_command to definer;
