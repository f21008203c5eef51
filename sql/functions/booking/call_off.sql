-- Calling off: a provider cancels a slot, a day or a longer time in one call, and everybody who has
-- booked in it is told and gets everything back.
--
-- The first step closes the time, marks the bookings that are concerned, and commits; then they are
-- cancelled in batches. If a process dies in between, the clock cancels the rest.

create or replace function internal.begin_call_off(
  p_provider_id  uuid,
  p_slot_id      uuid,
  p_during       tstzrange,
  p_exception_id uuid,
  p_reason       text
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_call_off_id uuid := internal.uuid_v7();
begin
  insert into core.call_off (call_off_id, provider_id, slot_id, during, availability_exception_id,
                             reason)
  values (v_call_off_id, p_provider_id, p_slot_id, p_during, p_exception_id,
          nullif(btrim(p_reason), ''));

  update core.booking as b
  set call_off_id = v_call_off_id
  where b.provider_id = p_provider_id
    and internal.is_coming(b.status)
    and b.starts_at > now()
    and (p_slot_id is null or b.slot_id = p_slot_id)
    and tstzrange(b.starts_at, b.ends_at) && p_during;

  perform internal.end_waiting(array(
    select s.slot_id
    from core.slot as s
    where s.provider_id = p_provider_id
      and s.starts_at > now()
      and (p_slot_id is null or s.slot_id = p_slot_id)
      and tstzrange(s.starts_at, s.ends_at) && p_during));
  return v_call_off_id;
end
$$;

alter function internal.begin_call_off owner to definer;

comment on function internal.begin_call_off is $$
Record that a slot or a time is called off, and mark the bookings that are concerned; end the
waiting in it. The caller holds the provider's lock, and has closed the slot or blocked the time.
$$;

create or replace function internal.continue_call_off(p_call_off_id uuid, p_limit integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_aside    uuid[] := internal.aside('continue_call_offs');
  v_call_off core.call_off;
  v_booking  core.booking;
  v_count    integer := 0;
begin
  select c.* into strict v_call_off from core.call_off as c where c.call_off_id = p_call_off_id;
  perform from core.provider as p
  where p.provider_id = v_call_off.provider_id for no key update;

  for v_booking in
    select b.*
    from core.booking as b
    where b.call_off_id = p_call_off_id
      and internal.is_coming(b.status)
      and b.booking_id <> all (v_aside)
    order by b.starts_at, b.booking_id
    limit p_limit
    for no key update
  loop
    begin
      perform internal.cancel_open_booking(v_booking, 'provider', 100, v_call_off.reason);
      v_count := v_count + 1;
    exception when others then
      perform internal.set_aside('continue_call_offs', v_booking.booking_id, sqlstate, sqlerrm);
    end;
  end loop;

  update core.call_off as c
  set finished_at = coalesce(c.finished_at, now())
  where c.call_off_id = p_call_off_id
    and not exists (
      select from core.booking as b
      where b.call_off_id = p_call_off_id and internal.is_coming(b.status));
  return v_count;
end
$$;

alter function internal.continue_call_off owner to definer;

comment on function internal.continue_call_off is $$
Cancel up to p_limit bookings of a call-off with a full refund, and return how many. Each is
cancelled once, under its lock. Locks provider, booking.
$$;

create or replace function internal.call_off_answer(p_call_off_id uuid)
returns table (call_off_id uuid, bookings_called_off integer, bookings_left integer)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select
    p_call_off_id,
    (count(*) filter (where b.status = 'cancelled'))::integer,
    (count(*) filter (where internal.is_coming(b.status)))::integer
  from core.booking as b
  where b.call_off_id = p_call_off_id;
end;

alter function internal.call_off_answer owner to definer;

comment on function internal.call_off_answer is
  'How far a call-off has come: bookings that are cancelled, and bookings that will be.';

create or replace function api.call_off_slot(p_slot_id uuid, p_reason text default null)
returns table (call_off_id uuid, bookings_called_off integer, bookings_left integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot        core.slot := internal.lock_slot(p_slot_id);
  v_call_off_id uuid;
begin
  if v_slot.provider_id is distinct from internal.user_id() and not internal.is_service() then
    perform internal.refuse('M4201', 'slot_not_found', format('There is no slot %s.', p_slot_id));
  end if;
  if length(p_reason) > 1000 then
    perform internal.refuse('M0207', 'reason_too_long', 'A reason has at most 1000 characters.');
  end if;

  -- A repeated call continues the first one.
  select c.call_off_id into v_call_off_id
  from core.call_off as c
  where c.slot_id = p_slot_id and v_slot.state = 'removed';

  if not found then
    if v_slot.starts_at <= now() then
      perform internal.refuse('M9202', 'slot_past',
        format('The slot began at %s.', internal.instant_text(v_slot.starts_at)));
    end if;
    update core.slot as s
    set state = 'removed', origin = 'manual'
    where s.slot_id = p_slot_id;
    v_call_off_id := internal.begin_call_off(
      v_slot.provider_id, p_slot_id, tstzrange(v_slot.starts_at, v_slot.ends_at), null, p_reason);
  end if;

  perform internal.continue_call_off(v_call_off_id, 25);
  return query select a.* from internal.call_off_answer(v_call_off_id) as a;
end
$$;

alter function api.call_off_slot owner to definer;

comment on function api.call_off_slot is $$
Call off a slot of the caller's: it is removed, customers who wait for it are told, and its bookings
are cancelled with a full refund. The first 25 are cancelled at once, the rest by the clock within
minutes or by calling again; nothing is sold meanwhile. Safe to repeat.

Raises
  M0207 reason_too_long  the reason is longer than 1000 characters
  M4201 slot_not_found   there is none, or it is another provider's
  M9202 slot_past        it has begun
$$;

create or replace function api.call_off_time(
  p_starts_at timestamptz,
  p_ends_at   timestamptz,
  p_reason    text default null
)
returns table (call_off_id uuid, bookings_called_off integer, bookings_left integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_during      tstzrange;
  v_call_off_id uuid;
begin
  if length(p_reason) > 500 then
    perform internal.refuse('M0207', 'reason_too_long', 'A reason has at most 500 characters.');
  end if;
  perform from core.provider as p where p.provider_id = v_provider_id for no key update;

  if p_ends_at > p_starts_at then
    v_during := tstzrange(p_starts_at, p_ends_at);
    -- A repeated call continues the first one, as long as its block stands.
    select c.call_off_id into v_call_off_id
    from core.call_off as c
    where c.provider_id = v_provider_id
      and c.during = v_during
      and c.availability_exception_id is not null;
  end if;

  if v_call_off_id is null then
    v_call_off_id := internal.begin_call_off(
      v_provider_id, null, v_during,
      internal.add_exception('block', p_starts_at, p_ends_at, p_reason), p_reason);
  end if;

  perform internal.continue_call_off(v_call_off_id, 25);
  return query select a.* from internal.call_off_answer(v_call_off_id) as a;
end
$$;

alter function api.call_off_time owner to definer;

comment on function api.call_off_time is $$
Call off a time of the caller's: it is blocked, customers who wait for a slot in it are told, and
bookings in it that have not begun are cancelled with a full refund. The first 25 are cancelled at
once, the rest by the clock within minutes or by calling again; nothing is sold meanwhile. Removing
the exception opens the time again. Safe to repeat.

Raises
  M0107 times_invalid    the end does not follow the start, or by more than 400 days
  M0207 reason_too_long  the reason is longer than 500 characters
  M1001 sign_in_required, M4001 provider_not_found
$$;

create or replace function api.call_off_day(p_date date, p_reason text default null)
returns table (call_off_id uuid, bookings_called_off integer, bookings_left integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_timezone    text;
begin
  select p.timezone into v_timezone from core.person as p where p.person_id = v_provider_id;

  return query
  select c.*
  from api.call_off_time(p_date::timestamp at time zone v_timezone,
                         (p_date + 1)::timestamp at time zone v_timezone, p_reason) as c;
end
$$;

alter function api.call_off_day owner to definer;

comment on function api.call_off_day is $$
Call off a whole day of the caller's, from midnight to midnight in their zone: "ill today". See
api.call_off_time.

Raises
  M0107 times_invalid    the date is infinite
  M0207 reason_too_long  the reason is longer than 500 characters
  M1001 sign_in_required, M4001 provider_not_found
$$;

create or replace function api.continue_call_offs(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_call_off_id uuid;
  v_count       integer := 0;
begin
  for v_call_off_id in
    select c.call_off_id
    from core.call_off as c
    where c.finished_at is null
    order by c.provider_id, c.call_off_id
    limit least(p_limit, 10000)
  loop
    v_count := v_count + internal.continue_call_off(v_call_off_id, p_limit - v_count);
    exit when v_count >= p_limit;
  end loop;
  return v_count;
end
$$;

alter function api.continue_call_offs owner to definer;

comment on function api.continue_call_offs is $$
Cancel up to p_limit bookings whose slot or time was called off; returns how many there were. For
the clock: safe to run twice, late or beside itself.
$$;
