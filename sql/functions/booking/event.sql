-- Events: dates with seats, which are moved and called off with everybody who has registered.
--
-- Registering is booking: api.book_slot, or a line of a basket. Calling off is api.call_off_slot.

create or replace function internal.on_slot_of_event()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_new_time boolean := tg_op = 'INSERT';
begin
  if tg_op = 'INSERT' then
    insert into core.event (slot_id)
    select new.slot_id
    from core.offering as o
    where o.offering_id = new.offering_id and o.kind = 'event';
  else
    v_is_new_time := (new.starts_at, new.ends_at) is distinct from (old.starts_at, old.ends_at);
  end if;
  if not exists (select from core.event as e where e.slot_id = new.slot_id) then
    return null;
  end if;

  if v_is_new_time then
    delete from core.occupancy as c where c.slot_id = new.slot_id;
  end if;
  if v_is_new_time and new.state = 'open' and not internal.takes_time(new) then
    perform internal.refuse('M9204', 'provider_busy', 'You have something else at that time.',
      'Choose another time, or cancel what is there.');
  end if;
  perform internal.settle_slot(new.slot_id);
  return null;
end
$$;

alter function internal.on_slot_of_event owner to definer;

comment on function internal.on_slot_of_event is $$
Trigger: the date of an event takes its organiser's time while it is open, whoever registers.

Raises
  M9204 provider_busy  they are booked at that time, or have another event
$$;

create or replace trigger slot_event_begin after insert on core.slot
  for each row when (new.origin = 'manual')
  execute function internal.on_slot_of_event();
create or replace trigger slot_event_change after update of state, starts_at, ends_at on core.slot
  for each row
  when (new.origin = 'manual'
        and (new.state, new.starts_at, new.ends_at) is distinct from
            (old.state, old.starts_at, old.ends_at))
  execute function internal.on_slot_of_event();

create or replace function internal.own_event(p_slot_id uuid)
returns core.slot
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot core.slot;
begin
  perform internal.require_actor();
  if not exists (
    select
    from core.event as e
    join core.slot as s using (slot_id)
    where e.slot_id = p_slot_id
      and (s.provider_id = internal.user_id() or internal.is_service())
  ) then
    perform internal.refuse('M4206', 'event_not_found', format('You have no event %s.', p_slot_id));
  end if;
  v_slot := internal.lock_slot(p_slot_id);
  return v_slot;
end
$$;

alter function internal.own_event owner to definer;

comment on function internal.own_event is $$
The slot of an event of the caller's, locked, its provider first.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4206 event_not_found  there is none, or it is another organiser's
$$;

create or replace function internal.tell_moved(p_slot_id uuid)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
  v_count   integer := 0;
begin
  for v_booking in
    select b.* from core.booking as b
    where b.slot_id = p_slot_id and internal.is_coming(b.status)
    order by b.booking_id
  loop
    perform internal.record_step(v_booking, v_booking.status, 'provider', 'rescheduled');
    continue when not internal.is_secured(v_booking.status);
    -- The organiser too: their calendar has an entry for each registration.
    perform internal.tell_both(v_booking, 'booking_rescheduled');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

alter function internal.tell_moved owner to definer;

comment on function internal.tell_moved is
  'Tell everybody who has registered for an event that it has another time; return how many.';

