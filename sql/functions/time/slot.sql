-- Slots: listing the free ones, and adding, changing and removing one by hand.

create or replace function internal.live_holds(p_holds timestamptz[])
returns integer
language sql
stable
return cardinality(p_holds) - width_bucket(now(), p_holds);

comment on function internal.live_holds is $$
How many of a slot's holds have not ended. They stand in order (internal.put_seats), so those that
have ended come first. Is inlined, because every list of free slots asks it of every slot.
$$;

create or replace function internal.seats_left(p_slot core.slot)
returns integer
language sql
stable
return (p_slot).capacity - (p_slot).taken - internal.live_holds((p_slot).holds);

comment on function internal.seats_left is
  'How many seats of a slot are neither sold nor held. Is inlined.';

create or replace function internal.slot_is_idle(p_slot core.slot)
returns boolean
language sql
stable
return (p_slot).taken = 0 and internal.live_holds((p_slot).holds) = 0;

comment on function internal.slot_is_idle is
  'Whether nobody has booked the slot or holds a seat in it. Is inlined.';

create or replace function internal.capacity_of(p_slot core.slot, p_offered integer)
returns integer
language sql
stable
return case
  when (p_slot).is_capacity_own then (p_slot).capacity
  -- Never more than it was or is offered, so that slot_not_oversold still catches mistakes.
  else greatest(p_offered, least((p_slot).capacity,
                                 (p_slot).taken + internal.live_holds((p_slot).holds)))
end;

comment on function internal.capacity_of is $$
The present seats of a slot: those the provider has set for it, or else those of its offering
(p_offered), but no fewer than are booked or held.
$$;

create or replace function internal.is_time_blocked(
  p_provider_id uuid,
  p_starts_at   timestamptz,
  p_ends_at     timestamptz
)
returns boolean
language sql
stable
return exists (
  select
  from core.availability_exception as x
  where x.provider_id = p_provider_id
    and x.kind = 'block'
    and x.during && tstzrange(p_starts_at, p_ends_at)
);

comment on function internal.is_time_blocked is
  'Whether the provider has blocked part of this time.';

create or replace function internal.is_day_full(p_slot core.slot, p_max_per_day integer)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every statement.
  return internal.slot_is_idle(p_slot) and p_max_per_day <= (
    select count(*)
    from core.occupancy as c
    join core.slot as s using (slot_id)
    join core.person as p on p.person_id = c.provider_id
    where c.provider_id = p_slot.provider_id
      and (c.expires_at is null or c.expires_at > now())
      and s.starts_at between p_slot.starts_at - interval '26 hours'
                          and p_slot.starts_at + interval '26 hours'
      and (s.starts_at at time zone p.timezone)::date
          = (p_slot.starts_at at time zone p.timezone)::date);
end
$$;

alter function internal.is_day_full owner to definer;

comment on function internal.is_day_full is $$
A slot that nobody uses lies on a day, by its provider's clock, on which so many of their slots are
in use already.
$$;

create or replace function internal.open_slots()
returns table (
  slot_id     uuid,
  offering_id uuid,
  provider_id uuid,
  starts_at   timestamptz,
  ends_at     timestamptz,
  seats_left  integer
)
language sql
stable
begin atomic
  select
    s.slot_id, s.offering_id, s.provider_id, s.starts_at, s.ends_at, internal.seats_left(s)
  from core.slot as s
  join core.offering as o on o.offering_id = s.offering_id
  join core.provider as p on p.provider_id = s.provider_id
  where s.state = 'open'
    -- The second condition implies the first, but only the first can use an index.
    and s.starts_at > now()
    and s.starts_at > now() + make_interval(mins => o.min_notice_min)
    and (o.horizon_days is null or s.starts_at <= now() + make_interval(days => o.horizon_days))
    and o.is_active
    and p.accepting_bookings
    and (p.stopped_until is null or p.stopped_until <= now())
    and internal.seats_left(s) > 0
    and not exists (
      select
      from core.occupancy as c
      where c.provider_id = s.provider_id
        and c.slot_id <> s.slot_id
        and c.busy && internal.busy_time(s.starts_at, s.ends_at, o)
        and (c.expires_at is null or c.expires_at > now())
    )
    and (o.max_per_day is null or not internal.is_day_full(s, o.max_per_day));
