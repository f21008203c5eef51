-- Seats and time: which slots can be booked this instant, who holds what, and why not.

create or replace function internal.busy_time(
  p_starts_at timestamptz,
  p_ends_at   timestamptz,
  p_offering  core.offering
)
returns tstzrange
language sql
stable
return tstzrange(
  p_starts_at - make_interval(mins => (p_offering).buffer_before_min),
  p_ends_at + make_interval(mins => (p_offering).buffer_after_min));

comment on function internal.busy_time is
  'The time a slot takes of its provider: itself, and the offering''s buffers around it.';

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
    s.slot_id, s.offering_id, s.provider_id, s.starts_at, s.ends_at,
    s.capacity - s.taken
      - (select count(*) from unnest(s.holds) as h(until) where h.until > now())::integer
  from core.slot as s
  join core.offering as o on o.offering_id = s.offering_id
  join core.provider as p on p.provider_id = s.provider_id
  where s.state = 'open'
    and s.taken < s.capacity
    -- The first says no more than the second, but an index can use it.
    and s.starts_at > now()
    and s.starts_at > now() + make_interval(mins => o.min_notice_min)
    and o.is_active
    and p.accepting_bookings
    and s.capacity - s.taken
        > (select count(*) from unnest(s.holds) as h(until) where h.until > now())
    and not exists (
      select
      from core.occupancy as c
      where c.provider_id = s.provider_id
        and c.slot_id <> s.slot_id
        and c.busy && internal.busy_time(s.starts_at, s.ends_at, o)
        and (c.expires_at is null or c.expires_at > now())
    );
end;

comment on function internal.open_slots is $$
Every slot that can be booked this instant. The one predicate: the list of free slots and the
booking check are both this. Only reads rows that everybody may read, and is inlined.
$$;

create or replace function internal.lock_slot(p_slot_id uuid)
returns core.slot
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot core.slot;
begin
  select s.* into v_slot from core.slot as s where s.slot_id = p_slot_id;
  if not found then
    perform internal.refuse(
      'M4201', 'slot_not_found', format('There is no slot %s.', p_slot_id));
  end if;

  -- Everyone who wants this provider's time queues here. Not `for update`, which would make
  -- every insert of a row that refers to the provider wait.
  perform from core.provider as p where p.provider_id = v_slot.provider_id for no key update;

  select s.* into v_slot from core.slot as s where s.slot_id = p_slot_id for no key update;
  if not found then
    perform internal.refuse(
      'M4201', 'slot_not_found', format('There is no slot %s.', p_slot_id));
  end if;
  return v_slot;
end
$$;

alter function internal.lock_slot owner to definer;

comment on function internal.lock_slot is $$
Lock a slot's provider, then the slot, and return it as it is under the lock.

Raises
  M4201 slot_not_found  there is none, or its hours were taken away meanwhile
$$;

