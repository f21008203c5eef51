-- Payments: what a booking's money does when the booking changes.

create or replace function internal.booking_payment(p_booking_id uuid)
returns core.payment
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.*
  from core.order_line as l
  join core.payment as p using (order_id)
  where l.booking_id = p_booking_id
  order by p.attempt desc
  limit 1;
end;

alter function internal.booking_payment owner to definer;

comment on function internal.booking_payment is 'The newest payment attempt of a booking.';

create or replace function internal.refund_booking(
  p_booking      core.booking,
  p_refund_minor bigint,
  p_reason       text,
  p_actor        text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.payment as p
  set refunded_minor = p.refunded_minor + p_refund_minor,
      status = case when p.refunded_minor + p_refund_minor >= p.captured_minor
                    then 'refunded' else 'partially_refunded' end
  where p.payment_id = (internal.booking_payment(p_booking.booking_id)).payment_id
    and p_refund_minor > 0;
end
$$;

alter function internal.refund_booking owner to definer;

comment on function internal.refund_booking is
  'Give back p_refund_minor of a captured booking; the caller holds the booking''s lock.';

create or replace function internal.capture_payment(p_booking_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.payment as p
  set captured_minor = p.authorized_minor, status = 'captured'
  where p.payment_id = (internal.booking_payment(p_booking_id)).payment_id
    and p.status = 'authorized';
end
$$;

alter function internal.capture_payment owner to definer;

comment on function internal.capture_payment is 'Take the authorised money: a request was accepted.';

create or replace function internal.release_payment(p_booking_id uuid, p_reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.payment as p
  set status = 'cancelled'
  where p.payment_id = (internal.booking_payment(p_booking_id)).payment_id
    and p.status in ('requires_payment', 'processing', 'authorized');
end
$$;

alter function internal.release_payment owner to definer;

comment on function internal.release_payment is 'Let go of a payment that was never captured.';

create or replace function internal.payment_external_id(p_payment_id uuid)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.external_id
  from core.payment as p
  where p.payment_id = p_payment_id
    and (p.payer_id = internal.user_id() or internal.is_service());
end;

alter function internal.payment_external_id owner to definer;

comment on function internal.payment_external_id is
  'The processor''s id of a payment, for who pays it.';
