-- Appointments: a time that a customer asks for, wherever the provider's hours have room, instead
-- of a slot from the list. The slot is found or made under the provider's lock; from there on it
-- is a booking like any other.

create or replace function internal.hour_offering(p_provider_id uuid)
returns core.offering
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
  v_currency text := (select p.currency from core.provider as p
                      where p.provider_id = p_provider_id);
begin
  select o.* into v_offering
  from core.offering as o
  where o.provider_id = p_provider_id and o.kind = 'hour';
  if not found then
    insert into core.offering as o (provider_id, kind, title, price_minor, currency)
    values (p_provider_id, 'hour', 'By the hour', 0, v_currency)
    returning o.* into v_offering;
  elsif v_offering.currency <> v_currency then
    update core.offering as o
    set currency = v_currency
    where o.offering_id = v_offering.offering_id
    returning o.* into v_offering;
  end if;
  return v_offering;
end
$$;

alter function internal.hour_offering owner to definer;

comment on function internal.hour_offering is
  'What bookings by the hour refer to: one offering of each provider, made when it is first asked '
  'for. The caller holds the provider''s lock.';

create or replace function internal.asked_offering(
  p_provider_id uuid,
  p_offering_id uuid,
  p_starts_at   timestamptz,
  p_ends_at     timestamptz
)
returns core.offering
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
begin
  -- Whose service it is comes before their hours: those of somebody else say nothing.
  if p_offering_id is not null then
    select o.* into v_offering
    from core.offering as o
    where o.offering_id = p_offering_id
      and o.provider_id = p_provider_id
      and o.kind in ('session', 'service')
      and o.duration_min is not null;
    if not found then
      perform internal.refuse('M4101', 'offering_not_found',
        format('The provider has no service %s.', p_offering_id));
    end if;
  end if;
  perform internal.require_asked_time(p_provider_id, p_starts_at, p_ends_at);

  if p_offering_id is null then
    if p_ends_at - p_starts_at not between interval '15 minutes' and interval '24 hours'
       or p_ends_at - p_starts_at <> date_trunc('minute', p_ends_at - p_starts_at) then
      perform internal.refuse('M0210', 'length_invalid',
        'By the hour, 15 minutes to 24 hours can be booked.');
    end if;
    return internal.hour_offering(p_provider_id);
  end if;
  if p_ends_at - p_starts_at <> make_interval(mins => v_offering.duration_min) then
    perform internal.refuse('M0210', 'length_invalid',
      format('It lasts %s minutes.', v_offering.duration_min), 'Leave the end out.');
  end if;
  return v_offering;
end
$$;

alter function internal.asked_offering owner to definer;

comment on function internal.asked_offering is $$
What a customer books at a time they ask for: a service, or the provider's hours.

Raises
  what internal.require_asked_time lists
  M0210 length_invalid      the time is not as long as the service, or as an hour may be
  M4101 offering_not_found  the provider has no such service
$$;