create or replace function internal.settle_slot(p_slot_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot    core.slot;
  v_expires timestamptz;
begin
  update core.slot as s
  set taken = (
        select coalesce(sum(b.seats), 0)
        from core.booking as b
        where b.slot_id = p_slot_id
          and b.status in ('requested', 'confirmed', 'completed', 'no_show_customer',
                           'no_show_provider')),
      holds = array(
        select h.until
        from (
          select b.hold_expires_at, b.seats
          from core.booking as b
          where b.slot_id = p_slot_id
            and b.status = 'pending_payment'
            and b.hold_expires_at > now()
          union all
          select w.offer_expires_at, w.seats
          from core.waitlist_entry as w
          where w.slot_id = p_slot_id
            and w.state = 'offered'
            and w.offer_expires_at > now()
        ) as h(until, seats)
        cross join generate_series(1, h.seats)
        order by h.until)
  where s.slot_id = p_slot_id
  returning s.* into v_slot;

  if v_slot.taken = 0 and v_slot.holds = '{}' then
    delete from core.occupancy as c where c.slot_id = p_slot_id;
    return;
  end if;

  if v_slot.taken = 0 then
    v_expires := v_slot.holds[cardinality(v_slot.holds)];
  end if;

  -- Rows whose holds have all ended are gone for every reader; the constraint still sees them.
  delete from core.occupancy as c
  where c.provider_id = v_slot.provider_id
    and c.slot_id <> p_slot_id
    and c.expires_at <= now();

  insert into core.occupancy as c (slot_id, provider_id, busy, expires_at)
  select v_slot.slot_id, v_slot.provider_id,
         internal.busy_time(v_slot.starts_at, v_slot.ends_at, o), v_expires
  from core.offering as o
  where o.offering_id = v_slot.offering_id
  -- What stands keeps its time, whatever the buffers have become since; what had ended may
  -- have been moved.
  on conflict (slot_id) do update
    set busy = case when c.expires_at <= now() then excluded.busy else c.busy end,
        expires_at = excluded.expires_at;
end
$$;

alter function internal.settle_slot owner to definer;

comment on function internal.settle_slot is $$
Count a slot's seats again from its bookings and offers, and take or free the provider's time.
The only writer of taken, holds and occupancy; the caller holds the provider's and the slot's
lock, so the count is true until it commits.
$$;

create or replace function internal.refuse_slot(p_slot_id uuid, p_seats integer)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot     core.slot;
  v_offering core.offering;
  v_provider core.provider;
  v_left     integer;
begin
  select s.* into v_slot from core.slot as s where s.slot_id = p_slot_id;
  select o.* into v_offering from core.offering as o where o.offering_id = v_slot.offering_id;
  select p.* into v_provider from core.provider as p where p.provider_id = v_slot.provider_id;

  v_left := v_slot.capacity - v_slot.taken
    - (select count(*) from unnest(v_slot.holds) as h(until) where h.until > now());

  if v_slot.starts_at <= now() then
    perform internal.refuse('M9202', 'slot_past',
      format('The slot began at %s.', v_slot.starts_at), 'Choose a later one.');
  elsif not v_offering.is_active then
    perform internal.refuse('M9205', 'offering_inactive', 'This is not offered any more.');
  elsif not v_provider.accepting_bookings then
    perform internal.refuse('M9206', 'provider_not_accepting',
      'The provider takes no bookings at the moment.');
  elsif v_slot.state <> 'open' then
    perform internal.refuse('M9203', 'slot_closed', 'The slot is closed.', 'Choose another one.');
  elsif v_slot.starts_at <= now() + make_interval(mins => v_offering.min_notice_min) then
    perform internal.refuse('M9210', 'notice_too_short',
      format('Bookings are taken up to %s minutes before the start.', v_offering.min_notice_min),
      'Choose a later one.');
  elsif v_left < p_seats then
    perform internal.refuse('M9201', 'slot_full',
      format('%s of %s seats are left.', greatest(v_left, 0), v_slot.capacity),
      'Choose another slot, or join the waitlist.');
  else
    perform internal.refuse('M9204', 'provider_busy',
      'The provider is booked at that time for something else.', 'Choose another slot.');
  end if;
end
$$;

alter function internal.refuse_slot owner to definer;

comment on function internal.refuse_slot is $$
Say why a slot is not among internal.open_slots(). Always raises.

Raises
  M9201 slot_full               fewer seats are left than asked for
  M9202 slot_past               it has begun
  M9203 slot_closed             the provider closed it
  M9204 provider_busy           an overlapping slot of theirs is booked or held
  M9205 offering_inactive       it was unpublished
  M9206 provider_not_accepting  they take no bookings
  M9210 notice_too_short        it begins too soon
$$;

create or replace function internal.require_free_customer(
  p_customer_id uuid,
  p_slot        core.slot,
  p_but_for     uuid default null
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_other core.booking;
begin
  select b.* into v_other
  from core.booking as b
  where b.customer_id = p_customer_id
    and b.booking_id is distinct from p_but_for
    and (
      b.slot_id = p_slot.slot_id
        and (b.status in ('requested', 'confirmed')
             or b.status = 'pending_payment' and b.hold_expires_at > now())
      or b.status in ('requested', 'confirmed')
        and b.starts_at < p_slot.ends_at and b.ends_at > p_slot.starts_at
    )
  order by b.slot_id = p_slot.slot_id desc
  limit 1;

  if not found then
    return;
  end if;
  if v_other.slot_id = p_slot.slot_id then
    perform internal.refuse('M9207', 'already_booked',
      format('You have booking %s in this slot.', v_other.booking_id),
      'Pay for it, or cancel it first.');
  end if;
  perform internal.refuse('M9208', 'customer_busy',
    format('You have booking %s at that time.', v_other.booking_id), 'Choose another slot.');
end
$$;

alter function internal.require_free_customer owner to definer;

comment on function internal.require_free_customer is $$
Nobody is in two places: refuse a slot while the customer has another booking then, but for
one that is being moved. The caller holds the customer's lock.

Raises
  M9207 already_booked  they hold or have booked this very slot
  M9208 customer_busy   another booking of theirs stands at that time
$$;
