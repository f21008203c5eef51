-- Cancelling a booking, and what is given back.

create or replace function internal.refund_percent(p_tiers jsonb, p_starts_at timestamptz)
returns integer
language sql
stable
return coalesce((
  select max((t.tier ->> 'refund_percent')::numeric)::integer
  from jsonb_array_elements(p_tiers) as t(tier)
  where p_starts_at - make_interval(mins => ((t.tier ->> 'hours_before')::numeric * 60)::integer)
        >= now()
), 0);

comment on function internal.refund_percent is
  'What a policy gives back now, in percent: the best tier whose hours are still kept, else 0.';

create or replace function internal.refund_percent_of(p_booking core.booking)
returns integer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return case
  when coalesce((p_booking).confirmed_at, (p_booking).created_at)
       > now() - make_interval(mins => (select m.cancel_grace_min from core.marketplace as m))
  then 100
  when (internal.open_proposal((p_booking).booking_id)).booking_id is not null then 100
  when exists (
    select from core.event as e
    where e.slot_id = (p_booking).slot_id and e.moved_at > (p_booking).created_at) then 100
  else internal.refund_percent((p_booking).policy_tiers, (p_booking).starts_at)
end;

alter function internal.refund_percent_of owner to definer;

comment on function internal.refund_percent_of is $$
What the customer of a booking gets back if they cancel now, in percent: what its policy says, and
everything for a while after it was booked (marketplace.cancel_grace_min), while the provider
proposes another time, and after an event was moved.
$$;