end;

comment on function internal.open_slots is $$
Every slot that can be booked now. The list of free slots and the booking check both use this
one predicate. It reads only rows that everybody may read, and is inlined.
$$;

create or replace function internal.booked_slot_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select b.slot_id
  from core.booking as b
  where b.customer_id = internal.user_id()
    and (internal.takes_seat(b.status)
         or b.status = 'pending_payment' and b.hold_expires_at > now())
  union
  select w.slot_id
  from core.waitlist_entry as w
  where w.customer_id = internal.user_id()
    and w.state in ('waiting', 'offered');
end
$$;

alter function internal.booked_slot_ids owner to definer;

comment on function internal.booked_slot_ids is
  'Slots that the caller has booked or waits for; they may read them after they are closed.';

create or replace function internal.lock_provider(p_provider_id uuid)
returns void
language plpgsql
volatile
as $$
begin
  if current_setting('app.waits_outside', true) = 'on' then
    perform from core.provider as p
    where p.provider_id = p_provider_id for no key update skip locked;
    if not found and exists (
      select from core.provider as p where p.provider_id = p_provider_id) then
      perform internal.wait_outside(p_provider_id);
    end if;
    return;
  end if;
  -- `for update` would also block every insert of a row that refers to the provider.
  perform from core.provider as p where p.provider_id = p_provider_id for no key update;
end
$$;

comment on function internal.lock_provider is $$
Take the lock that everyone who wants this provider's time waits for, here or outside
(internal.wait_outside).
$$;

create or replace function internal.lock_slot(p_slot_id uuid)
returns core.slot
language plpgsql
volatile
as $$
declare
  v_slot core.slot;
begin
  perform internal.lock_provider(s.provider_id) from core.slot as s where s.slot_id = p_slot_id;
  select s.* into v_slot from core.slot as s where s.slot_id = p_slot_id for no key update;
  if not found then
    perform internal.refuse(
      'M4201', 'slot_not_found', format('There is no slot %s.', p_slot_id));
  end if;
  return v_slot;
end
$$;

comment on function internal.lock_slot is $$
Lock a slot's provider, then the slot, and return it as it is under the lock.

Raises
  M4201 slot_not_found  there is none, or its hours were taken away meanwhile
$$;

create or replace function internal.takes_time(p_slot core.slot)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  return (p_slot).state = 'open'
    and exists (select from core.event as e where e.slot_id = (p_slot).slot_id)
    and not exists (
      select
      from core.offering as o
      join core.occupancy as c on c.provider_id = (p_slot).provider_id
      where o.offering_id = (p_slot).offering_id
        and c.slot_id <> (p_slot).slot_id
        and c.busy && internal.busy_time((p_slot).starts_at, (p_slot).ends_at, o)
        and (c.expires_at is null or c.expires_at > now()));
end
$$;

alter function internal.takes_time owner to definer;

comment on function internal.takes_time is $$
Whether a slot takes its provider's time before anybody has booked it: it is an open event, and
nothing else is there.
$$;

