-- Booking seats, and what follows from a payment.
--
-- Locks are taken in the order provider, slot, booking, order, payment, stock, customer, coupon,
-- ledger account, payout; several of a kind in the order of their key. Whoever holds the provider's
-- row may take that provider's slots and bookings in any order, and rows that were just made need
-- no order. ARCHITECTURE.md has every lock.

create or replace function internal.clashes(p_booking core.booking, p_slot core.slot)
returns boolean
language sql
stable
parallel safe
return internal.is_secured((p_booking).status)
    and ((p_booking).slot_id = (p_slot).slot_id
         or (p_booking).starts_at < (p_slot).ends_at and (p_booking).ends_at > (p_slot).starts_at)
  or (p_booking).status = 'pending_payment'
    and (p_booking).hold_expires_at > now()
    and (p_booking).slot_id = (p_slot).slot_id;

comment on function internal.clashes is $$
Whether a booking keeps its customer from a slot: one of this very slot, held or standing, or one
that stands at the same time.
$$;

create or replace function internal.conflicting_booking(
  p_customer_id uuid,
  p_slot        core.slot,
  p_but_for     uuid default null
)
returns core.booking
language plpgsql
stable
as $$
declare
  v_booking core.booking;
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  select b.* into v_booking
  from core.booking as b
  where b.customer_id = p_customer_id
    -- A slot lasts a week at most, so no history is read.
    and b.starts_at between p_slot.starts_at - interval '7 days' and p_slot.ends_at
    and b.booking_id is distinct from p_but_for
    and internal.clashes(b, p_slot)
  order by b.slot_id = p_slot.slot_id desc
  limit 1;
  return v_booking;
end
$$;

comment on function internal.conflicting_booking is
  'A booking that keeps a customer from a slot, if there is one; rather one of this very slot.';

