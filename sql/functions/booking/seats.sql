-- Giving back some seats of a booking, and their money.

create or replace function internal.refund_of_seats(
  p_booking core.booking,
  p_seats   integer,
  p_percent integer
)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The seats that go have their share of what is not refunded of the line.
  return (select coalesce(internal.to_charge_step(
    round(internal.line_unrefunded(l.order_line_id)::numeric
          * ((p_booking).seats - p_seats) / (p_booking).seats * p_percent / 100)::bigint,
    (p_booking).currency), 0)
  from core.order_line as l
  where l.booking_id = (p_booking).booking_id);
end
$$;

alter function internal.refund_of_seats owner to definer;

comment on function internal.refund_of_seats is
  'What goes back when of a booking only p_seats are kept, in steps that can be refunded.';

create or replace function internal.void_tickets(
  p_booking    core.booking,
  p_seats      integer,
  p_ticket_ids uuid[]
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_given_back integer := (p_booking).seats - p_seats;
  v_voided     integer;
begin
  if not exists (select from core.ticket as t where t.booking_id = (p_booking).booking_id) then
    return;
  elsif cardinality(p_ticket_ids) <> v_given_back then
    perform internal.refuse('M0201', 'seats_invalid',
      format('To keep %s of %s seats, name %s tickets.', p_seats, (p_booking).seats, v_given_back));
  end if;
  update core.ticket as t
  set voided_at = now()
  where t.ticket_id in (
    select x.ticket_id
    from core.ticket as x
    where x.booking_id = (p_booking).booking_id
      and x.checked_in_at is null
      and x.voided_at is null
      and (p_ticket_ids is null or x.ticket_id = any (p_ticket_ids))
    order by x.seat desc
    limit v_given_back);
  get diagnostics v_voided = row_count;
  if v_voided < v_given_back then
    perform internal.refuse('M9236', 'tickets_used',
      format('Of these tickets %s can be given back.', v_voided),
      'A ticket that was checked in is used.');
  end if;
end
$$;

alter function internal.void_tickets owner to definer;

comment on function internal.void_tickets is $$
Void the tickets of the seats that go: those that are named, or else those with the highest numbers
that nobody has used. A booking without tickets is left alone.

Raises
  M0201 seats_invalid  more or fewer tickets are named than seats are given back
  M9236 tickets_used   they are used or void already, or of another booking
$$;

create or replace function api.keep_seats(
  p_booking_id uuid,
  p_seats      integer,
  p_reason     text default null,
  p_ticket_ids uuid[] default null
)
returns table (booking_id uuid, seats integer, refund_minor bigint, currency text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
  v_side    text := internal.side_of(v_booking);
  v_payment core.payment;
  v_refund  bigint := 0;
  v_sent    bigint;
begin
  if v_booking.seats = p_seats then
    return query select p_booking_id, p_seats, 0::bigint, v_booking.currency;
    return;
  end if;
  perform internal.require_status(v_booking, 'M9211', 'booking_not_open', 'confirmed');
  if p_seats is null or p_seats not between 1 and v_booking.seats then
    perform internal.refuse('M0201', 'seats_invalid',
      format('Of this booking 1 to %s seats can be kept.', v_booking.seats),
      'To give all of them back, call the booking off.');
  elsif v_booking.starts_at <= now() and v_side in ('customer', 'provider') then
    perform internal.refuse('M9212', 'booking_begun',
      format('It began at %s.', internal.instant_text(v_booking.starts_at)), 'Write to support.');
  end if;

  perform internal.void_tickets(v_booking, p_seats, p_ticket_ids);
  v_payment := internal.booking_payment(p_booking_id);
  v_payment := internal.lock_bare_payment(v_payment.payment_id);
  if v_payment.captured_minor > 0 then
    v_refund := internal.refund_of_seats(v_booking, p_seats, case
      when v_side = 'customer' then internal.refund_percent_of(v_booking) else 100 end);
  end if;
  v_sent := internal.without_bank_part(p_booking_id, v_refund);
  update core.booking as b
  set seats = p_seats, price_minor = b.price_minor / b.seats * p_seats
  where b.booking_id = p_booking_id;
  perform internal.settle_slot(v_booking.slot_id);
  perform internal.record_step(v_booking, v_booking.status, v_side, p_reason);
  if v_refund > 0 then
    perform internal.open_refund(
      v_payment, format('seats:%s:%s', p_booking_id, p_seats),
      array(select l.order_line_id from core.order_line as l where l.booking_id = p_booking_id),
      array[v_refund], p_reason, v_side);
  end if;
  return query select p_booking_id, p_seats, v_sent, v_booking.currency;
end
$$;

alter function api.keep_seats owner to definer;

comment on function api.keep_seats is $$
Keep only so many seats of a paid booking, by either side, before it begins. The others are free at
once, and their share of the price goes back as if they were called off: to a customer by the policy,
otherwise in full. Of an event the tickets in p_ticket_ids are void afterwards; without it those with
the highest seats. Safe to repeat: what is kept already changes nothing. Locks provider, booking.

Raises
  M0201 seats_invalid      not between 1 and the seats of the booking, or not as many tickets
  M4203 booking_not_found  there is none, or the caller has no part in it
  M9211 booking_not_open   it is not confirmed
  M9212 booking_begun      too late for either side
  M9236 tickets_used       a ticket was checked in, or is not one of this booking
$$;
