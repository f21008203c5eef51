-- Who may see and change an offering.
--
--   everyone  reads what is published
--   provider  reads, makes, edits and removes their own
--   customer  reads what they have booked, and opens its materials
--   staff     reads all
--   definer   reads all; writes for the provider who asks, and the offering of their hours

create policy select_published on core.offering
  for select to anon, authenticated
  using (is_active and kind <> 'hour' and (provider_id is null
         or provider_id <> all (array(select internal.stopped_provider_ids()))));

create policy select_provider on core.offering
  for select to authenticated
  using (provider_id = (select internal.user_id()));

create policy select_ordered on core.offering
  for select to authenticated
  using (offering_id = any (array(select internal.ordered_offering_ids())));

create policy select_as_staff on core.offering
  for select to authenticated
  using (offering_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.offering
  for select to service_role, definer
  using (true);

create policy insert_provider on core.offering
  for insert to authenticated, definer
  with check ((provider_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

-- Whoever books a time by the hour makes what the booking refers to.
create policy insert_hour_definer on core.offering
  for insert to definer
  with check (kind = 'hour' and price_minor = 0);

create policy update_hour_definer on core.offering
  for update to definer
  using (kind = 'hour')
  with check (kind = 'hour');

create policy update_provider on core.offering
  for update to authenticated, definer
  using (provider_id = (select internal.user_id()) or (select internal.is_service()))
  with check ((provider_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

create policy delete_provider on core.offering
  for delete to authenticated, definer
  using ((provider_id = (select internal.user_id()) or (select internal.is_service()))
              and (select internal.may_act()));

grant select on core.offering to anon, authenticated, service_role, definer;
grant insert (offering_id, provider_id, title, slug, summary, description, tags,
              category_code, level, prerequisites, duration_min, capacity, price_minor, currency,
              booking_mode, min_notice_min, buffer_before_min, buffer_after_min, slot_step_min,
              is_active)
  on core.offering to authenticated;
grant update (title, slug, summary, description, tags, category_code, level, prerequisites,
              duration_min, capacity, price_minor, currency, booking_mode, min_notice_min,
              buffer_before_min, buffer_after_min, slot_step_min, is_active)
  on core.offering to authenticated;
grant delete on core.offering to authenticated;
grant insert, update, delete on core.offering to definer;

-- Anonymous callers may run it and find nothing: a lens asks it for everybody it shows sessions.
create policy select_provider on core.offering_material
  for select to anon, authenticated
  using (exists (
    select from core.offering as o
    where o.offering_id = offering_material.offering_id
      and o.provider_id = (select internal.user_id())));

create policy select_booked on core.offering_material
  for select to authenticated
  using (offering_id = any (array(select internal.booked_offering_ids())));

create policy select_as_staff on core.offering_material
  for select to authenticated
  using (offering_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.offering_material
  for select to service_role
  using (true);

create policy all_definer on core.offering_material
  for all to definer
  using (true)
  with check (exists (
    select from core.offering as o
    where o.offering_id = offering_material.offering_id
      and (o.provider_id = (select internal.user_id()) or (select internal.is_service()))));

grant select on core.offering_material to anon, authenticated, service_role, definer;
grant insert, update, delete on core.offering_material to definer;

grant execute on function internal.set_offering_active to authenticated, service_role;

grant execute on function
  internal.booked_offering_ids, internal.ordered_offering_ids, api.save_offering,
  api.remove_offering, api.publish_offering, api.unpublish_offering
  to authenticated;
