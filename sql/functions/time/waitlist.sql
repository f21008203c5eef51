-- Waiting for a seat. A freed seat is offered to one person at a time.

create or replace function internal.take_offer(p_customer_id uuid, p_slot_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.waitlist_entry as w
  set state = 'taken'
  where w.slot_id = p_slot_id
    and w.customer_id = p_customer_id
    and w.state in ('waiting', 'offered');

  if found then
    perform internal.settle_slot(p_slot_id);
  end if;
end
$$;

alter function internal.take_offer owner to definer;

comment on function internal.take_offer is
  'End the waiting of a customer who books; the seats of their offer become free for that booking.';

create or replace function internal.offer_freed_seats(p_slot_id uuid)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry core.waitlist_entry;
  v_count integer := 0;
begin
  loop
    select w.* into v_entry
    from internal.open_slots() as f
    join core.slot as s using (slot_id)
    join core.waitlist_entry as w using (slot_id)
    join core.person as p on p.person_id = w.customer_id
    where f.slot_id = p_slot_id
      and w.state = 'waiting'
      and w.seats <= f.seats_left
      -- Customers who could not book it now are passed over and keep their place.
      and p.status = 'active'
      and (internal.conflicting_booking(w.customer_id, s)).booking_id is null
    order by w.created_at, w.waitlist_entry_id
    limit 1;

    exit when not found;

    update core.waitlist_entry as w
    set state = 'offered',
        -- The slot cannot be booked after that, so the offer does not last longer.
        offer_expires_at = least(now() + make_interval(mins => m.waitlist_offer_min),
                                 s.starts_at - make_interval(mins => o.min_notice_min))
    from core.marketplace as m
    cross join core.slot as s
    join core.offering as o using (offering_id)
    where w.waitlist_entry_id = v_entry.waitlist_entry_id
      and s.slot_id = p_slot_id;

    perform internal.settle_slot(p_slot_id);
    perform internal.notify(v_entry.customer_id, 'waitlist_offer',
                            jsonb_build_object('slot_id', p_slot_id));
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

alter function internal.offer_freed_seats owner to definer;

comment on function internal.offer_freed_seats is $$
Offer each free seat of a slot to the next customer who waits and could book it, for a limited time
and no longer than the slot can be booked, and tell them; return how many were told. The caller
holds the provider's lock.
$$;

create or replace function internal.end_waiting(p_slot_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry core.waitlist_entry;
begin
  for v_entry in
    update core.waitlist_entry as w
    set state = 'called_off', offer_expires_at = null
    where w.slot_id = any (p_slot_ids)
      and w.state in ('waiting', 'offered')
    returning w.*
  loop
    perform internal.settle_slot(v_entry.slot_id);
    perform internal.notify(v_entry.customer_id, 'waitlist_called_off',
                            jsonb_build_object('slot_id', v_entry.slot_id));
  end loop;
end
$$;

alter function internal.end_waiting owner to definer;

comment on function internal.end_waiting is $$
Withdraw the offers in slots that do not take place, end the waiting for them, and tell the
customers who waited. The caller holds the provider's lock.
$$;

create or replace function api.join_waitlist(p_slot_id uuid, p_seats integer default 1)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id uuid := internal.require_user_id();
  v_slot        core.slot;
  v_entry_id    uuid;
begin
  perform internal.require_active(v_customer_id);
  v_slot := internal.lock_slot(p_slot_id);

  -- Check the caller first.
  if v_slot.provider_id = v_customer_id then
    perform internal.refuse('M3201', 'own_offering', 'Providers cannot book their own offerings.');
  end if;
  perform internal.require_customer(v_customer_id);
  perform internal.require_free_customer(v_customer_id, v_slot);
  perform internal.refuse_time(v_slot);
  if p_seats is null or p_seats not between 1 and least(v_slot.capacity, 100) then
    perform internal.refuse('M0502', 'seats_never_free',
      format('The slot has %s seats.', v_slot.capacity), 'Wait for at most as many.');
  end if;
  if exists (
    select from internal.open_slots() as s where s.slot_id = p_slot_id and s.seats_left >= p_seats
  ) then
    perform internal.refuse(
      'M9501', 'seats_are_free', 'There are free seats in this slot.', 'Book one.');
  end if;

  perform internal.require_room(
    (select count(*) from core.waitlist_entry as w
     where w.customer_id = v_customer_id and w.state in ('waiting', 'offered')
       and w.slot_id <> p_slot_id),
    m.max_waits, 'places on waitlists')
  from core.marketplace as m;

  insert into core.waitlist_entry as w (waitlist_entry_id, slot_id, customer_id, seats)
  values (internal.uuid_v7(), p_slot_id, v_customer_id, p_seats)
  on conflict (slot_id, customer_id) where state in ('waiting', 'offered')
    -- An offer that still stands is kept; one that has ended becomes waiting again.
    do update
      set seats = case when w.state = 'offered' and w.offer_expires_at > now() then w.seats
                       else excluded.seats end,
          state = case when w.offer_expires_at <= now() then 'waiting' else w.state end,
          created_at = case when w.offer_expires_at <= now() then now() else w.created_at end
  returning w.waitlist_entry_id into v_entry_id;
  return v_entry_id;
end
$$;

alter function api.join_waitlist owner to definer;

comment on function api.join_waitlist is $$
Wait for seats in a full slot and return the entry's id. Safe to repeat.

Raises
  M0502 seats_never_free  the slot has fewer, or none is asked for
  M1001 sign_in_required, M3001 person_suspended, M3201 own_offering
  M4201 slot_not_found, M4202 customer_not_found
  M9202 slot_past, M9203 slot_closed, M9205 offering_inactive, M9206 provider_not_accepting,
  M9210 notice_too_short
  M9207 already_booked, M9208 customer_busy
  M9501 seats_are_free  there is nothing to wait for
  M9002 too_many_made
$$;

create or replace function api.leave_waitlist(p_slot_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id uuid := internal.require_user_id();
begin
  perform internal.lock_slot(p_slot_id);

  update core.waitlist_entry as w
  set state = 'left'
  where w.slot_id = p_slot_id
    and w.customer_id = v_customer_id
    and w.state in ('waiting', 'offered');

  if not found then
    perform internal.refuse('M4501', 'not_waiting', 'You are not waiting for this slot.');
  end if;
  perform internal.settle_slot(p_slot_id);
  perform internal.offer_freed_seats(p_slot_id);
end
$$;

alter function api.leave_waitlist owner to definer;

comment on function api.leave_waitlist is $$
Stop waiting for a slot. Seats that were kept for the caller are offered to the next.

Raises
  M1001 sign_in_required, M4201 slot_not_found
  M4501 not_waiting  they do not wait for it
$$;

create or replace function api.offer_freed_seats(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids     uuid[];
  v_slot_id uuid;
  v_count   integer := 0;
begin
  -- Where a seat is free that nobody who waits can take, nothing changes. A different choice each
  -- time lets such slots keep no others waiting.
  v_ids := array(
    select s.slot_id
    from core.slot as s
    where s.starts_at > now()
      and s.slot_id <> all (internal.aside('offer_freed_seats'))
      and exists (
        select from core.waitlist_entry as w
        where w.slot_id = s.slot_id
          and (w.state = 'offered' and w.offer_expires_at <= now()
            or w.state = 'waiting' and exists (
              select from internal.open_slots() as f
              where f.slot_id = w.slot_id and f.seats_left >= w.seats)))
    order by random()
    limit least(p_limit, 10000));

  for v_slot_id in
    select s.slot_id from core.slot as s
    where s.slot_id = any (v_ids)
    order by s.provider_id, s.slot_id
  loop
    perform internal.lock_slot(v_slot_id);
    begin
      update core.waitlist_entry as w
      set state = 'lapsed'
      where w.slot_id = v_slot_id and w.state = 'offered' and w.offer_expires_at <= now();

      v_count := v_count + internal.offer_freed_seats(v_slot_id);
    exception when others then
      perform internal.set_aside('offer_freed_seats', v_slot_id, sqlstate, sqlerrm);
    end;
  end loop;
  return v_count;
end
$$;

alter function api.offer_freed_seats owner to definer;

comment on function api.offer_freed_seats is $$
End offers whose time is over, and offer seats whose holds have ended; return how many people
were told. For the clock: safe to run twice, late or beside itself.
$$;

create or replace function api.list_waitlist()
returns table (
  waitlist_entry_id uuid,
  slot_id           uuid,
  offering_id       uuid,
  offering_title    text,
  provider_id       uuid,
  starts_at         timestamptz,
  ends_at           timestamptz,
  seats             integer,
  state             text,
  place             integer,
  offer_expires_at  timestamptz,
  created_at        timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select
    w.waitlist_entry_id, s.slot_id, s.offering_id, o.title, s.provider_id, s.starts_at, s.ends_at,
    w.seats,
    case when w.state = 'offered' and w.offer_expires_at <= now() then 'lapsed' else w.state end,
    case when w.state = 'waiting' then (
      select count(*)
      from core.waitlist_entry as b
      where b.slot_id = w.slot_id
        and b.state = 'waiting'
        and (b.created_at, b.waitlist_entry_id) <= (w.created_at, w.waitlist_entry_id)
    ) end::integer,
    case when w.state = 'offered' then w.offer_expires_at end,
    w.created_at
  from core.waitlist_entry as w
  join core.slot as s using (slot_id)
  join core.offering as o using (offering_id)
  where w.customer_id = internal.user_id()
    and s.starts_at > now() - interval '30 days'
  order by s.starts_at, w.waitlist_entry_id;
end;

alter function api.list_waitlist owner to definer;

comment on function api.list_waitlist is $$
What the caller waits or has waited for, until 30 days after its start: place 1 is the next to be
offered a seat. state is waiting, offered, taken, lapsed, left or called_off. Of others it tells
only how many stand before.

Security definer, because nobody reads the entries of others.
$$;