create or replace function internal.settle_slot(p_slot_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Plans of all that it calls, as in api.book_slot.
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_slot  core.slot;
  v_taken integer;
  v_holds timestamptz[];
begin
  select s.* into strict v_slot from core.slot as s where s.slot_id = p_slot_id;
  with counted as materialized (
    -- One condition names the slot alone: no plan may read the holds of others.
    select internal.takes_seat(b.status) as is_taken, b.seats,
           case b.status when 'pending_payment' then b.hold_expires_at end as until
    from core.booking as b
    where b.slot_id = p_slot_id
    union all
    select false, w.seats, w.offer_expires_at
    from core.waitlist_entry as w
    where w.slot_id = p_slot_id and w.state = 'offered'
    union all
    select false, m.seats, m.expires_at
    from core.move_proposal as m
    where m.slot_id = p_slot_id and m.state = 'open' and m.holds_seats
  )
  select coalesce(sum(c.seats) filter (where c.is_taken), 0),
         array(select h.until
               from counted as h
               cross join generate_series(1, h.seats)
               where h.until > now())
    into v_taken, v_holds
  from counted as c;
  perform internal.put_seats(v_slot, v_taken, v_holds);

  -- If the offering has fewer seats now, seats that are given back are not sold again.
  update core.slot as s
  set capacity = internal.capacity_of(s, o.capacity)
  from core.offering as o
  where s.slot_id = p_slot_id
    and o.offering_id = s.offering_id
    and o.capacity < s.capacity
    and not s.is_capacity_own;
end
$$;

alter function internal.settle_slot owner to definer;

comment on function internal.settle_slot is $$
Count a slot's seats again from its bookings, offers and proposals (internal.put_seats). The caller
holds the locks of the provider and the slot, so the count stays true until the commit.
$$;

create or replace function internal.holds_without(
  p_holds timestamptz[],
  p_until timestamptz,
  p_seats integer
)
returns timestamptz[]
language sql
immutable
parallel safe
return array_remove(p_holds, p_until)
  || array_fill(p_until,
                array[greatest(0, cardinality(array_positions(p_holds, p_until)) - p_seats)]);

comment on function internal.holds_without is
  'The holds of a slot without so many that end at an instant; those of others may end there too.';

create or replace function internal.put_seats(
  p_slot  core.slot,
  p_taken integer,
  p_holds timestamptz[]
)
returns timestamptz
language plpgsql
volatile
as $$
declare
  v_until timestamptz;
begin
  with put as (
    update core.slot as s
    set taken = p_taken,
        holds = array(select h.until from unnest(p_holds) as h(until)
                      where h.until > now()
                      order by h.until)
    -- The count began with this row. Another one would be a mistake of the caller's.
    where s.slot_id = p_slot.slot_id and s.taken = p_slot.taken and s.holds = p_slot.holds
    returning s.slot_id, s.offering_id, s.starts_at, s.ends_at, s.taken, s.holds
  ),
  used as (
    select internal.busy_time(p.starts_at, p.ends_at, o) as busy,
           -- Until the last hold ends; for ever, if a seat is sold or it is an event.
           case when p.taken > 0
                     or exists (select from core.event as e where e.slot_id = p.slot_id)
                        and internal.takes_time(p_slot) then 'infinity'
                else p.holds[cardinality(p.holds)] end as until
    from put as p
    join core.offering as o on o.offering_id = p.offering_id
  ),
  ended as (
    -- Readers ignore rows whose holds have all ended, but the exclusion constraint does not.
    delete from core.occupancy as c
    where c.provider_id = p_slot.provider_id
      and c.busy && (select u.busy from used as u where u.until is not null)
      and c.slot_id <> p_slot.slot_id
      and c.expires_at <= now()
    returning c.slot_id
  ),
  kept as (
    insert into core.occupancy as c (slot_id, provider_id, busy, expires_at)
    select p_slot.slot_id, p_slot.provider_id, u.busy, nullif(u.until, 'infinity')
    from used as u
    where u.until is not null
      -- Not before they are gone.
      and (select count(*) from ended) is not null
    -- A row that still counts keeps its time, even if the buffers have changed since. One that had
    -- ended may have been moved.
    on conflict (slot_id) do update
      set busy = case when c.expires_at <= now() then excluded.busy else c.busy end,
          expires_at = excluded.expires_at
  )
  select u.until into strict v_until from used as u;
  if v_until is null then
    delete from core.occupancy as c where c.slot_id = p_slot.slot_id;
  end if;
  return v_until;
end
$$;

comment on function internal.put_seats is $$
Write how many seats of a slot are taken and until when others are held. Keeps its time for its
provider while a seat is sold or held, and gives the time back when none is; an open event keeps it
whoever has registered. Returns until when: infinity if for good, null if not at all. p_holds need
no order, and ended ones may be among them.
It is the only writer of taken, holds and occupancy. Either everything was counted
(internal.settle_slot), or the caller adds what it does to the slot as the lock found it: a slot
that has changed since then is an error. The caller holds the locks of the provider and the slot.
$$;

create or replace function internal.refuse_time(p_slot core.slot)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
  v_provider core.provider;
begin
  select o.* into v_offering from core.offering as o where o.offering_id = p_slot.offering_id;
  select p.* into v_provider from core.provider as p where p.provider_id = p_slot.provider_id;

  if p_slot.starts_at <= now() then
    perform internal.refuse('M9202', 'slot_past',
      format('The slot began at %s.', internal.instant_text(p_slot.starts_at)),
      'Choose a later one.');
  elsif not v_offering.is_active then
    perform internal.refuse('M9205', 'offering_inactive', 'This offering is no longer available.');
  elsif not v_provider.accepting_bookings or v_provider.stopped_until > now() then
    perform internal.refuse('M9206', 'provider_not_accepting',
      'The provider does not accept bookings at the moment.');
  elsif p_slot.state <> 'open' then
    perform internal.refuse('M9203', 'slot_closed', 'The slot is closed.', 'Choose another one.');
  elsif p_slot.starts_at <= now() + make_interval(mins => v_offering.min_notice_min) then
    perform internal.refuse('M9210', 'notice_too_short',
      format('Bookings are taken up to %s minutes before the start.', v_offering.min_notice_min),
      'Choose a later one.');
  elsif p_slot.starts_at > now() + make_interval(days => v_offering.horizon_days) then
    perform internal.refuse('M9104', 'too_far_ahead',
      format('Bookings are taken up to %s days ahead.', v_offering.horizon_days),
      'Choose an earlier one.');
  elsif v_offering.max_per_day is not null
        and internal.is_day_full(p_slot, v_offering.max_per_day) then
    perform internal.refuse('M9105', 'day_full',
      format('The provider takes %s bookings a day.', v_offering.max_per_day),
      'Choose another day.');
  end if;
end
$$;

alter function internal.refuse_time owner to definer;

comment on function internal.refuse_time is $$
Refuse a slot that cannot be booked, regardless of its seats.

Raises
  M9104 too_far_ahead           it begins later than bookings are taken for
  M9105 day_full                the provider has as many that day as they take
  M9202 slot_past               it has begun
  M9203 slot_closed             it was taken away, its time is blocked, or its hours are gone
  M9205 offering_inactive       it was unpublished
  M9206 provider_not_accepting  they take no bookings
  M9210 notice_too_short        it begins too soon
$$;

create or replace function internal.refuse_slot(p_slot_id uuid, p_seats integer)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot core.slot;
  v_left integer;
begin
  select s.* into v_slot from core.slot as s where s.slot_id = p_slot_id;
  perform internal.refuse_time(v_slot);

  v_left := internal.seats_left(v_slot);
  if v_left < p_seats then
    perform internal.refuse('M9201', 'slot_full',
      format('%s of %s seats are left.', greatest(v_left, 0), v_slot.capacity),
      'Choose another slot, or join the waitlist.');
  end if;
  perform internal.refuse('M9204', 'provider_busy',
    'The provider is booked at that time for something else.', 'Choose another slot.');
end
$$;

alter function internal.refuse_slot owner to definer;

comment on function internal.refuse_slot is $$
Raise the reason why a slot is not among internal.open_slots().

Raises
  M9201 slot_full      fewer seats are left than asked for
  M9204 provider_busy  an overlapping slot of theirs is booked or held
  and what internal.refuse_time lists
$$;

create or replace function internal.listed_slots()
returns table (
  slot_id     uuid,
  offering_id uuid,
  provider_id uuid,
  starts_at   timestamptz,
  ends_at     timestamptz,
  seats_left  integer
)
language sql
stable
begin atomic
  select s.slot_id, s.offering_id, s.provider_id, s.starts_at, s.ends_at, s.seats_left
  from internal.open_slots() as s
  join core.offering as o on o.offering_id = s.offering_id
  where o.kind <> 'hour' or o.provider_id = internal.user_id();
end;

comment on function internal.listed_slots is $$
Slots that can be booked now and that everybody may read; those of somebody's hour, which is booked
by the time, are listed to its provider alone. Is inlined.
$$;

create or replace function api.list_free_slots(
  p_offering_id uuid default null,
  p_provider_id uuid default null,
  p_from        timestamptz default null,
  p_until       timestamptz default null,
  p_limit       integer default 500
)
returns table (
  slot_id     uuid,
  offering_id uuid,
  provider_id uuid,
  starts_at   timestamptz,
  ends_at     timestamptz,
  seats_left  integer
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from  timestamptz := coalesce(p_from, now());
  v_until timestamptz := coalesce(p_until, v_from + interval '14 days');
  v_limit integer := least(greatest(coalesce(p_limit, 500), 0), 1000);
begin
  -- A statement for each kind of question: each can use its index, and its plan is kept. One
  -- statement for all three was planned for two milliseconds at every call.
  if p_offering_id is not null then
    return query
    select s.* from internal.listed_slots() as s
    where s.offering_id = p_offering_id
      and (p_provider_id is null or s.provider_id = p_provider_id)
      and s.starts_at >= v_from and s.starts_at < v_until
    order by s.starts_at, s.slot_id limit v_limit;
  elsif p_provider_id is not null then
    return query
    select s.* from internal.listed_slots() as s
    where s.provider_id = p_provider_id
      and s.starts_at >= v_from and s.starts_at < v_until
    order by s.starts_at, s.slot_id limit v_limit;
  else
    return query
    select s.* from internal.listed_slots() as s
    where s.starts_at >= v_from and s.starts_at < v_until
    order by s.starts_at, s.slot_id limit v_limit;
  end if;
end
$$;

alter function api.list_free_slots owner to definer;

comment on function api.list_free_slots is $$
Slots that can be booked now, soonest first: of an offering, of a provider, or of everybody. By
default those of the next 14 days; at most 1,000. For the next page pass the last starts_at.
$$;

create or replace function internal.check_times(
  p_provider_id uuid,
  p_starts_at   timestamptz,
  p_ends_at     timestamptz
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_starts_at is null or p_ends_at is null
     or not isfinite(p_starts_at) or not isfinite(p_ends_at)
     or p_starts_at <= now() or p_starts_at > now() + interval '730 days'
     or p_ends_at <= p_starts_at or p_ends_at - p_starts_at > interval '7 days' then
    perform internal.refuse('M0107', 'times_invalid',
      'A slot begins within the next 730 days, and its end follows within 7 days.');
  end if;

  -- Checked under the lock, so that a block that is just being made is seen.
  perform from core.provider as p where p.provider_id = p_provider_id for no key update;
  if internal.is_time_blocked(p_provider_id, p_starts_at, p_ends_at) then
    perform internal.refuse('M9103', 'time_blocked', 'You have closed this time.',
      'Remove the exception that blocks it first.');
  end if;
end
$$;

alter function internal.check_times owner to definer;

comment on function internal.check_times is $$
Refuse times that a slot cannot have. Locks the provider.

Raises
  M0107 times_invalid  it is past or too far ahead, or the end does not follow within a week
  M9103 time_blocked   the provider has blocked some of it
$$;

create or replace function internal.add_slot(
  p_offering_id uuid,
  p_starts_at   timestamptz,
  p_ends_at     timestamptz default null,
  p_capacity    integer default null,
  p_slot_id     uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
  v_ends_at  timestamptz;
  v_slot_id  uuid;
begin
  perform internal.require_actor();
  select o.* into v_offering
  from core.offering as o
  where o.offering_id = p_offering_id
    and (o.provider_id = internal.user_id() or internal.is_service());

  if not found then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no offering %s.', p_offering_id));
  end if;
  v_ends_at := coalesce(p_ends_at,
                        p_starts_at + make_interval(mins => v_offering.duration_min));
  perform internal.check_times(v_offering.provider_id, p_starts_at, v_ends_at);
  perform internal.require_room(
    (select count(*) from core.slot as s
     where s.provider_id = v_offering.provider_id and s.starts_at > now()
       and s.origin = 'manual'),
    m.max_slots, 'coming slots made by hand')
  from core.marketplace as m;

  insert into core.slot as s (slot_id, offering_id, provider_id, origin, starts_at, ends_at,
                              capacity, is_capacity_own)
  values (coalesce(p_slot_id, gen_random_uuid()), p_offering_id, v_offering.provider_id, 'manual',
          p_starts_at, v_ends_at, coalesce(p_capacity, v_offering.capacity),
          p_capacity is not null)
  on conflict (offering_id, starts_at) do update
    set origin = 'manual', state = 'open', ends_at = excluded.ends_at,
        capacity = excluded.capacity, is_capacity_own = excluded.is_capacity_own
    where internal.slot_is_idle(s)
  returning s.slot_id into v_slot_id;

  if not found then
    perform internal.refuse('M9101', 'slot_in_use', 'A slot there is booked or held.');
  end if;
  return v_slot_id;
end
$$;

alter function internal.add_slot owner to definer;

comment on function internal.add_slot is $$
Add a slot by hand, also outside the weekly hours, and return its id. The end defaults to the
offering's duration, the capacity to its seats, which it then follows. It stays until it is removed;
weekly hours do not change it, and a block closes it while the block lasts. p_slot_id is its id; one
that is there at the time, and idle, is taken and keeps its own.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M0107 times_invalid       it is past or too far ahead, or the end does not follow within a week
  M4101 offering_not_found  there is none, or it is another provider's
  M9101 slot_in_use         the same start is taken by a slot in use
  M9103 time_blocked        the provider has blocked some of the time
  M9002 too_many_made
$$;

create or replace function internal.change_slot(
  p_slot_id   uuid,
  p_capacity  integer default null,
  p_starts_at timestamptz default null,
  p_ends_at   timestamptz default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot      core.slot := internal.lock_slot(p_slot_id);
  v_starts_at timestamptz := coalesce(p_starts_at, v_slot.starts_at);
  v_ends_at   timestamptz := coalesce(p_ends_at, v_slot.ends_at);
begin
  perform internal.require_actor();
  if v_slot.provider_id is distinct from internal.user_id() and not internal.is_service() then
    perform internal.refuse('M4201', 'slot_not_found', format('There is no slot %s.', p_slot_id));
  end if;
  if p_capacity < v_slot.taken + internal.live_holds(v_slot.holds) then
    perform internal.refuse('M9102', 'capacity_below_taken',
      'More seats than that are booked or held.');
  end if;

  if (v_starts_at, v_ends_at) is distinct from (v_slot.starts_at, v_slot.ends_at) then
    if not internal.slot_is_idle(v_slot) then
      perform internal.refuse('M9101', 'slot_in_use', 'The slot is booked or held.',
        'Move its bookings one by one.');
    end if;
    perform internal.check_times(v_slot.provider_id, v_starts_at, v_ends_at);
  end if;

  update core.slot as s
  set capacity = coalesce(p_capacity, s.capacity),
      is_capacity_own = s.is_capacity_own or p_capacity is not null,
      starts_at = v_starts_at,
      ends_at = v_ends_at,
      -- A new time makes it a slot by hand; other seats at the old time do not.
      origin = case when (v_starts_at, v_ends_at) = (s.starts_at, s.ends_at) then s.origin
                    else 'manual' end,
      state = case when (v_starts_at, v_ends_at) = (s.starts_at, s.ends_at) then s.state
                   else 'open' end
  where s.slot_id = p_slot_id;

  -- The hours would make the old time again.
  if v_slot.origin = 'hours' and v_starts_at <> v_slot.starts_at then
    insert into core.slot (offering_id, provider_id, origin, starts_at, ends_at, state)
    values (v_slot.offering_id, v_slot.provider_id, 'manual', v_slot.starts_at, v_slot.ends_at,
            'removed');
  end if;
  perform internal.offer_freed_seats(p_slot_id);
end
$$;

alter function internal.change_slot owner to definer;

comment on function internal.change_slot is $$
Give a slot its own number of seats or, while it is idle, another time. With another time it counts
as made by hand, and its old time is removed. With other seats only it still follows the hours.
Seats that become free are offered to the waitlist.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M0107 times_invalid         it is past or too far ahead, or the end does not follow within a week
  M4201 slot_not_found        there is none, or it is another provider's
  M9101 slot_in_use           its time cannot change any more
  M9102 capacity_below_taken  more seats are booked or held
  M9103 time_blocked          the provider has blocked some of the time
$$;

create or replace function api.save_slot(p_slot jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot_id uuid := (p_slot ->> 'slot_id')::uuid;
  v_is_new  boolean := v_slot_id is null
    or not exists (select from core.slot as s where s.slot_id = v_slot_id);
begin
  perform internal.require_fields(
    p_slot, 'slot_id', 'offering_id', 'starts_at', 'ends_at', 'capacity');
  perform internal.require_active(internal.user_id());

  if v_is_new and (v_slot_id is null or p_slot ->> 'offering_id' is not null) then
    return internal.add_slot(
      (p_slot ->> 'offering_id')::uuid, (p_slot ->> 'starts_at')::timestamptz,
      (p_slot ->> 'ends_at')::timestamptz, (p_slot ->> 'capacity')::integer, v_slot_id);
  end if;
  if not v_is_new and not internal.found_to_save('slot', p_if_exists) then
    return null;
  end if;
  perform internal.change_slot(
    v_slot_id, (p_slot ->> 'capacity')::integer, (p_slot ->> 'starts_at')::timestamptz,
    (p_slot ->> 'ends_at')::timestamptz);
  return v_slot_id;
end
$$;

alter function api.save_slot owner to definer;

comment on function api.save_slot is $$
Add a slot by hand, also outside the weekly hours, or change one; return its id.
p_slot: {"slot_id"?, "offering_id", "starts_at", "ends_at"?, "capacity"?} adds one: the end defaults
to the offering's duration, the capacity to its seats; an idle slot that is there at the time keeps
its id. With the "slot_id" of one that is there, that slot gets more or fewer seats, or, while nobody
uses it, another time. A slot that was added or has another time counts as made by hand, and stays
until it is removed. Seats that become free go to the waitlist.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0107 times_invalid         it is past, or the end does not follow the start
  M3001 person_suspended, M3002 sign_up_required
  M4101 offering_not_found    there is none, or it is another provider's
  M4201 slot_not_found        there is no such slot, or it is another provider's
  M9101 slot_in_use           it is booked or held, so its time cannot change
  M9102 capacity_below_taken  more seats are booked or held
  M9103 time_blocked          the provider has blocked some of the time
  23505                       p_if_exists is fail, and there is a slot of this id
$$;

create or replace function api.remove_slot(p_slot_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot core.slot := internal.lock_slot(p_slot_id);
begin
  if v_slot.provider_id is distinct from internal.user_id() and not internal.is_service() then
    perform internal.refuse('M4201', 'slot_not_found', format('There is no slot %s.', p_slot_id));
  end if;
  if exists (
    select
    from core.booking as b
    where b.slot_id = p_slot_id
      and (internal.is_secured(b.status)
           or b.status = 'pending_payment' and b.hold_expires_at > now())
  ) then
    perform internal.refuse('M9101', 'slot_in_use', 'The slot is booked or held.',
      'Call it off (call_off_slot): its bookings are cancelled and given back.');
  end if;

  -- It is not deleted: the hours would make it again, and history may refer to it.
  update core.slot as s
  set state = 'removed', origin = 'manual'
  where s.slot_id = p_slot_id;
  perform internal.end_waiting(array[p_slot_id]);
end
$$;

alter function api.remove_slot owner to definer;

comment on function api.remove_slot is $$
Remove a slot for good, even if the weekly hours would make it again, and tell customers who wait
for it. A new one can be added at its time. A booked slot is called off instead: api.call_off_slot.

Raises
  M4201 slot_not_found  there is none, or it is another provider's
  M9101 slot_in_use     somebody has booked it or holds a seat
$$;