create or replace function internal.require_asked_time(
  p_provider_id uuid,
  p_starts_at   timestamptz,
  p_ends_at     timestamptz
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_starts_at is null or p_ends_at is null or not isfinite(p_starts_at)
     or not isfinite(p_ends_at) or p_ends_at <= p_starts_at
     or p_ends_at - p_starts_at > interval '24 hours' then
    perform internal.refuse('M0107', 'times_invalid',
      'The end follows the start, within 24 hours.');
  end if;
  if p_starts_at <= now() then
    perform internal.refuse('M9202', 'slot_past', 'This time has begun.', 'Choose a later one.');
  end if;
  if p_starts_at > (
    select now() + make_interval(days => m.slot_horizon_days) from core.marketplace as m
  ) then
    perform internal.refuse('M9104', 'too_far_ahead', 'Bookings are not taken so far ahead.',
      'Choose an earlier time.');
  end if;
  if internal.is_within_hours(p_provider_id, p_starts_at, p_ends_at) is not true then
    perform internal.refuse('M9233', 'outside_hours', 'The provider does not work at that time.',
      'Ask for their hours (get_availability), or for free slots (list_free_slots).');
  end if;
end
$$;

alter function internal.require_asked_time owner to definer;

comment on function internal.require_asked_time is $$
Refuse a time that no slot of the provider's hours could have.

Raises
  M0107 times_invalid  the end does not follow the start, or not within a day
  M9104 too_far_ahead  slots are not made so far ahead
  M9202 slot_past      it has begun
  M9233 outside_hours  some of it is outside the hours, or blocked
$$;

create or replace function internal.slot_at(
  p_offering  core.offering,
  p_starts_at timestamptz,
  p_ends_at   timestamptz
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot core.slot;
begin
  select s.* into v_slot
  from core.slot as s
  where s.offering_id = p_offering.offering_id and s.starts_at = p_starts_at;
  if not found then
    insert into core.slot as s (offering_id, provider_id, starts_at, ends_at, capacity, origin)
    values (p_offering.offering_id, p_offering.provider_id, p_starts_at, p_ends_at,
            p_offering.capacity, 'hours')
    returning s.* into v_slot;
  elsif v_slot.ends_at <> p_ends_at and not internal.slot_is_idle(v_slot) then
    perform internal.refuse('M9204', 'provider_busy',
      'The provider is booked at that time for something else.', 'Choose another time.');
  elsif v_slot.state = 'closed' or v_slot.ends_at <> p_ends_at then
    -- The hours were just looked at. What the provider has removed stays removed.
    update core.slot as s
    set ends_at = p_ends_at,
        state = case when s.state = 'closed' then 'open' else s.state end
    where s.slot_id = v_slot.slot_id;
  end if;
  return v_slot.slot_id;
end
$$;

alter function internal.slot_at owner to definer;

comment on function internal.slot_at is $$
The slot of an offering at a time inside the hours; it is made if there is none. Like every slot of
hours it is removed again if nobody uses it. The caller holds the provider's lock.

Raises
  M9204 provider_busy  somebody has booked the same start for a longer or shorter time
$$;

create or replace function internal.hourly_price(
  p_offering    core.offering,
  p_customer_id uuid,
  p_starts_at   timestamptz,
  p_ends_at     timestamptz
)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_price bigint;
begin
  if p_offering.kind <> 'hour' then
    return null;
  end if;
  v_price := internal.to_charge_step(
    round(internal.hourly_rate(p_offering.provider_id, p_customer_id)
          * extract(epoch from p_ends_at - p_starts_at) / 3600)::bigint, p_offering.currency);
  perform internal.check_price(v_price, p_offering.currency);
  return v_price;
end
$$;

alter function internal.hourly_price owner to definer;

comment on function internal.hourly_price is $$
What a time costs a customer by the hour; null for an offering that has a price of its own.

Raises
  M0102 price_out_of_range, M0103 price_not_chargeable, M0304 currency_not_settled
  M9228 rate_not_set, M9229 distance_unknown, M9230 too_far_away
$$;

create or replace function api.book_time(
  p_provider_id     uuid,
  p_starts_at       timestamptz,
  p_ends_at         timestamptz default null,
  p_offering_id     uuid default null,
  p_subject_id      uuid default null,
  p_notes           text default null,
  p_idempotency_key text default null,
  p_coupon_code     text default null,
  p_customer_id     uuid default null,
  p_booking_id      uuid default null
)
returns table (
  booking_id   uuid,
  payment_id   uuid,
  status       text,
  amount_minor bigint,
  currency     text,
  provider_id  uuid,
  offering_id  uuid
)
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
  v_customer_id uuid := internal.require_booker(
    coalesce(p_customer_id, internal.user_id()), 1, p_notes, p_idempotency_key, p_subject_id);
  v_ends_at     timestamptz := coalesce(p_ends_at, p_starts_at + (
    select make_interval(mins => o.duration_min)
    from core.offering as o
    where o.offering_id = p_offering_id));
  v_offering    core.offering;
begin
  -- Whoever asks for this provider's time waits here, so a slot is made once.
  perform internal.lock_provider(p_provider_id);
  if not exists (select from core.provider as p where p.provider_id = p_provider_id) then
    perform internal.refuse(
      'M4001', 'provider_not_found', format('There is no provider %s.', p_provider_id));
  end if;

  perform internal.require_reach(p_provider_id, v_customer_id);
  v_offering := internal.asked_offering(p_provider_id, p_offering_id, p_starts_at, v_ends_at);
  return query
  select p.*
  from internal.place_booking(
    v_customer_id, internal.slot_at(v_offering, p_starts_at, v_ends_at), 1, p_notes,
    p_idempotency_key, p_coupon_code, p_subject_id,
    internal.hourly_price(v_offering, v_customer_id, p_starts_at, v_ends_at), p_booking_id) as p;
end
$$;

alter function api.book_time owner to definer;

comment on function api.book_time is $$
Book a time of a provider that the caller asks for, inside the provider's hours, and open the
payment for it. With p_offering_id it is that service at its price, and the end may be left out;
without, it is the provider's time at their hourly rate, which may depend on how far away the
customer's primary place is. p_subject_id is the dog that is brought. The answer is that of
api.book_slot, and a retry with the same p_idempotency_key returns the same booking. Locks
provider, slot, customer.

Raises
  M0107 times_invalid       the end does not follow the start, or not within a day
  M0210 length_invalid      the time is not as long as the service, or as an hour may be
  M4001 provider_not_found  there is no such provider
  M4101 offering_not_found  they have no such service
  M9104 too_far_ahead       bookings are not taken so far ahead
  M9228 rate_not_set        the provider has no hourly rate
  M9229 distance_unknown    the rate depends on the distance, and it is not known
  M9230 too_far_away        the provider does not travel so far
  M9233 outside_hours       the provider does not work then
  42501                     p_customer_id is somebody else
  and what api.book_slot lists
$$;

create or replace function internal.sells_hours(p_offering_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select o.kind = 'hour' from core.offering as o where o.offering_id = p_offering_id);
end
$$;

alter function internal.sells_hours owner to definer;

comment on function internal.sells_hours is
  'Whether an offering is the time of a provider by the hour, which lenses do not show.';

create or replace function api.move_appointment(
  p_booking_id uuid,
  p_starts_at  timestamptz default null,
  p_ends_at    timestamptz default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking   core.booking := internal.lock_booking(p_booking_id);
  v_starts_at timestamptz := coalesce(p_starts_at, v_booking.starts_at);
  v_ends_at   timestamptz :=
    coalesce(p_ends_at, v_starts_at + (v_booking.ends_at - v_booking.starts_at));
  v_offering  core.offering;
begin
  perform internal.require_actor();
  if (v_starts_at, v_ends_at) is not distinct from (v_booking.starts_at, v_booking.ends_at) then
    return v_booking.slot_id;
  end if;
  if v_ends_at - v_starts_at <> v_booking.ends_at - v_booking.starts_at then
    perform internal.refuse('M9220', 'other_length',
      format('The booking lasts %s minutes.',
             internal.minutes_between(v_booking.starts_at, v_booking.ends_at)),
      'Leave the end out, or cancel it and make a new one.');
  end if;
  perform internal.require_asked_time(v_booking.provider_id, v_starts_at, v_ends_at);
  select o.* into v_offering
  from core.offering as o
  where o.offering_id = v_booking.offering_id;

  return (
    select r.slot_id
    from api.reschedule_booking(
      p_booking_id, internal.slot_at(v_offering, v_starts_at, v_ends_at)) as r);
end
$$;

alter function api.move_appointment owner to definer;

comment on function api.move_appointment is $$
Move a booking of the caller's to a time that they ask for, inside the provider's hours and as long
as before; return its slot. Either end may be left out. See api.reschedule_booking.

Raises
  M0107 times_invalid, M9104 too_far_ahead, M9202 slot_past, M9204 provider_busy
  M4203 booking_not_found  there is none, or the caller has no part in it
  M9220 other_length       the time is longer or shorter than the booking
  M9233 outside_hours      the provider does not work then
  and what api.reschedule_booking lists
$$;
