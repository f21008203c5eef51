-- Accepting a booking, and recording whether it took place.

create or replace function api.accept_booking(p_booking_id uuid)
returns table (booking_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
begin
  perform internal.require_actor();
  if internal.side_of(v_booking) = 'customer' then
    perform internal.refuse('M3202', 'provider_only', 'Only the provider can answer a request.');
  end if;
  if v_booking.status = 'confirmed' then
    return query select v_booking.booking_id, v_booking.status;
    return;
  end if;
  perform internal.require_status(v_booking, 'M9213', 'booking_not_requested', 'requested');
  if v_booking.accept_by <= now() then
    perform internal.refuse('M9213', 'booking_not_requested',
      format('The time to answer was over at %s.', internal.instant_text(v_booking.accept_by)));
  end if;

  update core.booking as b
  set status = 'confirmed', confirmed_at = now(), ics_sequence = b.ics_sequence + 1
  where b.booking_id = p_booking_id
  returning b.* into v_booking;

  perform internal.issue_tickets(v_booking);
  perform internal.capture_payment(p_booking_id);
  perform internal.record_step(v_booking, 'requested', internal.side_of(v_booking), null);
  perform internal.tell_both(v_booking, 'booking_confirmed');
  return query select v_booking.booking_id, v_booking.status;
end
$$;

alter function api.accept_booking owner to definer;

comment on function api.accept_booking is $$
Accept a request; the authorised money is captured. Safe to repeat.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3202 provider_only          the customer does not answer
  M4203 booking_not_found      there is none, or the caller has no part in it
  M9213 booking_not_requested  it does not wait for an answer, or not any more
$$;

create or replace function internal.finish_booking(
  p_booking core.booking,
  p_status  text,
  p_actor   text
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
      completed_at = case when internal.is_earned(p_status) then now() end
  where b.booking_id = p_booking.booking_id
  returning b.* into v_booking;

  if 'completed' in (p_status, p_booking.status) then
    update core.provider as p
    set sessions_completed = p.sessions_completed
                             + case p_status when 'completed' then 1 else -1 end
    where p.provider_id = v_booking.provider_id;
  end if;

  perform internal.settle_free_subsidy(v_booking);
  perform internal.record_step(v_booking, p_booking.status, p_actor, null);
  perform internal.tell_both(v_booking, 'booking_' || p_status);
  return v_booking;
end
$$;

alter function internal.finish_booking owner to definer;

comment on function internal.finish_booking is
  'Record that a booking took place or was missed. The caller holds its lock; locks the wallet.';

create or replace function api.complete_booking(p_booking_id uuid)
returns table (booking_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
begin
  perform internal.require_actor();
  if v_booking.status <> 'completed' then
    if internal.side_of(v_booking) = 'customer' then
      perform internal.refuse('M3204', 'provider_or_staff_only',
        'Only the provider can say how a booking went.');
    end if;
    perform internal.require_status(v_booking, 'M9216', 'booking_not_confirmed', 'confirmed');
    if v_booking.ends_at > now() then
      perform internal.refuse('M9217', 'booking_not_over',
        format('It ends at %s.', internal.instant_text(v_booking.ends_at)));
    end if;
    v_booking := internal.finish_booking(v_booking, 'completed', internal.side_of(v_booking));
  end if;
  return query select v_booking.booking_id, v_booking.status;
end
$$;

alter function api.complete_booking owner to definer;

comment on function api.complete_booking is $$
Record that a booking has taken place. The clock does it a day after the end. Safe to repeat.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3204 provider_or_staff_only  the customer does not say
  M4203 booking_not_found
  M9216 booking_not_confirmed   it never was, or is something else by now
  M9217 booking_not_over        it has not ended
$$;

create or replace function api.mark_no_show(p_booking_id uuid, p_who text default 'customer')
returns table (booking_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
  v_status  text := 'no_show_' || p_who;
begin
  perform internal.require_actor();
  if p_who is null or p_who not in ('customer', 'provider') then
    perform internal.refuse('M0205', 'who_invalid', 'Either customer or provider did not come.');
  end if;
  if v_booking.status = v_status then
    return query select v_booking.booking_id, v_booking.status;
    return;
  end if;
  if internal.side_of(v_booking) = 'customer' then
    perform internal.refuse('M3204', 'provider_or_staff_only',
      'Only the provider can say how a booking went.', 'If they did not come, write to support.');
  end if;
  -- The clock completes a booking a day after its end; we may hear later that the provider did not
  -- come.
  perform internal.require_status(
    v_booking, 'M9216', 'booking_not_confirmed', 'confirmed',
    case p_who when 'provider' then 'completed' else 'confirmed' end);
  if v_booking.starts_at > now() then
    perform internal.refuse('M9218', 'booking_not_begun',
      format('It begins at %s.', internal.instant_text(v_booking.starts_at)));
  end if;

  if p_who = 'provider' then
    perform internal.refund_booking(
      v_booking, internal.cancellation_refund(v_booking, 100), v_status,
      internal.side_of(v_booking));
  end if;
  v_booking := internal.finish_booking(v_booking, v_status, internal.side_of(v_booking));
  return query select v_booking.booking_id, v_booking.status;
end
$$;

alter function api.mark_no_show owner to definer;

comment on function api.mark_no_show is $$
Record that one side did not come. If it was the customer, the provider is paid as usual; if it was
the provider, the customer gets everything back, even if the booking is already completed. Customers
cannot record it themselves, because it moves money; they write to support. Safe to repeat.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M0205 who_invalid            neither customer nor provider
  M3204 provider_or_staff_only the customer does not say
  M4203 booking_not_found
  M9216 booking_not_confirmed  it never was, or is something else by now
  M9218 booking_not_begun      it has not begun
$$;

create or replace function api.complete_due_bookings(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
  v_count   integer := 0;
begin
  for v_booking in
    select b.*
    from core.booking as b
    where b.status = 'confirmed'
      and b.ends_at <= now() - interval '1 day'
      and b.booking_id <> all (internal.aside('complete_due_bookings'))
    order by b.provider_id, b.booking_id
    limit least(p_limit, 10000)
  loop
    v_booking := internal.lock_booking(v_booking.booking_id);
    continue when v_booking.status <> 'confirmed';
    begin
      perform internal.finish_booking(v_booking, 'completed', 'system');
      v_count := v_count + 1;
    exception when others then
      perform internal.set_aside('complete_due_bookings', v_booking.booking_id, sqlstate, sqlerrm);
    end;
  end loop;
  return v_count;
end
$$;

alter function api.complete_due_bookings owner to definer;

comment on function api.complete_due_bookings is $$
Complete the confirmed bookings that ended at least a day ago; return how many. For the clock: safe
to run twice, late or beside itself.
$$;

create or replace function api.move_booking(
  p_booking_id uuid,
  p_status     text,
  p_reason     text default null
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  case p_status
    when 'confirmed' then perform api.accept_booking(p_booking_id);
    when 'declined' then perform api.decline_booking(p_booking_id, p_reason);
    when 'cancelled' then perform api.cancel_booking(p_booking_id, p_reason);
    when 'completed' then perform api.complete_booking(p_booking_id);
    when 'no_show_customer' then perform api.mark_no_show(p_booking_id, 'customer');
    when 'no_show_provider' then perform api.mark_no_show(p_booking_id, 'provider');
    else
      raise exception using
        errcode = '22P02',
        message = format('A booking cannot be set to %s.', left(quote_nullable(p_status), 60)),
        hint    = 'Set it to confirmed, declined, cancelled, completed or no_show_*.';
  end case;
  return p_status;
end
$$;

alter function api.move_booking owner to definer;

comment on function api.move_booking is $$
Take the step that leads to p_status, and return that status: `confirmed` accepts a request,
`declined` and `cancelled` end a booking with a reason, `completed`, `no_show_customer` and
`no_show_provider` record how it went. Safe to repeat. Each step checks who may take it, and raises
what its own function raises.

Raises
  22P02  no step ends in that status
$$;

create or replace function internal.book_fields(p_booking jsonb)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id uuid := coalesce((p_booking ->> 'customer_id')::uuid, internal.user_id());
  v_booking_id  uuid := (p_booking ->> 'booking_id')::uuid;
  -- An id of the client's own names the request: sent again, it is the same booking.
  v_key         text := coalesce(p_booking ->> 'idempotency_key', v_booking_id::text);
begin
  if p_booking ->> 'provider_id' is null then
    perform internal.require_reach(s.provider_id, v_customer_id)
    from core.slot as s
    where s.slot_id = (p_booking ->> 'slot_id')::uuid;
    select k.booking_id into v_booking_id
    from api.book_slot(
      v_customer_id, (p_booking ->> 'slot_id')::uuid, p_booking ->> 'customer_notes', v_key,
      coalesce((p_booking ->> 'seats')::integer, 1), p_booking ->> 'coupon_code',
      (p_booking ->> 'subject_id')::uuid, v_booking_id) as k;
  else
    select k.booking_id into v_booking_id
    from api.book_time(
      (p_booking ->> 'provider_id')::uuid, (p_booking ->> 'starts_at')::timestamptz,
      (p_booking ->> 'ends_at')::timestamptz, (p_booking ->> 'offering_id')::uuid,
      (p_booking ->> 'subject_id')::uuid, p_booking ->> 'customer_notes', v_key,
      p_booking ->> 'coupon_code', v_customer_id, v_booking_id) as k;
  end if;
  if exists (
    select
    from core.booking as b
    where b.booking_id = v_booking_id
      and (p_booking ->> 'price')::numeric <> internal.to_decimal(b.price_minor, b.currency)
  ) then
    perform internal.refuse('M0211', 'price_differs', 'The price is another one.',
      'Leave it out: the server computes it.');
  end if;
  return v_booking_id;
end
$$;

alter function internal.book_fields owner to definer;

comment on function internal.book_fields is $$
Book what api.save_booking was given: a slot, or a time of a provider. A price that is given must be
the one that was computed. The booking gets the id that is given.

Raises
  M0211 price_differs  it is another one
$$;

create or replace function internal.is_new_booking(p_booking jsonb, p_if_exists text)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id      constant uuid := (p_booking ->> 'booking_id')::uuid;
  v_is_full constant boolean := p_booking ?| array['slot_id', 'provider_id'];
  v_booking core.booking;
begin
  select b.* into v_booking from core.booking as b where b.booking_id = v_id;
  if not found then
    if v_id is not null and not v_is_full then
      perform internal.refuse(
        'M4203', 'booking_not_found', format('There is no booking %s.', v_id));
    end if;
    return true;
  end if;
  -- The request that has made it, sent again.
  return p_if_exists = 'fail'
    and v_is_full
    and v_booking.idempotency_key is not distinct from v_id::text
    and v_booking.customer_id = coalesce((p_booking ->> 'customer_id')::uuid, internal.user_id())
    and not internal.is_called_off(v_booking.status);
end
$$;

alter function internal.is_new_booking owner to definer;

comment on function internal.is_new_booking is $$
Whether api.save_booking is given what to book, instead of a change: there is no booking of its id,
or this very request has made it, which internal.place_booking answers.

Raises
  M4203 booking_not_found  nothing is booked, and there is none to change
$$;

create or replace function api.save_booking(p_booking jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking_id uuid := (p_booking ->> 'booking_id')::uuid;
begin
  perform internal.require_fields(p_booking,
    'booking_id', 'customer_id', 'slot_id', 'provider_id', 'offering_id', 'starts_at', 'ends_at',
    'subject_id', 'price', 'seats', 'customer_notes', 'provider_notes', 'status', 'cancel_reason',
    'coupon_code', 'idempotency_key');

  if internal.is_new_booking(p_booking, p_if_exists) then
    if p_booking ->> 'status' not in ('pending', 'pending_payment') then
      raise exception using errcode = '22P02', message = 'A new booking is pending.';
    end if;
    return internal.book_fields(p_booking);
  end if;

  if not internal.found_to_save('booking', p_if_exists) then
    return null;
  end if;
  perform api.annotate_booking(
    v_booking_id,
    case when p_booking ? 'customer_notes'
         then coalesce(p_booking ->> 'customer_notes', '') end,
    case when p_booking ? 'provider_notes'
         then coalesce(p_booking ->> 'provider_notes', '') end);
  if p_booking ?| array['starts_at', 'ends_at'] then
    perform api.move_appointment(v_booking_id, (p_booking ->> 'starts_at')::timestamptz,
                                 (p_booking ->> 'ends_at')::timestamptz);
  end if;
  if p_booking ? 'cancel_reason' and not p_booking ? 'status' then
    raise exception using
      errcode = '22023',
      message = 'A reason is given with the cancellation.',
      hint    = 'Write the status and the reason together.';
  end if;
  if p_booking ? 'status' then
    perform api.move_booking(v_booking_id, p_booking ->> 'status', p_booking ->> 'cancel_reason');
  end if;
  return v_booking_id;
end
$$;

alter function api.save_booking owner to definer;

comment on function api.save_booking is $$
Book, or change a booking of the caller's, and return its id. p_booking books: {"booking_id"? (an
id that the client has made, and is the key of the request), "slot_id", "customer_id"? (the caller),
"subject_id"?, "seats"?, "customer_notes"?, "coupon_code"?, "idempotency_key"?}, see api.book_slot;
or, of no slot, {"provider_id", "starts_at", "ends_at"?, "offering_id"?, ...}, see api.book_time.
With the "booking_id" of one that is there, "customer_notes" and "provider_notes" are kept (each
side its own) and "status" with "cancel_reason" takes a step, see api.move_booking; "starts_at" and
"ends_at" move it, see api.move_appointment. Whoever names a "price" books at that price or not at
all. p_if_exists: merge; ignore leaves a booking as it is and returns null; fail refuses, unless the
same request has made it.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0211 price_differs      it costs more or less than was given
  M4203 booking_not_found  there is none, or the caller has no part in it
  22P02                    no step ends in that status
  23505                    p_if_exists is fail, and there is a booking of this id
  and what api.book_slot, api.book_time and api.move_booking raise
$$;
