-- Who may count: the house, and nobody else.

create policy all_definer on identity.rate_limit
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy all_definer on identity.failed_attempt
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

grant select, delete on identity.rate_limit, identity.failed_attempt to definer;
grant insert (action, subject, uses, window_ends_at) on identity.rate_limit to definer;
grant update (uses, window_ends_at) on identity.rate_limit to definer;
grant insert (subject, failures, blocked_until) on identity.failed_attempt to definer;
grant update (failures, blocked_until) on identity.failed_attempt to definer;