create or replace function api.move_event(
  p_slot_id   uuid,
  p_starts_at timestamptz,
  p_ends_at   timestamptz default null
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot    core.slot := internal.own_event(p_slot_id);
  v_ends_at timestamptz := coalesce(p_ends_at, p_starts_at + (v_slot.ends_at - v_slot.starts_at));
begin
  if (p_starts_at, v_ends_at) is not distinct from (v_slot.starts_at, v_slot.ends_at) then
    return 0;
  end if;
  if v_slot.state <> 'open' then
    perform internal.refuse('M9203', 'slot_closed', 'The event was called off.');
  elsif v_slot.starts_at <= now() then
    perform internal.refuse('M9202', 'slot_past',
      format('The event began at %s.', internal.instant_text(v_slot.starts_at)));
  end if;
  perform internal.check_times(v_slot.provider_id, p_starts_at, v_ends_at);

  -- The time is taken with the seats as they are; the trigger refuses one that is not free.
  update core.slot as s
  set starts_at = p_starts_at, ends_at = v_ends_at, origin = 'manual'
  where s.slot_id = p_slot_id;
  update core.event as e set moved_at = now() where e.slot_id = p_slot_id;
  update core.booking as b
  set starts_at = p_starts_at, ends_at = v_ends_at, moved_at = now(),
      accept_by = least(b.accept_by, p_starts_at), ics_sequence = b.ics_sequence + 1
  where b.slot_id = p_slot_id and internal.is_coming(b.status);
  return internal.tell_moved(p_slot_id);
end
$$;

alter function api.move_event owner to definer;

comment on function api.move_event is $$
Give an event of the caller's another time, with all who have registered, and return how many were
told. The length stays unless p_ends_at is given. Tickets stay valid; who cannot come at the new
time cancels and gets everything back. It is one transaction: if it fails, nothing was moved and
nobody told. Safe to repeat: the same time again moves and tells nothing. Locks provider, slot.

Raises
  M0107 times_invalid    it is past or too far ahead, or the end does not follow within a week
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4206 event_not_found  there is none, or it is another organiser's
  M9103 time_blocked     the organiser has blocked some of the time
  M9202 slot_past        it has begun
  M9203 slot_closed      it was called off
  M9204 provider_busy    the organiser has something else at that time
$$;

create or replace function api.save_event(p_event jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_of_date  constant text[] := array['slot_id', 'starts_at', 'ends_at'];
  v_slot_id  uuid := (p_event ->> 'slot_id')::uuid;
  v_is_there boolean := exists (select from core.slot as s where s.slot_id = v_slot_id);
  v_starts   timestamptz := (p_event ->> 'starts_at')::timestamptz;
  v_ends     timestamptz := (p_event ->> 'ends_at')::timestamptz;
  v_slot     core.slot;
begin
  -- A date that is not there is made, if it is said when it is.
  if v_slot_id is null or v_starts is not null and not v_is_there then
    return internal.add_slot(
      api.save_offering(
        jsonb_build_object('duration_min', coalesce(internal.minutes_between(v_starts, v_ends), 120))
        || (p_event - v_of_date) || '{"kind": "event"}'),
      v_starts, v_ends, p_slot_id => v_slot_id);
  end if;

  if v_is_there and not internal.found_to_save('event', p_if_exists) then
    return null;
  end if;
  v_slot := internal.own_event(v_slot_id);
  if p_event - v_of_date - 'capacity' <> '{}' then
    perform api.save_offering((p_event - v_of_date - 'capacity')
      || jsonb_build_object('offering_id', v_slot.offering_id, 'kind', 'event'));
  end if;
  if p_event ? 'capacity' then
    perform internal.change_slot(v_slot_id, (p_event ->> 'capacity')::integer);
  end if;
  if v_starts is not null or v_ends is not null then
    perform api.move_event(v_slot_id, coalesce(v_starts, v_slot.starts_at), v_ends);
  end if;
  return v_slot_id;
end
$$;

alter function api.save_event owner to definer;

comment on function api.save_event is $$
Make an event of the caller's with its date, or change one; return the id of its slot. p_event: what
api.save_offering takes, and {"starts_at", "ends_at"?}; it lasts two hours unless "ends_at" or
"duration_min" says otherwise. With "offering_id" and a "slot_id" that is new, or none, the event
gets another date. With the "slot_id" of a date, that one is changed: another time moves it
(api.move_event), "capacity" is its seats. Another time of the organiser's cannot be booked from now
on. p_if_exists as for api.save_offering.

Raises
  M0107 times_invalid         it is past or too far ahead, or the end does not follow within a week
  M4206 event_not_found       there is none, or it is another organiser's
  M9102 capacity_below_taken  more have registered
  M9204 provider_busy         the organiser has something else at that time
  and what api.save_offering and api.move_event raise
$$;
