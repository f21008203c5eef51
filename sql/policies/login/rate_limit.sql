-- Who may count: the house, and a person their own wrong guesses.

create policy all_definer on identity.rate_limit
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

create policy all_guess_definer on identity.rate_limit
  for all to definer
  using (action = 'guess' and subject = (select internal.guesser()))
  with check (action = 'guess' and subject = (select internal.guesser()));

create policy all_definer on identity.failed_attempt
  for all to definer
  using ((select internal.is_service()))
  with check ((select internal.is_service()));

grant select, delete on identity.rate_limit, identity.failed_attempt to definer;
grant insert (action, subject, uses, window_ends_at) on identity.rate_limit to definer;
grant update (uses, window_ends_at) on identity.rate_limit to definer;
grant insert (subject, failures, blocked_until) on identity.failed_attempt to definer;
grant update (failures, blocked_until) on identity.failed_attempt to definer;

grant execute on function api.count_guess to authenticated, service_role;
