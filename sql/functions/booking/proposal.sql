-- Proposing another time: the provider moves a booking if its customer agrees.

create or replace function internal.shown_proposal(
  p_booking_id uuid,
  out slot_id    uuid,
  out starts_at  timestamptz,
  out ends_at    timestamptz,
  out expires_at timestamptz,
  out reason     text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  select m.slot_id, s.starts_at, s.ends_at, m.expires_at, m.reason
  into slot_id, starts_at, ends_at, expires_at, reason
  from core.move_proposal as m
  join core.slot as s using (slot_id)
  join core.booking as b on b.booking_id = m.booking_id
  where m.booking_id = p_booking_id
    and m.state = 'open'
    and m.expires_at > now()
    and (internal.user_id() in (b.customer_id, b.provider_id)
         or internal.is_service() or internal.is_staff());
end
$$;

alter function internal.shown_proposal owner to definer;

comment on function internal.shown_proposal is $$
The open proposal of a booking and its times, for whoever may see the booking; nulls if there is
none. For the views of lenses, which ask it once for each row.
$$;

create or replace function internal.open_proposal(p_booking_id uuid)
returns core.move_proposal
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select m.*
  from core.move_proposal as m
  where m.booking_id = p_booking_id
    and m.state = 'open'
    and m.expires_at > now();
end;

alter function internal.open_proposal owner to definer;

comment on function internal.open_proposal is 'The proposal that a booking''s customer can answer.';

create or replace function internal.end_proposal(p_booking_id uuid, p_state text)
returns core.move_proposal
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal core.move_proposal;
begin
  update core.move_proposal as m
  set state = p_state
  where m.booking_id = p_booking_id
    and m.state = 'open'
  returning m.* into v_proposal;

  if v_proposal.holds_seats then
    perform internal.settle_slot(v_proposal.slot_id);
  end if;
  return v_proposal;
end
$$;

alter function internal.end_proposal owner to definer;

comment on function internal.end_proposal is $$
Close the proposal of a booking, if there is one, and give back the seats it kept; returns it. The
caller holds the provider's lock, and offers the seats to who waits.
$$;

create or replace function internal.require_move(p_booking core.booking, p_slot_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.move_booking(p_booking, p_slot_id);
  raise exception using errcode = 'ZZ001', message = 'It can be moved; undo it.';
exception
  when sqlstate 'ZZ001' then null;
end
$$;

alter function internal.require_move owner to definer;

comment on function internal.require_move is $$
Refuse a move that is not possible now, for the reasons that internal.move_booking has: it is tried
and undone.
$$;

create or replace function api.propose_move(
  p_booking_id uuid,
  p_slot_id    uuid,
  p_reason     text default null
)
returns table (move_proposal_id uuid, slot_id uuid, expires_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking  core.booking := internal.lock_booking(p_booking_id);
  v_proposal core.move_proposal := internal.open_proposal(p_booking_id);
begin
  perform internal.require_actor();
  if internal.side_of(v_booking) = 'customer' then
    perform internal.refuse('M3202', 'provider_only', 'Only the provider proposes another time.',
      'Move the booking yourself (reschedule_booking).');
  end if;
  if length(p_reason) > 1000 then
    perform internal.refuse('M0207', 'reason_too_long', 'A reason has at most 1000 characters.');
  end if;
  perform internal.require_status(
    v_booking, 'M9211', 'booking_not_open', 'requested', 'confirmed');
  if v_booking.starts_at <= now() then
    perform internal.refuse('M9212', 'booking_begun',
      format('It began at %s.', internal.instant_text(v_booking.starts_at)), 'Write to support.');
  end if;
  if v_booking.slot_id = p_slot_id then
    perform internal.refuse('M9221', 'same_time', 'The booking has this time already.');
  end if;

  if v_proposal.slot_id is distinct from p_slot_id then
    perform internal.end_proposal(p_booking_id, 'withdrawn');
    perform internal.require_move(v_booking, p_slot_id);

    insert into core.move_proposal as m
      (move_proposal_id, booking_id, slot_id, seats, holds_seats, reason, expires_at)
    select internal.uuid_v7(), p_booking_id, p_slot_id, v_booking.seats,
           exists (select from internal.open_slots() as f where f.slot_id = p_slot_id),
           nullif(btrim(p_reason), ''),
           least(now() + make_interval(mins => k.accept_within_min), v_booking.starts_at,
                 s.starts_at - make_interval(mins => o.min_notice_min))
    from core.slot as s
    join core.offering as o using (offering_id)
    cross join core.marketplace as k
    where s.slot_id = p_slot_id
    returning m.* into v_proposal;
    if v_proposal.holds_seats then
      perform internal.settle_slot(p_slot_id);
    end if;
    perform internal.notify(
      v_booking.customer_id, 'booking_move_proposed',
      jsonb_build_object('booking_id', p_booking_id,
                         'move_proposal_id', v_proposal.move_proposal_id));
  end if;
  return query select v_proposal.move_proposal_id, v_proposal.slot_id, v_proposal.expires_at;
end
$$;

alter function api.propose_move owner to definer;

comment on function api.propose_move is $$
Propose another time for a booking, by its provider. Its customer answers (api.answer_move), or
cancels and gets everything back, until the proposal expires: after marketplace.accept_within_min
minutes, at the latest when either time begins. The seats of the new slot are kept meanwhile. A new
proposal replaces the old one. Safe to repeat. Locks provider, booking, slot, customer.

Raises
  M0207 reason_too_long   the reason is longer than 1000 characters
  M3202 provider_only     the customer moves it themselves
  M4201 slot_not_found, M4203 booking_not_found
  M9201 slot_full, M9202 slot_past, M9203 slot_closed, M9204 provider_busy,
  M9205 offering_inactive, M9206 provider_not_accepting, M9210 notice_too_short
  M9207 already_booked, M9208 customer_busy
  M9211 booking_not_open  it is over, or not paid yet
  M9212 booking_begun     it has begun
  M9215 other_offering, M9220 other_length
  M9221 same_time         it is where it would be moved to
$$;

create or replace function api.answer_move(p_booking_id uuid, p_agrees boolean)
returns table (booking_id uuid, slot_id uuid, starts_at timestamptz, ends_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking  core.booking := internal.lock_booking(p_booking_id);
  v_proposal core.move_proposal := internal.open_proposal(p_booking_id);
  v_old      uuid := v_booking.slot_id;
begin
  perform internal.require_actor();
  if internal.side_of(v_booking) in ('provider', 'staff') then
    perform internal.refuse('M3203', 'customer_only', 'Only the customer answers.');
  end if;
  perform internal.require_choice(p_agrees, 'p_agrees');
  if v_proposal.move_proposal_id is null then
    perform internal.refuse('M4204', 'proposal_not_found',
      'No other time is proposed for this booking, or not any more.');
  end if;

  perform internal.end_proposal(
    p_booking_id, case when p_agrees then 'agreed' else 'declined' end);
  if p_agrees then
    v_booking := internal.move_booking(v_booking, v_proposal.slot_id);
    perform internal.offer_freed_seats(v_old);
    perform internal.record_step(v_booking, v_booking.status, internal.side_of(v_booking),
                                 'rescheduled');
    perform internal.tell_both(v_booking, 'booking_rescheduled');
  else
    perform internal.offer_freed_seats(v_proposal.slot_id);
    perform internal.notify(v_booking.provider_id, 'booking_move_declined',
                            jsonb_build_object('booking_id', p_booking_id));
  end if;
  return query
  select v_booking.booking_id, v_booking.slot_id, v_booking.starts_at, v_booking.ends_at;
end
$$;

alter function api.answer_move owner to definer;

comment on function api.answer_move is $$
Agree to the time that the provider has proposed, or keep the old one. Payment, price and policy
stay with the booking. Locks provider, booking, slot, customer.

Raises
  M0208 answer_invalid      it is neither true nor false
  M3203 customer_only       the provider does not answer
  M4203 booking_not_found
  M4204 proposal_not_found  nothing is proposed, or it has expired
  M9203 slot_closed         and what else can have happened to the new time meanwhile
$$;
