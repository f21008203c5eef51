-- Functions keep Stripe's events; only the service role sees them.

create policy select_definer_and_service on core.stripe_event
  for select to service_role, definer
  using (true);

create policy insert_definer on core.stripe_event
  for insert to definer
  with check (true);

create policy update_definer on core.stripe_event
  for update to definer
  using (true)
  with check (true);

grant select on core.stripe_event to service_role, definer;
grant insert on core.stripe_event to definer;
grant update (status, attempts, next_at, last_error, processed_at) on core.stripe_event to definer;

-- Staff tries an event again that did not fit.
grant execute on function api.retry_stripe_event to authenticated;
