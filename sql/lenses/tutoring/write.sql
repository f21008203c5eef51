-- Writing through the tutoring lens.
--
-- A view that joins or derives takes writes through INSTEAD OF triggers. They run as definer,
-- whose policies confine every row to the caller, and give back the row as the lens shows it.

grant usage, create on schema tutoring to definer;

alter view tutoring.sessions alter column currency set default 'DKK';
alter view tutoring.sessions alter column topic_tags set default '{}';
alter view tutoring.sessions alter column max_participants set default 1;
alter view tutoring.sessions alter column is_active set default true;
alter view tutoring.expert_profiles alter column expertise_areas set default '{}';
alter view tutoring.expert_profiles alter column currency set default 'DKK';
alter view tutoring.expert_profiles alter column is_available set default true;

create function tutoring.on_expert_profile_written()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    new.id := internal.require_identity(coalesce(new.user_profile_id, new.id));
    perform internal.require_active(new.id);
    perform internal.ensure_person(new.id);
    insert into core.provider (provider_id, specialties, hourly_rate_minor, currency,
                               accepting_bookings)
    values (new.id, new.expertise_areas, new.hourly_rate_cents, new.currency, new.is_available);
  else
    perform internal.require_identity(old.id);
    new.id := old.id;
    update core.provider as v
    set specialties = new.expertise_areas, hourly_rate_minor = new.hourly_rate_cents,
        currency = new.currency, accepting_bookings = new.is_available
    where v.provider_id = old.id;
  end if;

  update core.person as p set bio = new.bio
  where p.person_id = new.id and p.bio is distinct from new.bio;

  select e.* into new from tutoring.expert_profiles as e where e.id = new.id;
  return new;
end
$$;

create trigger expert_profiles_write
  instead of insert or update on tutoring.expert_profiles
  for each row execute function tutoring.on_expert_profile_written();

create function tutoring.on_learner_profile_written()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    new.id := internal.require_identity(coalesce(new.user_profile_id, new.id));
    perform internal.require_active(new.id);
    perform internal.ensure_person(new.id);
    insert into core.customer (customer_id, goals, interests, experience_level,
                               preferred_duration_min)
    values (new.id, coalesce(new.learning_goals, '{}'), coalesce(new.interests, '{}'),
            new.experience_level, new.preferred_session_duration);
  else
    new.id := internal.require_identity(old.id);
    update core.customer as c
    set goals = new.learning_goals, interests = new.interests,
        -- The lens shows a level it has no word for as the one below; that is no change.
        experience_level = case when new.experience_level is distinct from old.experience_level
                                then new.experience_level else c.experience_level end,
        preferred_duration_min = new.preferred_session_duration
    where c.customer_id = old.id;
  end if;

  select l.* into new from tutoring.learner_profiles as l where l.id = new.id;
  return new;
end
$$;

create trigger learner_profiles_write
  instead of insert or update on tutoring.learner_profiles
  for each row execute function tutoring.on_learner_profile_written();

create function tutoring.on_session_written()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform internal.require_identity(old.expert_id);
    delete from core.offering as o where o.offering_id = old.id;
    return old;
  end if;

  if tg_op = 'INSERT' then
    new.id := coalesce(new.id, gen_random_uuid());
    perform internal.require_active(coalesce(new.expert_id, internal.user_id()));
    insert into core.offering (offering_id, provider_id, kind, title, description, summary, tags,
                               duration_min, price_minor, currency, level, prerequisites,
                               capacity, is_active)
    values (new.id, internal.require_identity(coalesce(new.expert_id, internal.user_id())),
            'session', new.title, new.description, new.short_description, new.topic_tags,
            new.duration_minutes, new.price_cents, new.currency, new.level, new.prerequisites,
            new.max_participants, new.is_active);
  else
    perform internal.require_identity(old.expert_id);
    new.id := old.id;
    update core.offering as o
    set title = new.title, description = new.description, summary = new.short_description,
        tags = new.topic_tags, duration_min = new.duration_minutes,
        price_minor = new.price_cents, currency = new.currency,
        level = case when new.level is distinct from old.level then new.level else o.level end,
        prerequisites = new.prerequisites, capacity = new.max_participants,
        is_active = new.is_active
    where o.offering_id = old.id;
  end if;

  if new.materials_url is null then
    delete from core.offering_material as m where m.offering_id = new.id;
  else
    insert into core.offering_material as m (offering_id, materials_url)
    values (new.id, new.materials_url)
    on conflict (offering_id) do update set materials_url = excluded.materials_url;
  end if;

  select s.* into new from tutoring.sessions as s where s.id = new.id;
  return new;
end
$$;

create trigger sessions_write
  instead of insert or update or delete on tutoring.sessions
  for each row execute function tutoring.on_session_written();

create function tutoring.on_bookable_slot_written()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_slot(old.id);
    return old;
  end if;
  if tg_op = 'INSERT' then
    new.id := api.add_slot(new.session_id, new.start_time, new.end_time, new.max_bookings);
  else
    if (new.is_available, new.current_bookings, new.session_id)
       is distinct from (old.is_available, old.current_bookings, old.session_id) then
      raise exception using
        errcode = '42501',
        message = 'Seats and availability of a slot are counted, not set.';
    end if;
    perform api.change_slot(old.id, new.max_bookings, new.start_time, new.end_time);
    new.id := old.id;
  end if;

  select s.* into new from tutoring.bookable_slots as s where s.id = new.id;
  return new;
end
$$;

create trigger bookable_slots_write
  instead of insert or update or delete on tutoring.bookable_slots
  for each row execute function tutoring.on_bookable_slot_written();

create function tutoring.on_booking_written()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.annotate_booking(
    old.id,
    case when new.learner_notes is distinct from old.learner_notes
         then coalesce(new.learner_notes, '') end,
    case when new.expert_notes is distinct from old.expert_notes
         then coalesce(new.expert_notes, '') end);

  if new.status is distinct from old.status then
    case new.status
      when 'confirmed' then perform api.accept_booking(old.id);
      when 'declined' then perform api.decline_booking(old.id, new.cancellation_reason);
      when 'cancelled' then perform api.cancel_booking(old.id, new.cancellation_reason);
      when 'completed' then perform api.complete_booking(old.id);
      else
        raise exception using
          errcode = '22P02',
          message = format('A booking cannot be set to %s.', left(quote_nullable(new.status), 60));
    end case;
  end if;

  select b.* into new from tutoring.bookings as b where b.id = old.id;
  return new;
end
$$;

create trigger bookings_write
  instead of update on tutoring.bookings
  for each row execute function tutoring.on_booking_written();

alter function tutoring.on_expert_profile_written owner to definer;
alter function tutoring.on_learner_profile_written owner to definer;
alter function tutoring.on_session_written owner to definer;
alter function tutoring.on_bookable_slot_written owner to definer;
alter function tutoring.on_booking_written owner to definer;

comment on function tutoring.on_expert_profile_written is
  'Trigger: provider and person, as one row.';
comment on function tutoring.on_learner_profile_written is 'Trigger: a customer''s own words.';
comment on function tutoring.on_session_written is
  'Trigger: an offering and its materials, as one row.';
comment on function tutoring.on_bookable_slot_written is 'Trigger: slots through their functions.';
comment on function tutoring.on_booking_written is
  'Trigger: a written status word runs the transition of that meaning, notes are kept.';

revoke create on schema tutoring from definer;