create or replace function internal.refuse_customer(
  p_customer_id uuid,
  p_slot        core.slot,
  p_holds       boolean
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_free_customer(p_customer_id, p_slot);
  if p_holds then
    perform internal.refuse('M9219', 'too_many_holds', 'Too many bookings are held unpaid.',
      'Pay for one, cancel one, or wait until one expires.');
  end if;
  perform internal.refuse('M9225', 'too_many_cancellations',
    'Too many bookings were called off within a day.', 'Book again tomorrow.');
end
$$;

alter function internal.refuse_customer owner to definer;

comment on function internal.refuse_customer is $$
Say why a customer cannot book a slot. p_holds: they have too many unpaid bookings.

Raises
  M9207 already_booked, M9208 customer_busy
  M9219 too_many_holds          as many unpaid bookings as the marketplace allows
  M9225 too_many_cancellations  as many called off within a day: each round is mail to a provider
$$;

create or replace function internal.require_few_free(p_booking core.booking)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most record;
  v_have record;
begin
  select m.max_free, m.max_free_a_day, coalesce(p.max_free, m.max_free_provider) as with_provider
    into v_most
  from core.marketplace as m
  cross join core.provider as p
  where p.provider_id = (p_booking).provider_id;

  -- This booking is among them.
  select
    count(*) filter (where b.is_live) as live,
    count(*) filter (where b.is_live and b.provider_id = (p_booking).provider_id)
      as with_provider,
    count(*) filter (where b.created_at > now() - interval '24 hours') as a_day
    into v_have
  from (
    select c.*, c.starts_at > now() and c.status in ('requested', 'confirmed', 'pending_payment')
                as is_live
    from core.booking as c
    where c.customer_id = (p_booking).customer_id
      and c.price_minor = 0
      and (c.starts_at > now() or c.created_at > now() - interval '24 hours')
  ) as b;

  if v_have.live > v_most.max_free or v_have.with_provider > v_most.with_provider
     or v_have.a_day > v_most.max_free_a_day then
    perform internal.refuse('M9226', 'too_many_free',
      'Too many bookings that cost nothing: all together, with this provider, or in one day.',
      'Attend one, or book again later.');
  end if;
end
$$;

alter function internal.require_few_free owner to definer;

comment on function internal.require_few_free is $$
What costs nothing is limited: coming bookings of one customer, those with one provider, and
those made in a day, called off or not. The caller holds the customer's lock.

Raises
  M9226 too_many_free  the customer has as many as the marketplace or the provider allows
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
  v_other core.booking := internal.conflicting_booking(p_customer_id, p_slot, p_but_for);
begin
  if v_other.booking_id is null then
    return;
  end if;
  if v_other.slot_id = p_slot.slot_id then
    perform internal.refuse('M9207', 'already_booked',
      format('You have booking %s in this slot.', v_other.booking_id),
      case v_other.status when 'pending_payment' then 'Pay for it, or cancel it first.'
                          else '' end);
  end if;
  perform internal.refuse('M9208', 'customer_busy',
    format('You have booking %s at that time.', v_other.booking_id), 'Choose another slot.');
end
$$;

alter function internal.require_free_customer owner to definer;

comment on function internal.require_free_customer is $$
Refuse a slot if the customer has another booking at that time, except the one that is being
moved. The caller holds the customer's lock, or has seen that there is one.

Raises
  M9207 already_booked  they hold or have booked this very slot
  M9208 customer_busy   another booking of theirs stands at that time
$$;

create or replace function internal.is_subject_elsewhere(
  p_subject_id uuid,
  p_slot       core.slot,
  p_but_for    uuid default null
)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return p_subject_id is not null and exists (
    select
    from core.booking as b
    where b.subject_id = p_subject_id
      and b.booking_id is distinct from p_but_for
      and b.starts_at < p_slot.ends_at and b.ends_at > p_slot.starts_at
      and (internal.is_secured(b.status)
           or b.status = 'pending_payment' and b.hold_expires_at > now()));
end
$$;

alter function internal.is_subject_elsewhere owner to definer;

comment on function internal.is_subject_elsewhere is
  'Whether a dog has another booking at the time of a slot, held or standing.';

create or replace function internal.require_free_subject(
  p_subject_id uuid,
  p_slot       core.slot,
  p_but_for    uuid default null
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if internal.is_subject_elsewhere(p_subject_id, p_slot, p_but_for) then
    perform internal.refuse('M9227', 'subject_busy', 'The dog is somewhere else at that time.',
      'Choose another slot, or cancel the other booking.');
  end if;
end
$$;

alter function internal.require_free_subject owner to definer;

comment on function internal.require_free_subject is $$
Refuse to bring a dog to two places at once. The caller holds the lock of its owner.

Raises
  M9227 subject_busy  another booking of the dog is held or stands at that time
$$;

create or replace function internal.require_subject(p_subject_id uuid, p_customer_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_subject_id is not null and not exists (
    select from core.subject as s
    where s.subject_id = p_subject_id
      and s.customer_id = p_customer_id
      and s.retired_at is null
  ) then
    perform internal.refuse(
      'M4006', 'subject_not_found', format('You have no dog %s.', p_subject_id));
  end if;
end
$$;

alter function internal.require_subject owner to definer;

comment on function internal.require_subject is $$
Refuse a dog that is not the customer's, or is retired.

Raises
  M4006 subject_not_found  there is no such dog of theirs
$$;

create or replace function internal.asked_of_booking(
  p_slot_id     uuid,
  p_seats       integer,
  p_notes       text,
  p_coupon_code text,
  p_subject_id  uuid default null
)
returns jsonb
language sql
-- Not immutable, which would keep it from being inlined: jsonb_build_object is not.
stable
return jsonb_build_object(
  'slot_id', p_slot_id, 'seats', p_seats,
  -- Not the words themselves: they are kept, changed and erased in one place.
  'notes', md5(btrim(coalesce(p_notes, ''))),
  'coupon', upper(btrim(coalesce(p_coupon_code, ''))))
  || case when p_subject_id is null then '{}'
          else jsonb_build_object('subject_id', p_subject_id) end;

comment on function internal.asked_of_booking is $$
A request for a booking, as its order keeps it: the same idempotency key with another request is
refused, even after the booking was moved or its notes were changed.
$$;

create or replace function internal.repeated_booking(
  p_customer_id     uuid,
  p_asked           jsonb,
  p_idempotency_key text
)
returns core.booking
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
begin
  select b.* into v_booking
  from core.booking as b
  where b.customer_id = p_customer_id
    and b.idempotency_key = p_idempotency_key
    and not internal.is_called_off(b.status);

  if found and not exists (
    select
    from core.order_line as l
    join core.order as o using (order_id)
    where l.booking_id = v_booking.booking_id and o.asked = p_asked) then
    perform internal.refuse('M9209', 'idempotency_key_reused',
      'This key already made a different booking.', 'Use a new key for a new booking.');
  end if;
  return v_booking;
end
$$;

alter function internal.repeated_booking owner to definer;

comment on function internal.repeated_booking is $$
The booking that an idempotency key has made, unless it was called off since; else null.

Raises
  M9209 idempotency_key_reused  the key belongs to a booking that was asked for otherwise
$$;

create or replace function internal.place_booking(
  p_customer_id     uuid,
  p_slot_id         uuid,
  p_seats           integer,
  p_notes           text,
  p_idempotency_key text,
  p_coupon_code     text,
  p_subject_id      uuid default null,
  p_price_minor     bigint default null,
  p_booking_id      uuid default null,
  out booking_id    uuid,
  out payment_id    uuid,
  out status        text,
  out amount_minor  bigint,
  out currency      text,
  out provider_id   uuid,
  out offering_id   uuid
)
language plpgsql
volatile
as $$
declare
  v_slot    core.slot;
  v_booking core.booking;
  v_payment core.payment;
  v_asked   constant jsonb :=
    internal.asked_of_booking(p_slot_id, p_seats, p_notes, p_coupon_code, p_subject_id);
begin
  if current_setting('app.waits_outside', true) = 'on' then
    perform internal.refuse_full(p_customer_id, p_slot_id, p_seats, p_idempotency_key);
  end if;
  v_slot := internal.lock_slot(p_slot_id);
  -- The customer's bookings are checked below; two requests at once would not see each other.
  perform from core.customer as c where c.customer_id = p_customer_id for no key update;
  if not found then
    perform internal.require_customer(p_customer_id);
  end if;

  -- A retry gets the first answer. The look-up comes after the lock, because two copies of one
  -- request may arrive together.
  if p_idempotency_key is not null then
    v_booking := internal.repeated_booking(p_customer_id, v_asked, p_idempotency_key);
  end if;
  if v_booking.booking_id is not null then
    v_payment := internal.booking_payment(v_booking.booking_id);
  else
    v_booking := internal.hold_seats(
      v_slot, p_customer_id, p_seats, p_notes, p_idempotency_key, p_subject_id, p_price_minor,
      p_booking_id);
    v_payment := internal.open_order(
      p_customer_id, v_booking.currency, array[internal.line_of_booking(v_booking)],
      p_coupon_code, p_asked => v_asked);
    if v_payment.status = 'captured' then
      perform internal.confirm_booking(v_booking.booking_id);
      select b.* into v_booking from core.booking as b where b.booking_id = v_booking.booking_id;
    end if;
  end if;
  booking_id := v_booking.booking_id;
  payment_id := v_payment.payment_id;
  status := v_booking.status;
  amount_minor := v_payment.amount_minor;
  currency := v_payment.currency;
  provider_id := v_booking.provider_id;
  offering_id := v_booking.offering_id;
end
$$;

comment on function internal.place_booking is $$
Hold seats in a slot for a customer and open the order that pays for them; the answer of
api.book_slot. If it costs nothing, it is confirmed at once. p_price_minor is the price of all seats
if it is not that of the offering, p_booking_id the id that the booking gets.

Raises
  what api.book_slot lists

The policies of booking confine what is written to the caller. Locks provider, slot, customer.
$$;

create or replace function internal.refuse_full(
  p_customer_id     uuid,
  p_slot_id         uuid,
  p_seats           integer,
  p_idempotency_key text
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
-- A connection keeps the plan it made while the tables were a page long. A table that must be read
-- all the same makes a plan look so dear that it would be compiled.
set enable_seqscan = off
set jit = off
as $$
declare
  v_slot core.slot;
begin
  select s.* into v_slot
  from core.slot as s
  where s.slot_id = p_slot_id
    and s.provider_id <> p_customer_id
    and internal.seats_left(s) < p_seats;
  if not found then
    return;
  end if;
  -- A question of its own, and no part of the one above: a plan for the key that is given would be
  -- made anew by everybody, because most give none.
  perform
  from core.booking as b
  where b.customer_id = p_customer_id and b.idempotency_key = p_idempotency_key;
  if found then
    return;
  end if;
  perform
  from core.waitlist_entry as w
  where w.customer_id = p_customer_id and w.slot_id = p_slot_id and w.state = 'offered';
  if found then
    return;
  end if;
  perform internal.require_free_customer(p_customer_id, v_slot);
  perform internal.refuse_slot(p_slot_id, p_seats);
end
$$;

alter function internal.refuse_full owner to definer;

comment on function internal.refuse_full is $$
Refuse a slot that is full before anything is locked: thousands may want the last seat of a
provider, and who gets none need not queue behind those who book. Whoever repeats a request or has
an offer is let through.

Raises
  M9207 already_booked, M9208 customer_busy
  and what internal.refuse_slot lists
$$;

create or replace function internal.hold_seats(
  p_slot            core.slot,
  p_customer_id     uuid,
  p_seats           integer,
  p_notes           text,
  p_idempotency_key text,
  p_subject_id      uuid default null,
  p_price_minor     bigint default null,
  p_booking_id      uuid default null
)
returns core.booking
language plpgsql
volatile
as $$
declare
  v_has record;
begin
  if p_slot.provider_id = p_customer_id then
    perform internal.refuse('M3201', 'own_offering', 'Providers cannot book their own offerings.');
  end if;

  -- Check the customer first, so that a customer who holds the last seat is not told to wait for
  -- it. All is asked in one reading of their newest bookings: a hold lasts a day at most and a slot
  -- a week. No condition names a status, so that no plan reads the holds of others instead.
  select coalesce(bool_or(internal.clashes(b, p_slot)), false) as a_clash,
         count(*) filter (where b.status = 'pending_payment' and b.hold_expires_at > now())
           >= min(m.max_holds) as too_many_holds,
         count(*) filter (where b.cancelled_by = 'customer'
                            and b.cancelled_at > now() - interval '24 hours')
           >= min(m.max_cancels_a_day) as too_many_cancels,
         exists (select from core.waitlist_entry as w
                 where w.slot_id = p_slot.slot_id and w.customer_id = p_customer_id
                   and w.state in ('waiting', 'offered')) as a_place
    into v_has
  from core.marketplace as m
  left join core.booking as b
    on b.customer_id = p_customer_id and b.starts_at > now() - interval '8 days'
  where m.is_only;

  if v_has.a_clash or v_has.too_many_holds or v_has.too_many_cancels then
    perform internal.refuse_customer(p_customer_id, p_slot, v_has.too_many_holds);
  end if;
  if p_subject_id is not null then
    perform internal.require_free_subject(p_subject_id, p_slot);
  end if;
  if v_has.a_place then
    perform internal.take_offer(p_customer_id, p_slot.slot_id);
    select s.* into p_slot from core.slot as s where s.slot_id = p_slot.slot_id;
  end if;
  return internal.write_hold(
    p_slot, p_customer_id, p_seats, p_notes, p_idempotency_key, p_subject_id, p_price_minor,
    p_booking_id);
end
$$;

comment on function internal.hold_seats is $$
Hold seats in a slot for a customer, without an order yet. Every system books through this function.
The caller holds provider, slot and customer, and passes the slot as the lock found it.

Raises
  M0206 amount_too_large  the seats come to more than a card can be charged
  M3201 own_offering      it is the caller's own
  M9201 slot_full, M9202 slot_past, M9203 slot_closed, M9204 provider_busy,
  M9205 offering_inactive, M9206 provider_not_accepting, M9210 notice_too_short
  M9207 already_booked, M9208 customer_busy, M9219 too_many_holds, M9225 too_many_cancellations,
  M9227 subject_busy
$$;

create or replace function internal.write_hold(
  p_slot            core.slot,
  p_customer_id     uuid,
  p_seats           integer,
  p_notes           text,
  p_idempotency_key text,
  p_subject_id      uuid,
  p_price_minor     bigint,
  p_booking_id      uuid
)
returns core.booking
language plpgsql
volatile
as $$
declare
  v_booking core.booking;
  v_until   timestamptz;
begin
  insert into core.booking as b
    (booking_id, slot_id, offering_id, provider_id, customer_id, subject_id, starts_at, ends_at,
     seats, hold_expires_at, offering_title, price_minor, currency, policy_tiers, customer_notes,
     idempotency_key)
  select coalesce(p_booking_id, internal.uuid_v7()), s.slot_id, s.offering_id, s.provider_id,
         p_customer_id, p_subject_id, s.starts_at, s.ends_at, p_seats,
         now() + make_interval(mins => m.hold_min), o.title,
         coalesce(p_price_minor, o.price_minor * p_seats), o.currency, c.tiers,
         nullif(btrim(p_notes), ''), p_idempotency_key
  from internal.open_slots() as s
  join core.offering as o on o.offering_id = s.offering_id
  join core.cancellation_policy as c using (cancellation_policy_id)
  join core.marketplace as m on m.is_only
  where s.slot_id = p_slot.slot_id
    and s.seats_left >= p_seats
    -- Time by the hour has no price of its own.
    and (o.kind <> 'hour' or p_price_minor is not null)
  returning b.* into v_booking;

  if not found and p_price_minor is null and internal.sells_hours(p_slot.offering_id) then
    perform internal.refuse('M9203', 'slot_closed', 'The slot is closed.', 'Choose another one.');
  elsif v_booking.booking_id is null then
    perform internal.refuse_slot(p_slot.slot_id, p_seats);
  elsif v_booking.price_minor > 99999999 then
    perform internal.refuse('M0206', 'amount_too_large', 'A card cannot be charged so much.',
      'Book fewer seats at a time.');
  elsif v_booking.price_minor = 0 then
    perform internal.require_few_free(v_booking);
  end if;
  v_until := internal.put_seats(
    p_slot, p_slot.taken,
    p_slot.holds || array_fill(v_booking.hold_expires_at, array[v_booking.seats]));
  return v_booking;
end
$$;

comment on function internal.write_hold is $$
Write a booking that waits for its payment, if the slot has so many free seats, and hold them. Part of
internal.hold_seats.

Raises
  M0206 amount_too_large, M9226 too_many_free
  and what internal.refuse_slot lists
$$;

create or replace function internal.confirm_booking(p_booking_id uuid)
returns boolean
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
  v_booking core.booking;
  v_slot    core.slot;
  v_from    text;
begin
  select b.* into v_booking from core.booking as b where b.booking_id = p_booking_id;
  v_slot := internal.lock_slot(v_booking.slot_id);
  select b.* into v_booking
  from core.booking as b
  where b.booking_id = p_booking_id
  for no key update;

  v_from := v_booking.status;
  if v_from not in ('pending_payment', 'expired') then
    return v_from not in ('cancelled', 'declined');
  end if;
  if (v_from = 'expired' or v_booking.hold_expires_at <= now())
     and not internal.can_still_book(v_booking, v_slot) then
    return false;
  end if;

  update core.booking as b
  set status = case when p.capture_method = 'manual' then 'requested' else 'confirmed' end,
      accept_by = case when p.capture_method = 'manual' then
        least(now() + make_interval(mins => m.accept_within_min), b.starts_at) end,
      confirmed_at = case when p.capture_method = 'automatic' then now() end
  from internal.booking_payment(p_booking_id) as p
  cross join core.marketplace as m
  where b.booking_id = p_booking_id
  returning b.* into v_booking;

  -- Its seats are sold and no longer held. A hold that has ended counts no more.
  perform internal.put_seats(
    v_slot, v_slot.taken + v_booking.seats,
    internal.holds_without(v_slot.holds, v_booking.hold_expires_at, v_booking.seats));
  perform internal.issue_tickets(v_booking);
  perform internal.record_step(v_booking, v_from, 'system', 'paid');
  perform internal.tell_both(v_booking, 'booking_' || v_booking.status);
  return true;
end
$$;

alter function internal.confirm_booking owner to definer;

comment on function internal.confirm_booking is $$
Confirm a booking whose money has arrived, or pass the request to the provider. Safe to repeat.
Returns false if the seat is gone or the booking was cancelled; then the payment must go back.
Locks provider, slot, booking, and of a booking that is paid late the customer.
$$;

create or replace function internal.can_still_book(p_booking core.booking, p_slot core.slot)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform
  from core.customer as c
  where c.customer_id = p_booking.customer_id
  for no key update;

  -- The hold has ended, so somebody else may have the seat, and the customer may have booked again:
  -- this slot under the same key, or something else at that time.
  return exists (
      select from internal.open_slots() as s
      where s.slot_id = p_booking.slot_id and s.seats_left >= p_booking.seats)
    and not internal.is_subject_elsewhere(p_booking.subject_id, p_slot, p_booking.booking_id)
    and (internal.conflicting_booking(p_booking.customer_id, p_slot, p_booking.booking_id)).booking_id
        is null;
end
$$;

alter function internal.can_still_book owner to definer;

comment on function internal.can_still_book is $$
Whether a booking whose hold has ended can still be confirmed: its seats are free, and its customer
has no other booking in this slot or at that time. Locks the customer.
$$;

create or replace function internal.require_booker(
  p_customer_id     uuid,
  p_seats           integer,
  p_notes           text,
  p_idempotency_key text,
  p_subject_id      uuid
)
returns uuid
language plpgsql
stable
as $$
declare
  v_customer_id constant uuid := internal.require_identity(p_customer_id);
begin
  -- The house books for others, and is not asked that above.
  if internal.is_service() then
    perform internal.require_active(v_customer_id);
  end if;
  if p_seats is null or p_seats not between 1 and 100 then
    perform internal.refuse('M0201', 'seats_invalid', 'Between 1 and 100 seats can be booked.');
  end if;
  if length(p_notes) > 2000 then
    perform internal.refuse('M0202', 'notes_too_long', 'Notes have at most 2000 characters.');
  end if;
  if length(p_idempotency_key) not between 1 and 255 then
    perform internal.refuse(
      'M0203', 'idempotency_key_invalid', 'A key has 1 to 255 characters.');
  end if;
  if p_subject_id is not null then
    perform internal.require_subject(p_subject_id, v_customer_id);
  end if;
  return v_customer_id;
end
$$;

comment on function internal.require_booker is $$
Who books: the customer given, who must be the caller unless the house asks. Refuses what nobody
could book, before anything is locked.

Raises
  M0201 seats_invalid, M0202 notes_too_long, M0203 idempotency_key_invalid
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4006 subject_not_found
  42501  it is somebody else
$$;

create or replace function api.book_slot(
  p_customer_id     uuid,
  p_slot_id         uuid,
  p_notes           text default null,
  p_idempotency_key text default null,
  p_seats           integer default 1,
  p_coupon_code     text default null,
  p_subject_id      uuid default null,
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
-- Plans of all that it calls. A connection keeps the one it made while the tables were a page long.
-- A table that must be read all the same makes a plan look so dear that it would be compiled. And
-- every connection would plan each statement five times before it keeps a plan.
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_customer_id constant uuid := internal.require_booker(
    p_customer_id, p_seats, p_notes, p_idempotency_key, p_subject_id);
  v_placed record;
begin
  -- Assignments, because a query that calls is a statement of its own.
  v_placed := internal.place_booking(
    v_customer_id, p_slot_id, p_seats, p_notes, p_idempotency_key, p_coupon_code, p_subject_id,
    p_booking_id => p_booking_id);
  booking_id := v_placed.booking_id;
  payment_id := v_placed.payment_id;
  status := v_placed.status;
  amount_minor := v_placed.amount_minor;
  currency := v_placed.currency;
  provider_id := v_placed.provider_id;
  offering_id := v_placed.offering_id;
  return next;
end
$$;

alter function api.book_slot owner to definer;

comment on function api.book_slot is $$
Hold seats in a slot for the caller for 15 minutes, and open the payment for them. One row:
amount_minor is in minor units of currency, after any coupon; status is pending_payment, or what
follows at once when nothing is to be paid.

p_subject_id is the dog that is brought, one of the customer's own; p_booking_id is the id of the
booking, if its client has made one. Safe to retry: the same p_idempotency_key returns the booking
made the first time, unless it was called off since. Locks provider, slot.

Raises
  M0201 seats_invalid, M0202 notes_too_long, M0203 idempotency_key_invalid
  M0206 amount_too_large        the seats come to more than a card can be charged
  M1001 sign_in_required        nobody is signed in
  M3001 person_suspended        the account is suspended or closed
  M3002 sign_up_required        the caller is an anonymous guest
  M3201 own_offering            it is the caller's own
  M4006 subject_not_found       there is no such dog of the customer's
  M4201 slot_not_found          there is no such slot
  M4202 customer_not_found      the caller has not become a customer
  M9201 slot_full, M9202 slot_past, M9203 slot_closed, M9204 provider_busy,
  M9205 offering_inactive, M9206 provider_not_accepting, M9210 notice_too_short
  M9207 already_booked          they hold or have booked this very slot
  M9208 customer_busy           another booking of theirs stands at that time
  M9209 idempotency_key_reused  the key belongs to another booking, or to this one with other
                                notes, seats, dog or coupon
  M9219 too_many_holds          the caller has that many bookings they have not paid
  M9225 too_many_cancellations, M9226 too_many_free
  M9227 subject_busy            the dog has another booking at that time
  23505                         there is a booking of this id
  42501                         p_customer_id is somebody else
$$;

create or replace function internal.shown_details(
  p_booking_id uuid,
  out title         text,
  out description   text,
  out provider_name text,
  out provider_bio  text,
  out customer_name text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  select b.offering_title, o.description, v.display_name, v.bio, c.display_name
  into title, description, provider_name, provider_bio, customer_name
  from core.booking as b
  left join core.offering as o on o.offering_id = b.offering_id
  left join core.person as v on v.person_id = b.provider_id
  left join core.person as c on c.person_id = b.customer_id
  where b.booking_id = p_booking_id
    and (internal.user_id() in (b.customer_id, b.provider_id)
         or internal.is_service() or internal.is_staff());
end
$$;

alter function internal.shown_details owner to definer;

comment on function internal.shown_details is $$
What was booked and by the names of whom, for whoever may see the booking: both sides may always
read the offering and one another. For the views of lenses, which ask it once for each row.
$$;

create or replace function internal.close_booking(
  p_booking core.booking,
  p_status  text,
  p_actor   text,
  p_reason  text
)
returns core.booking
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
begin
  update core.booking as b
  set status = p_status,
      cancelled_by = case when p_status = 'cancelled' then p_actor else b.cancelled_by end,
      cancelled_at = case when p_status = 'cancelled' then now() else b.cancelled_at end,
      cancel_reason = coalesce(nullif(btrim(p_reason), ''), b.cancel_reason),
      ics_sequence = b.ics_sequence + 1
  where b.booking_id = p_booking.booking_id
  returning b.* into v_booking;

  perform internal.record_step(v_booking, p_booking.status, p_actor, p_reason);
  perform internal.settle_slot(v_booking.slot_id);
  perform internal.offer_freed_seats(v_booking.slot_id);
  perform internal.offer_freed_seats(m.slot_id)
  from internal.end_proposal(v_booking.booking_id, 'withdrawn') as m
  where m.slot_id is not null;
  return v_booking;
end
$$;

alter function internal.close_booking owner to definer;

comment on function internal.close_booking is
  'End a booking and offer its seats to the waitlist. The caller locks it and moves the money.';
