-- Payments: finding and locking them, capturing and releasing them.
--
-- `join` adds what Stripe says as facts (stripe/object.sql). `settle` carries out what follows from
-- the facts, each effect once, guarded by a mark on the row or by a ledger key (settlement.sql).
-- Both run under the locks of internal.lock_payment.

create or replace function api.list_payments(
  p_person_id uuid default null,
  p_status    text default null,
  p_before    uuid default null,
  p_limit     integer default 50
)
returns table (
  payment_id       uuid,
  order_number     text,
  payer_id         uuid,
  payer_name       text,
  payee_id         uuid,
  currency         text,
  amount_minor     bigint,
  authorized_minor bigint,
  captured_minor   bigint,
  refunded_minor   bigint,
  refunding_minor  bigint,
  lost_minor       bigint,
  status           text,
  created_at       timestamptz,
  captured_at      timestamptz,
  order_id         uuid
)
language sql
stable
begin atomic
  -- The policies of payments decide: one's own, what one sells alone, and for staff all.
  select p.payment_id, o.number, p.payer_id, x.display_name, p.payee_id, p.currency,
         p.amount_minor, p.authorized_minor, p.captured_minor, p.refunded_minor,
         p.refunding_minor, p.lost_minor, p.status, p.created_at, p.captured_at,
         p.order_id
  from core.payment as p
  left join core.order as o using (order_id)
  left join core.person as x on x.person_id = p.payer_id
  where (p_person_id is null or p_person_id in (p.payer_id, p.payee_id))
    and (p_status is null or p.status = p_status)
    and (p_before is null or p.payment_id < p_before)
  order by p.payment_id desc
  limit least(p_limit, 500);
end;

comment on function api.list_payments is $$
Payments that the caller may see, the newest first: what they paid, what they were paid for, and for
staff all. refunding_minor is promised and has not arrived, refunded_minor has; order_id is what
api.receipt takes. Narrowed to a person and a status; for the next page pass the last payment_id as
p_before.
$$;

create or replace function internal.booking_payment(p_booking_id uuid)
returns core.payment
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  select p.* into v_payment
  from core.order_line as l
  join core.payment as p using (order_id)
  where l.booking_id = p_booking_id
  order by p.attempt desc, p.created_at desc
  limit 1;
  return v_payment;
end
$$;

alter function internal.booking_payment owner to definer;

comment on function internal.booking_payment is 'The newest payment attempt of a booking''s order.';

