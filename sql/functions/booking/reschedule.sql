-- Moving a booking to another time, money and policy with it.

create or replace function internal.minutes_between(p_from timestamptz, p_until timestamptz)
returns integer
language sql
immutable
return (extract(epoch from p_until - p_from) / 60)::integer;

comment on function internal.minutes_between is 'The minutes from one instant to another.';

create or replace function internal.move_booking(p_booking core.booking, p_slot_id uuid)
returns core.booking
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
  v_slot    core.slot;
begin
  -- Checked before the slot is locked: two customers who move to each other's provider would
  -- otherwise deadlock.
  if exists (
    select from core.slot as s
    where s.slot_id = p_slot_id and s.offering_id <> p_booking.offering_id
  ) then
    perform internal.refuse('M9215', 'other_offering', 'The slot is of another offering.',
      'Cancel this booking and make a new one.');
  end if;
  v_slot := internal.lock_slot(p_slot_id);
  if v_slot.ends_at - v_slot.starts_at <> p_booking.ends_at - p_booking.starts_at then
    perform internal.refuse('M9220', 'other_length',
      format('The booking lasts %s minutes and the slot %s.',
             internal.minutes_between(p_booking.starts_at, p_booking.ends_at),
             internal.minutes_between(v_slot.starts_at, v_slot.ends_at)),
      'Choose a slot as long as the booking, or cancel it and make a new one.');
  end if;
  perform from core.customer as c
  where c.customer_id = p_booking.customer_id for no key update;
  perform internal.require_free_customer(p_booking.customer_id, v_slot, p_booking.booking_id);
  perform internal.require_free_subject(p_booking.subject_id, v_slot, p_booking.booking_id);
  perform internal.take_offer(p_booking.customer_id, p_slot_id);

  -- The old time is given up first, so that a booking may move to one that overlaps it.
  update core.booking as b
  set slot_id = p_slot_id, starts_at = v_slot.starts_at, ends_at = v_slot.ends_at,
      accept_by = case when b.status = 'requested' then least(b.accept_by, v_slot.starts_at)
                       else b.accept_by end,
      moved_at = now(),
      ics_sequence = b.ics_sequence + 1
  where b.booking_id = p_booking.booking_id
  returning b.* into v_booking;
  perform internal.settle_slot(p_booking.slot_id);

  if not exists (
    select from internal.open_slots() as s
    where s.slot_id = p_slot_id and s.seats_left >= p_booking.seats
  ) then
    perform internal.refuse_slot(p_slot_id, p_booking.seats);
  end if;
  perform internal.settle_slot(p_slot_id);
  return v_booking;
end
$$;

alter function internal.move_booking owner to definer;

comment on function internal.move_booking is $$
Give a booking the time of another slot of its offering, as long as its own. The caller holds its
lock, has seen that it may be moved, and offers its old seats to who waits. Locks slot, customer.

Raises
  M4201 slot_not_found
  M9201 slot_full, M9202 slot_past, M9203 slot_closed, M9204 provider_busy,
  M9205 offering_inactive, M9206 provider_not_accepting, M9210 notice_too_short
  M9207 already_booked, M9208 customer_busy
  M9215 other_offering  the slot belongs to another offering
  M9220 other_length    the slot is longer or shorter than the booking
$$;

create or replace function api.reschedule_booking(p_booking_id uuid, p_slot_id uuid)
returns table (booking_id uuid, slot_id uuid, starts_at timestamptz, ends_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
  v_old     uuid := v_booking.slot_id;
begin
  perform internal.require_actor();
  if v_booking.slot_id = p_slot_id then
    return query
    select v_booking.booking_id, v_booking.slot_id, v_booking.starts_at, v_booking.ends_at;
    return;
  end if;
  if internal.side_of(v_booking) = 'provider' then
    perform internal.refuse('M3203', 'customer_only', 'Only the customer moves a booking.',
      'Propose another time (propose_move).');
  end if;
  perform internal.require_status(
    v_booking, 'M9211', 'booking_not_open', 'requested', 'confirmed');
  if internal.refund_percent_of(v_booking) < 100
     or v_booking.starts_at <= now() then
    perform internal.refuse('M9214', 'too_late_to_move',
      'A booking can be moved while cancelling it would cost nothing.');
  end if;

  perform internal.offer_freed_seats(m.slot_id)
  from internal.end_proposal(p_booking_id, 'withdrawn') as m
  where m.slot_id is not null;
  v_booking := internal.move_booking(v_booking, p_slot_id);
  perform internal.offer_freed_seats(v_old);

  perform internal.record_step(v_booking, v_booking.status, internal.side_of(v_booking),
                               'rescheduled');
  perform internal.tell_both(v_booking, 'booking_rescheduled');
  return query
  select v_booking.booking_id, v_booking.slot_id, v_booking.starts_at, v_booking.ends_at;
end
$$;

alter function api.reschedule_booking owner to definer;

comment on function api.reschedule_booking is $$
Move a booking to another slot of the same offering and length. Payment, price and policy stay with
the booking. Allowed only while cancelling would give everything back, so that moving is no way
around the policy. Safe to repeat. Locks provider, booking, slot, customer.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3203 customer_only     the provider does not move it
  M4201 slot_not_found, M4203 booking_not_found
  M9201 slot_full, M9202 slot_past, M9203 slot_closed, M9204 provider_busy,
  M9205 offering_inactive, M9206 provider_not_accepting, M9210 notice_too_short
  M9207 already_booked    they hold or have booked that very slot
  M9208 customer_busy     another booking of theirs stands at that time
  M9211 booking_not_open  it is over, or not paid yet
  M9214 too_late_to_move  cancelling would already cost something
  M9215 other_offering    the slot belongs to another offering
  M9220 other_length      the slot is longer or shorter than the booking
$$;