create or replace function internal.cancel_open_booking(
  p_booking core.booking,
  p_actor   text,
  p_percent integer,
  p_reason  text
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
  v_refund  bigint := internal.cancellation_refund(p_booking, p_percent);
  v_sent    bigint := internal.without_bank_part(p_booking.booking_id, v_refund);
begin
  if p_booking.status = 'confirmed' then
    perform internal.refund_booking(p_booking, v_refund, p_reason, p_actor);
  else
    perform internal.release_payment(p_booking.booking_id, 'booking_cancelled');
  end if;

  v_booking := internal.close_booking(p_booking, 'cancelled', p_actor, p_reason);
  perform internal.tell_both(v_booking, 'booking_cancelled');
  return v_sent;
end
$$;

alter function internal.cancel_open_booking owner to definer;

comment on function internal.cancel_open_booking is $$
Cancel an open booking, give back a percentage of its line, tell both sides, and return what is sent. The
caller holds the locks of provider and booking.
$$;

create or replace function api.set_cancellation_policy(
  p_name         text,
  p_tiers        jsonb,
  p_offering_ids uuid[] default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_policy_id   uuid;
begin
  if p_tiers is null or jsonb_typeof(p_tiers) <> 'array'
     or jsonb_array_length(p_tiers) not between 1 and 10
     or exists (
       select
       from jsonb_array_elements(p_tiers) as t(tier)
       where coalesce(jsonb_typeof(t.tier -> 'hours_before') <> 'number', true)
          or coalesce(jsonb_typeof(t.tier -> 'refund_percent') <> 'number', true)
          or (t.tier ->> 'hours_before')::numeric not between 0 and 8760
          or (t.tier ->> 'refund_percent')::numeric not between 0 and 100
          or (t.tier ->> 'refund_percent')::numeric % 1 <> 0
     ) then
    perform internal.refuse('M0204', 'tiers_invalid', 'A policy has 1 to 10 tiers.',
      'Each is {"hours_before": 0..8760, "refund_percent": 0..100}.');
  end if;

  insert into core.cancellation_policy as c (provider_id, name, tiers)
  values (v_provider_id, p_name, p_tiers)
  on conflict (provider_id, name) do update set tiers = excluded.tiers
  returning c.cancellation_policy_id into v_policy_id;

  update core.offering as o
  set cancellation_policy_id = v_policy_id
  where o.provider_id = v_provider_id
    and o.offering_id = any (p_offering_ids);

  return v_policy_id;
end
$$;

alter function api.set_cancellation_policy owner to definer;

comment on function api.set_cancellation_policy is $$
Make or change a policy of the caller's, put it on some of their offerings, and return its id.
Bookings already made keep the tiers they were made under.

Raises
  M0204 tiers_invalid  not 1 to 10 tiers of {"hours_before", "refund_percent"}
  M1001 sign_in_required, M4001 provider_not_found
$$;

create or replace function api.list_cancellation_policies(p_provider_id uuid default null)
returns table (cancellation_policy_id uuid, provider_id uuid, name text, tiers jsonb)
language sql
stable
begin atomic
  select c.cancellation_policy_id, c.provider_id, c.name, c.tiers
  from core.cancellation_policy as c
  where c.provider_id is null
     or c.provider_id = coalesce(p_provider_id, internal.user_id())
  order by c.provider_id nulls first, c.name;
end;

comment on function api.list_cancellation_policies is
  'The policies of the house, and those of a provider; without one, the caller''s own.';

create or replace function internal.cancellation_refund(p_booking core.booking, p_percent integer)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_left bigint;
begin
  if p_booking.status not in ('confirmed', 'completed') then
    return 0;
  end if;
  select coalesce(sum(internal.line_unrefunded(l.order_line_id)), 0) into v_left
  from core.order_line as l
  where l.booking_id = p_booking.booking_id;

  if p_percent = 100 then
    return v_left;
  end if;
  return internal.to_charge_step(round(v_left * p_percent / 100.0)::bigint, p_booking.currency);
end
$$;

alter function internal.cancellation_refund owner to definer;

comment on function internal.cancellation_refund is $$
So many percent of what is not refunded of a booking's line, in steps that can be refunded: what is
owed if it is called off now. Nothing of a booking that is not paid.
$$;

create or replace function internal.refunded_of_booking(p_booking_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(x.amount_minor), 0)::bigint
  from core.order_line as l
  join core.refund_line as x using (order_line_id)
  join core.refund as r using (refund_id)
  where l.booking_id = p_booking_id
    and r.status not in ('dropped', 'covered') and r.resent_as is null;
end;

alter function internal.refunded_of_booking owner to definer;

comment on function internal.refunded_of_booking is
  'What of a booking has been given back, or is promised.';

create or replace function internal.refunded_by_cancelling(p_booking_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(r.amount_minor), 0)::bigint
  from core.order_line as l
  join core.refund as r on r.cause = 'cancel:' || l.order_line_id
  join core.earning as e on e.order_line_id = l.order_line_id and e.payment_id = r.payment_id
  where l.booking_id = p_booking_id and r.status <> 'covered';
end;

alter function internal.refunded_by_cancelling owner to definer;

comment on function internal.refunded_by_cancelling is
  'What calling a booking off gave back, whatever else was refunded of it.';

create or replace function api.cancel_booking(p_booking_id uuid, p_reason text default null)
returns table (booking_id uuid, status text, refund_minor bigint, currency text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
  v_side    text := internal.side_of(v_booking);
  v_refund  bigint;
begin
  if v_booking.status = 'cancelled' then
    return query
    select v_booking.booking_id, v_booking.status, internal.refunded_by_cancelling(p_booking_id),
           v_booking.currency;
    return;
  end if;
  perform internal.require_status(
    v_booking, 'M9211', 'booking_not_open', 'pending_payment', 'requested', 'confirmed');
  if v_booking.starts_at <= now() and v_side in ('customer', 'provider') then
    perform internal.refuse('M9212', 'booking_begun',
      format('It began at %s.', internal.instant_text(v_booking.starts_at)), 'Write to support.');
  end if;

  v_refund := internal.cancel_open_booking(
    v_booking, v_side,
    case when v_side = 'customer' then internal.refund_percent_of(v_booking) else 100 end,
    p_reason);

  return query
  select v_booking.booking_id, 'cancelled'::text, v_refund, v_booking.currency;
end
$$;

alter function api.cancel_booking owner to definer;

comment on function api.cancel_booking is $$
Call a booking off, by either side, before it begins. The customer gets back what the policy
it was made under says; everything for a while after they have booked
(marketplace.cancel_grace_min), and when the provider, staff or the house cancels. Safe to repeat.
Locks provider, booking.

Raises
  M4203 booking_not_found  there is none, or the caller has no part in it
  M9211 booking_not_open   it is over, declined or expired
  M9212 booking_begun      too late for either side
$$;

create or replace function api.cancel_order(p_order_id uuid, p_reason text default null)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order   core.order;
  v_payment core.payment;
begin
  perform internal.require_actor();
  select o.* into v_order
  from core.order as o
  where o.order_id = p_order_id
    and (o.customer_id = internal.user_id() or internal.is_service() or internal.is_staff());
  if not found then
    perform internal.refuse(
      'M4308', 'order_not_found', format('You have no order %s.', p_order_id));
  end if;
  select p.* into v_payment
  from core.payment as p
  where p.order_id = p_order_id
  order by p.attempt desc
  limit 1;
  v_payment := internal.lock_payment(v_payment.payment_id);
  select o.* into v_order from core.order as o where o.order_id = p_order_id;
  if v_order.status = 'cancelled' then
    return v_order.status;
  elsif v_order.status <> 'pending' or v_payment.captured_minor > 0 then
    perform internal.refuse('M9312', 'order_not_open',
      format('The order is %s.', v_order.status),
      'Cancel its bookings one by one (cancel_booking), send goods back, or ask staff for a '
      'refund (refund_payment).');
  end if;

  perform api.cancel_booking(b.booking_id, p_reason)
  from core.order_line as l
  join core.booking as b using (booking_id)
  where l.order_id = p_order_id
    and b.status in ('pending_payment', 'requested', 'confirmed')
  order by b.provider_id, b.booking_id;
  update core.order_line as l
  set called_off_at = now()
  where l.order_id = p_order_id and l.called_off_at is null;
  perform internal.release_order(v_payment);
  return 'cancelled';
end
$$;

alter function api.cancel_order owner to definer;

comment on function api.cancel_order is $$
Call an order off that nobody has paid: its seats, pieces and places are free at once, its coupon can
be used again, and its payment is cancelled at Stripe. Money that arrives all the same goes back.
For its customer and staff. Safe to repeat. Locks the providers, the bookings, the order, the payment.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4308 order_not_found  there is no such order of the caller's
  M9312 order_not_open   it is paid; the hint says how each part of it is given back
$$;

create or replace function api.quote_cancellation(p_booking_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
  v_side    text;
  v_refund  bigint;
begin
  select b.* into v_booking from core.booking as b where b.booking_id = p_booking_id;
  v_side := internal.side_of(v_booking);
  if v_booking.booking_id is null or v_side is null then
    perform internal.refuse(
      'M4203', 'booking_not_found', format('You have no booking %s.', p_booking_id));
  end if;

  v_refund := internal.cancellation_refund(
    v_booking,
    case when v_side = 'customer' then internal.refund_percent_of(v_booking) else 100 end);
  v_refund := internal.without_bank_part(p_booking_id, v_refund);
  return jsonb_build_object(
    'booking_id', p_booking_id, 'currency', v_booking.currency, 'refund_minor', v_refund,
    'refund', internal.to_decimal(v_refund, v_booking.currency),
    'is_cancellable', internal.is_coming(v_booking.status)
      and (v_booking.starts_at > now() or v_side not in ('customer', 'provider')));
end
$$;

alter function api.quote_cancellation owner to definer;

comment on function api.quote_cancellation is $$
What the caller would give or get back by calling a booking off this instant: exactly what
api.cancel_booking then answers. A question that changes nothing.

Raises
  M4203 booking_not_found  there is none, or the caller has no part in it
$$;

create or replace function api.decline_booking(p_booking_id uuid, p_reason text default null)
returns table (booking_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
begin
  if internal.side_of(v_booking) = 'customer' then
    perform internal.refuse('M3202', 'provider_only', 'Only the provider can answer a request.');
  end if;
  perform internal.require_status(
    v_booking, 'M9213', 'booking_not_requested', 'requested', 'declined');

  if v_booking.status = 'requested' then
    perform internal.release_payment(p_booking_id, 'booking_declined');
    v_booking := internal.close_booking(
      v_booking, 'declined', internal.side_of(v_booking), p_reason);
    perform internal.tell_both(v_booking, 'booking_declined');
  end if;
  return query select v_booking.booking_id, v_booking.status;
end
$$;

alter function api.decline_booking owner to definer;

comment on function api.decline_booking is $$
Decline a request; the authorisation is released and nobody is charged. Safe to repeat.

Raises
  M3202 provider_only          the customer does not answer
  M4203 booking_not_found      there is none, or the caller has no part in it
  M9213 booking_not_requested  it does not wait for an answer
$$;

create or replace function api.expire_bookings(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_aside   uuid[] := internal.aside('expire_bookings');
  v_booking core.booking;
  v_ids     uuid[];
  v_count   integer := 0;
begin
  v_ids := array(
    select b.booking_id
    from core.booking as b
    where (b.status = 'pending_payment' and b.hold_expires_at <= now()
           and not internal.may_be_authorized(b.booking_id, b.hold_expires_at)
           or b.status = 'requested' and b.accept_by <= now())
      and b.booking_id <> all (v_aside)
    limit least(p_limit, 10000));
  -- All providers first: what is locked on the way to one booking stays locked until the end.
  perform
  from core.provider as v
  where v.provider_id in (
    select b.provider_id from core.booking as b where b.booking_id = any (v_ids))
  order by v.provider_id
  for no key update;

  for v_booking in
    select b.*
    from core.booking as b
    where b.booking_id = any (v_ids)
    order by b.booking_id
  loop
    v_booking := internal.lock_booking(v_booking.booking_id);
    continue when not (
      v_booking.status = 'pending_payment' and v_booking.hold_expires_at <= now()
      and not internal.may_be_authorized(v_booking.booking_id, v_booking.hold_expires_at)
      or v_booking.status = 'requested' and v_booking.accept_by <= now());

    begin
      perform internal.release_payment(v_booking.booking_id, 'booking_expired');
      if v_booking.status = 'requested' then
        v_booking := internal.close_booking(v_booking, 'declined', 'system', 'No answer in time.');
        perform internal.tell_both(v_booking, 'booking_declined');
      else
        v_booking := internal.close_booking(v_booking, 'expired', 'system', null);
      end if;
      v_count := v_count + 1;
    exception when others then
      perform internal.set_aside('expire_bookings', v_booking.booking_id, sqlstate, sqlerrm);
    end;
  end loop;
  return v_count;
end
$$;

alter function api.expire_bookings owner to definer;

comment on function api.expire_bookings is $$
Close holds and requests whose time is over, and release their payments; return how many. This
only tidies: the seats have been free since the hold ended. A request is closed only when Stripe has
said after the end of its hold that nothing was authorised, because a release would void it.
For the clock.
$$;
