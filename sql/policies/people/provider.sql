-- Who may see and change a provider.
--
--   everyone  reads them, but not while they are suspended or erased
--   self      edits their own data, but never ratings, counts or verification
--   definer   makes them, counts, verifies for staff; locks them for bookings

create policy select_listed on core.provider
  for select to anon, authenticated
  using (stopped_until is null or stopped_until <= now());

create policy select_self on core.provider
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_known on core.provider
  for select to authenticated
  using (provider_id = any (array(select internal.known_person_ids())));

create policy select_as_staff on core.provider
  for select to authenticated
  using (provider_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.provider
  for select to service_role, definer
  using (true);

create policy insert_self on core.provider
  for insert to authenticated, definer
  with check ((provider_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

create policy update_self on core.provider
  for update to authenticated
  using (provider_id = (select internal.user_id()))
  with check (provider_id = (select internal.user_id())
              and (select internal.may_act()));

create policy update_definer on core.provider
  for update to definer
  using (true)
  with check (true);

grant select on core.provider to anon, authenticated, service_role, definer;
grant insert (provider_id, provider_type, specialties, hourly_rate_minor, currency,
              years_experience, accepting_bookings, presence, service_radius_m, trains_dogs,
              max_free)
  on core.provider to authenticated;
grant update (provider_type, specialties, hourly_rate_minor, currency, years_experience,
              accepting_bookings, presence, service_radius_m, trains_dogs, max_free)
  on core.provider to authenticated;
grant insert, update on core.provider to definer;

grant execute on function
  internal.require_provider_id, api.save_provider, api.verify_provider
  to authenticated;
