-- Tickets: issued when a registration is confirmed, and checked in once each.

create or replace function internal.issue_tickets(p_booking core.booking)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into core.ticket (ticket_id, booking_id, seat, code)
  select internal.uuid_v7(), (p_booking).booking_id, s.seat, internal.readable_code(16)
  from core.offering as o
  cross join generate_series(1, (p_booking).seats) as s(seat)
  where o.offering_id = (p_booking).offering_id
    and o.kind = 'event'
    and (p_booking).status = 'confirmed'
  on conflict (booking_id, seat) do nothing;
end;

alter function internal.issue_tickets owner to definer;

comment on function internal.issue_tickets is
  'Make the tickets of a confirmed registration for an event, one for each seat. Safe to repeat.';

create or replace function internal.ticket_state(p_ticket core.ticket, p_booking_status text)
returns text
language sql
immutable
parallel safe
return case
  when not internal.is_bought(p_booking_status) or (p_ticket).voided_at is not null then 'void'
  when (p_ticket).checked_in_at is not null then 'used'
  else 'valid'
end;

comment on function internal.ticket_state is
  'What a ticket is good for: valid, used, or void because its seat or its booking was given back.';

create or replace function api.list_tickets(
  p_booking_id uuid default null,
  p_slot_id    uuid default null
)
returns table (
  ticket_id     uuid,
  booking_id    uuid,
  slot_id       uuid,
  title         text,
  starts_at     timestamptz,
  ends_at       timestamptz,
  holder_name   text,
  seat          integer,
  code          text,
  state         text,
  checked_in_at timestamptz
)
language sql
stable
begin atomic
  select
    t.ticket_id, b.booking_id, b.slot_id, b.offering_title, b.starts_at, b.ends_at,
    p.display_name, t.seat, t.code, internal.ticket_state(t, b.status),
    t.checked_in_at
  from core.ticket as t
  join core.booking as b using (booking_id)
  left join core.person as p on p.person_id = b.customer_id
  where (p_booking_id is null or b.booking_id = p_booking_id)
    and (p_slot_id is null or b.slot_id = p_slot_id)
  order by b.starts_at desc, b.booking_id, t.seat
  limit 10000;
end;

comment on function api.list_tickets is $$
The tickets of the caller's: those they hold, and those of their events; of one booking or one slot
if asked for. `code` is for a QR code, `state` is valid, used or void.
$$;

create or replace function api.check_in(p_code text, p_slot_id uuid default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket  core.ticket;
  v_booking core.booking;
begin
  perform internal.require_actor();
  select t.* into v_ticket
  from core.ticket as t
  where t.code = upper(regexp_replace(p_code, '[[:space:]-]', '', 'g'));
  select b.* into v_booking from core.booking as b where b.booking_id = v_ticket.booking_id;
  -- Somebody else's ticket and no ticket at all get the same answer.
  if v_ticket.ticket_id is null or internal.side_of(v_booking) is null
     or v_booking.slot_id <> p_slot_id then
    perform internal.refuse('M4205', 'ticket_not_found', 'There is no such ticket here.');
  end if;
  v_booking := internal.lock_booking(v_ticket.booking_id);
  if internal.side_of(v_booking) = 'customer' then
    perform internal.refuse('M3202', 'provider_only', 'Only the organiser checks tickets.');
  end if;
  if not internal.is_bought(v_booking.status) then
    perform internal.refuse('M9231', 'ticket_void',
      format('The registration is %s.', v_booking.status));
  end if;
  -- Read again under the lock: its seat may have been given back meanwhile.
  select t.* into v_ticket from core.ticket as t where t.ticket_id = v_ticket.ticket_id;
  if v_ticket.voided_at is not null then
    perform internal.refuse('M9231', 'ticket_void',
      format('Its seat was given back at %s.', internal.instant_text(v_ticket.voided_at)));
  end if;

  -- Whoever scans the same ticket waited above, so the first one has written this.
  update core.ticket as t
  set checked_in_at = now(), checked_in_by = internal.user_id()
  where t.ticket_id = v_ticket.ticket_id and t.checked_in_at is null
  returning t.* into v_ticket;
  if not found then
    select t.* into v_ticket from core.ticket as t where t.ticket_id = v_ticket.ticket_id;
    perform internal.refuse('M9232', 'ticket_used',
      format('It was checked in at %s.', internal.instant_text(v_ticket.checked_in_at)));
  end if;
  return jsonb_build_object(
    'ticket_id', v_ticket.ticket_id, 'booking_id', v_booking.booking_id, 'seat', v_ticket.seat,
    'seats', v_booking.seats, 'title', v_booking.offering_title,
    'starts_at', v_booking.starts_at, 'holder_name', internal.name_of(v_booking.customer_id),
    'checked_in_at', v_ticket.checked_in_at);
end
$$;

alter function api.check_in owner to definer;

comment on function api.check_in is $$
Check a ticket in at the door, by the code in its QR code, and return whose it is. Each ticket is
checked in once, however often and by however many it is scanned. With p_slot_id the ticket must be
of that date. For the organiser and staff. Locks provider, booking.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3202 provider_only     its holder does not check it in
  M4205 ticket_not_found  there is none of this code, or it is of another organiser or date
  M9231 ticket_void       its registration was called off, or its seat given back
  M9232 ticket_used       it was checked in before; the detail says when
$$;
