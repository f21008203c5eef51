-- Writing through the tutoring lens: which column is which field of core, and which verb saves it.
--
-- A view that joins or derives takes writes through INSTEAD OF triggers. They run as the caller
-- and call api alone; what they give back is read under the caller's own policies.

create function tutoring.on_user_profile_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and not api.may_write(old.id) then
    return null;
  end if;
  new.id := coalesce(new.user_id, new.id);
  new.id := api.save_person(
    api.written_fields('{
      "id": "person_id", "display_name": "display_name", "first_name": "first_name",
      "last_name": "last_name", "avatar_url": "avatar_url", "timezone": "timezone",
      "locale": "locale"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select u.* into new from tutoring.user_profiles as u where u.id = new.id;
  return new;
end
$$;

comment on function tutoring.on_user_profile_written is 'Trigger: a person, in their own words.';

create trigger user_profiles_write
  instead of insert or update on tutoring.user_profiles
  for each row execute function tutoring.on_user_profile_written();

create function tutoring.on_expert_profile_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.id := coalesce(new.user_profile_id, new.id);
  new.id := api.save_provider(
    api.written_fields('{
      "id": "provider_id", "bio": "bio", "expertise_areas": "specialties",
      "hourly_rate_cents": "hourly_rate_minor", "currency": "currency",
      "is_available": "accepting_bookings"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select e.* into new from tutoring.expert_profiles as e where e.id = new.id;
  return new;
end
$$;

comment on function tutoring.on_expert_profile_written is
  'Trigger: a provider and their person, as one row.';

create trigger expert_profiles_write
  instead of insert or update on tutoring.expert_profiles
  for each row execute function tutoring.on_expert_profile_written();

create function tutoring.on_learner_profile_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.id := coalesce(new.user_profile_id, new.id);
  new.id := api.save_customer(
    api.written_fields('{
      "id": "customer_id", "learning_goals": "goals", "interests": "interests",
      "experience_level": "experience_level",
      "preferred_session_duration": "preferred_duration_min"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select l.* into new from tutoring.learner_profiles as l where l.id = new.id;
  return new;
end
$$;

comment on function tutoring.on_learner_profile_written is 'Trigger: a customer''s own words.';

create trigger learner_profiles_write
  instead of insert or update on tutoring.learner_profiles
  for each row execute function tutoring.on_learner_profile_written();

create function tutoring.on_session_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_offering(old.id);
    return old;
  end if;
  new.id := api.save_offering(
    api.written_fields('{
      "id": "offering_id", "expert_id": "provider_id", "title": "title",
      "description": "description", "short_description": "summary", "topic_tags": "tags",
      "duration_minutes": "duration_min", "price_cents": "price_minor", "currency": "currency",
      "level": "level", "prerequisites": "prerequisites", "materials_url": "materials_url",
      "max_participants": "capacity", "is_active": "is_active", "booking_mode": "booking_mode",
      "min_notice_minutes": "min_notice_min", "buffer_before_minutes": "buffer_before_min",
      "buffer_after_minutes": "buffer_after_min", "slot_step_minutes": "slot_step_min",
      "horizon_days": "horizon_days", "max_per_day": "max_per_day",
      "cancellation_policy_id": "cancellation_policy_id", "place": "place",
      "meeting_url": "meeting_url"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select s.* into new from tutoring.sessions as s where s.id = new.id;
  return new;
end
$$;

comment on function tutoring.on_session_written is
  'Trigger: an offering and its materials, as one row.';

create trigger sessions_write
  instead of insert or update or delete on tutoring.sessions
  for each row execute function tutoring.on_session_written();

create function tutoring.on_availability_window_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    return case when api.remove_hours(old.id) then old end;
  elsif tg_op = 'UPDATE' and not api.may_write(old.expert_id) then
    return null;
  end if;
  new.id := api.save_hours(
    api.written_fields('{
      "id": "availability_rule_id", "expert_id": "provider_id", "day_of_week": "weekday",
      "start_time": "start_local", "end_time": "end_local", "timezone": "timezone",
      "is_active": "is_active"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select a.* into new from tutoring.availability_windows as a where a.id = new.id;
  return new;
end
$$;

comment on function tutoring.on_availability_window_written is
  'Trigger: one weekly window; the bookable slots follow it.';

create trigger availability_windows_write
  instead of insert or update or delete on tutoring.availability_windows
  for each row execute function tutoring.on_availability_window_written();

create function tutoring.on_bookable_slot_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_slot(old.id);
    return old;
  end if;
  new.id := api.save_slot(
    api.written_fields('{
      "id": "slot_id", "session_id": "offering_id", "start_time": "starts_at",
      "end_time": "ends_at", "max_bookings": "capacity"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select s.* into new from tutoring.bookable_slots as s where s.id = new.id;
  return new;
end
$$;

comment on function tutoring.on_bookable_slot_written is
  'Trigger: a slot is added or changed by hand. Seats and availability are counted, not set.';

create trigger bookable_slots_write
  instead of insert or update or delete on tutoring.bookable_slots
  for each row execute function tutoring.on_bookable_slot_written();

create function tutoring.on_booking_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.id := api.save_booking(
    api.written_fields('{
      "id": "booking_id", "learner_id": "customer_id", "slot_id": "slot_id", "seats": "seats",
      "status": "status", "cancellation_reason": "cancel_reason",
      "learner_notes": "customer_notes", "expert_notes": "provider_notes"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select b.* into new from tutoring.bookings as b where b.id = new.id;
  return new;
end
$$;

comment on function tutoring.on_booking_written is
  'Trigger: a new row books, a written status word takes the step of that meaning, notes are kept.';

create trigger bookings_write
  instead of insert or update on tutoring.bookings
  for each row execute function tutoring.on_booking_written();