create or replace function internal.shown_payment(
  p_booking_id uuid,
  out status           text,
  out authorized_minor bigint,
  out captured_minor   bigint,
  out returned_minor   bigint,
  out goes_back        boolean,
  out external_id      text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.user_id();
begin
  select p.status, p.authorized_minor, p.captured_minor,
         least(p.refunded_minor + p.lost_minor, p.captured_minor), p.goes_back,
         case when p.payer_id = v_me or internal.is_service() or internal.is_staff()
              then p.external_id end
  into status, authorized_minor, captured_minor, returned_minor, goes_back, external_id
  from core.order_line as l
  join core.payment as p using (order_id)
  where l.booking_id = p_booking_id
    and (v_me in (p.payer_id, p.payee_id) or internal.is_service() or internal.is_staff())
  order by p.attempt desc
  limit 1;
end
$$;

alter function internal.shown_payment owner to definer;

comment on function internal.shown_payment is $$
The newest payment of a booking as the caller may see it; nulls if there is none. For the views of
lenses, which ask it once for each row. It says what the policies of payments and
internal.payment_external_id say, and keeps its plan: under the policies the same question was
forty nodes of every plan.
$$;

create or replace function internal.payment_of_intent(p_external_id text)
returns uuid
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.payment_id from core.payment as p where p.external_id = p_external_id;
end;

alter function internal.payment_of_intent owner to definer;

comment on function internal.payment_of_intent is 'The payment that a Stripe intent belongs to.';

create or replace function internal.lock_payment(p_payment_id uuid)
returns core.payment
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  select p.* into strict v_payment from core.payment as p where p.payment_id = p_payment_id;

  perform
  from core.provider as v
  where v.provider_id in (
    select l.provider_id from core.order_line as l where l.order_id = v_payment.order_id)
  order by v.provider_id
  for no key update;
  perform
  from core.booking as b
  where b.booking_id in (
    select l.booking_id from core.order_line as l where l.order_id = v_payment.order_id)
  order by b.booking_id
  for no key update;
  return internal.lock_bare_payment(p_payment_id);
end
$$;

alter function internal.lock_payment owner to definer;

comment on function internal.lock_payment is $$
Lock the providers of all lines of a payment, the bookings, the order and the payment, in this
order; several of a kind in the order of their key. The providers come first because confirming a
booking takes their time.
$$;

create or replace function internal.lock_bare_payment(p_payment_id uuid)
returns core.payment
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  perform
  from core.order as o
  where o.order_id = (
    select p.order_id from core.payment as p where p.payment_id = p_payment_id)
  for no key update;

  select p.* into strict v_payment
  from core.payment as p
  where p.payment_id = p_payment_id
  for no key update;
  return v_payment;
end
$$;

alter function internal.lock_bare_payment owner to definer;

comment on function internal.lock_bare_payment is $$
Lock a payment's order, then the payment, for a caller who already holds a booking of it, or needs
none. The providers of its other lines must not be locked after that.
$$;

create or replace function internal.call_off_line(p_booking_id uuid)
returns core.order_line
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line core.order_line;
begin
  update core.order_line as l
  set called_off_at = coalesce(l.called_off_at, now())
  where l.booking_id = p_booking_id
  returning l.* into v_line;
  return v_line;
end
$$;

alter function internal.call_off_line owner to definer;

comment on function internal.call_off_line is $$
Mark the line of a booking as called off: if its payment still arrives, this line is refunded. The
caller holds the order's lock.
$$;

create or replace function internal.order_stands(p_order_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
    select from core.order_line as l
    where l.order_id = p_order_id and l.called_off_at is null);
end;

alter function internal.order_stands owner to definer;

comment on function internal.order_stands is 'Whether any line of an order still stands.';

create or replace function internal.payment_external_id(p_payment_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select p.external_id
    from core.payment as p
    where p.payment_id = p_payment_id
      and (p.payer_id = internal.user_id() or internal.is_service() or internal.is_staff()));
end
$$;

alter function internal.payment_external_id owner to definer;

comment on function internal.payment_external_id is $$
The processor's id of a payment, for its payer and staff. plpgsql, because a definer function in SQL
is planned again by every statement that calls it.
$$;

create or replace function internal.capture_payment(p_booking_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment := internal.booking_payment(p_booking_id);
begin
  if v_payment.payment_id is null or v_payment.processor = 'none' then
    return;
  end if;
  v_payment := internal.lock_bare_payment(v_payment.payment_id);
  if v_payment.captured_minor = 0 and v_payment.authorized_minor > 0
     and not v_payment.is_cancelled then
    perform internal.plan_command(
      'capture_payment', v_payment.payment_id,
      format('/v1/payment_intents/%s/capture', v_payment.external_id),
      jsonb_build_object('amount_to_capture', v_payment.amount_minor),
      v_payment.payment_id);
  end if;
end
$$;

alter function internal.capture_payment owner to definer;

comment on function internal.capture_payment is
  'Plan the capture of an authorised payment, once, after the provider has accepted.';

create or replace function internal.release_payment(p_booking_id uuid, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment := internal.booking_payment(p_booking_id);
  v_line    core.order_line;
begin
  if v_payment.payment_id is null then
    return;
  end if;
  v_payment := internal.lock_bare_payment(v_payment.payment_id);
  v_line := internal.call_off_line(p_booking_id);

  if v_payment.captured_minor > 0 then
    -- Somebody has captured it by hand at Stripe: refund it.
    perform internal.refund_line(v_payment, v_line,
      internal.line_unrefunded(v_line.order_line_id), p_reason, 'system');
  elsif not v_payment.is_cancelled and not internal.order_stands(v_payment.order_id) then
    perform internal.release_order(v_payment);
  end if;
end
$$;

alter function internal.release_payment owner to definer;

comment on function internal.release_payment is $$
Release the uncaptured payment of a booking that was declined, expired or cancelled. If no line of
its order stands any more, the intent is cancelled at Stripe; if the payer pays first, everything is
refunded. While other lines stand, only this one is refunded when the payment arrives. The caller
holds the booking's lock.
$$;

create or replace function internal.may_be_authorized(
  p_booking_id uuid,
  p_since      timestamptz
)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  -- An intent whose event was lost can be authorised at Stripe while it looks unpaid here.
  select coalesce(
    (p).capture_method = 'manual'
    and (p).external_id is not null
    and (p).authorized_minor = 0
    and not (p).is_cancelled
    and coalesce((p).progress_at, '-infinity') < p_since
    and p_since > now() - interval '1 day', false)
  from internal.booking_payment(p_booking_id) as p;
end;

alter function internal.may_be_authorized owner to definer;

comment on function internal.may_be_authorized is $$
Whether the payer of a request may have authorised it without our knowing: Stripe has not said since
p_since how far the intent is. After a day without an answer it counts as not authorised.
$$;

create or replace function internal.release_order(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.payment as p
  set release_asked_at = coalesce(p.release_asked_at, now()),
      -- If Stripe was never asked for the intent, nobody can pay it: it is cancelled here.
      is_cancelled = exists (
        select from internal.withdraw_commands('create_payment', array[p.payment_id]))
  where p.payment_id = p_payment.payment_id;

  perform internal.settle_release(p_payment.payment_id);
end
$$;

alter function internal.release_order owner to definer;

comment on function internal.release_order is
  'Release the payment of an order of which no line stands any more. The caller holds its lock.';
