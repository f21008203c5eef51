-- What a booking asks of its payment, and what staff may do with one.

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
declare
  v_payment core.payment := internal.booking_payment(p_booking.booking_id);
begin
  if v_payment.payment_id is null or v_payment.processor = 'none' then
    return;
  end if;
  v_payment := internal.lock_payment(v_payment.payment_id);

  if v_payment.captured_minor = 0 then
    -- Accepted, but the capture has not arrived. Nothing is kept of what was not taken; should
    -- it arrive all the same, there is no booking for it and everything goes back.
    perform internal.release_payment(p_booking.booking_id, p_reason);
    return;
  end if;

  p_refund_minor := least(p_refund_minor, v_payment.captured_minor - v_payment.refunded_minor);
  if p_refund_minor > 0 and v_payment.dispute_state = 'none' then
    perform internal.open_refund(
      v_payment, 'cancel', p_refund_minor, p_reason, p_actor);
  end if;
end
$$;

alter function internal.refund_booking owner to definer;

comment on function internal.refund_booking is $$
Give back p_refund_minor of a booking that is called off, once; the caller holds its lock. A
payment that is not captured yet is let go whole. While the payer's bank disputes the payment
nothing is refunded: the bank takes it back already.
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
  v_payment := internal.lock_payment(v_payment.payment_id);
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
  'Plan the capture of an authorised payment, once: the provider has accepted.';

create or replace function internal.release_payment(p_booking_id uuid, p_reason text)
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
  v_payment := internal.lock_payment(v_payment.payment_id);
  if v_payment.is_cancelled then
    return;
  elsif v_payment.captured_minor > 0 then
    -- Captured before anybody here said so, by hand at Stripe: it goes back.
    perform internal.refund_booking(
      b, v_payment.captured_minor - v_payment.refunded_minor, p_reason, 'system')
    from core.booking as b
    where b.booking_id = p_booking_id;
    return;
  end if;

  update core.payment as p
  set release_asked_at = coalesce(p.release_asked_at, now()),
      -- An intent that was never asked for cannot be paid: this is its end.
      is_cancelled = exists (
        select from internal.withdraw_commands('create_payment', array[p.payment_id]))
  where p.payment_id = v_payment.payment_id;

  perform internal.settle_release(v_payment.payment_id);
end
$$;

alter function internal.release_payment owner to definer;

comment on function internal.release_payment is $$
Let go of a payment that was never captured: declined, expired, or called off. An intent that
was asked for is cancelled at Stripe; should the payer win that race, everything is refunded.
$$;

create or replace function api.refund_payment(
  p_payment_id      uuid,
  p_amount_minor    bigint default null,
  p_reason          text default null,
  p_idempotency_key text default null
)
returns table (refund_id uuid, payment_id uuid, amount_minor bigint, currency text, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
  v_refund  core.refund;
  v_cause   text := 'staff:' || coalesce(p_idempotency_key, internal.uuid_v7()::text);
  v_left    bigint;
begin
  perform internal.require_staff();
  if not exists (select from core.payment as p where p.payment_id = p_payment_id) then
    perform internal.refuse('M4302', 'payment_not_found',
      format('There is no payment %s.', p_payment_id));
  end if;
  v_payment := internal.lock_payment(p_payment_id);

  select r.* into v_refund
  from core.refund as r
  where r.payment_id = p_payment_id and r.cause = v_cause;

  if not found then
    v_left := v_payment.captured_minor - v_payment.refunded_minor;
    if v_payment.dispute_state <> 'none' then
      perform internal.refuse('M9303', 'payment_disputed',
        'The payer''s bank disputes this payment.', 'Refunding it would pay twice.');
    end if;
    if coalesce(p_amount_minor, v_left) not between 1 and v_left then
      perform internal.refuse('M9304', 'refund_too_large',
        format('%s of this payment can be given back.',
               internal.to_decimal(v_left, v_payment.currency)));
    end if;
    if p_amount_minor <> internal.to_charge_step(p_amount_minor, v_payment.currency) then
      perform internal.refuse('M0302', 'refund_between_steps',
        format('%s %s cannot be given back.',
               internal.to_decimal(p_amount_minor, v_payment.currency), v_payment.currency),
        format('The nearest that can is %s.', internal.to_decimal(
          internal.to_charge_step(p_amount_minor, v_payment.currency), v_payment.currency)));
    end if;
    v_refund := internal.open_refund(
      v_payment, v_cause, coalesce(p_amount_minor, v_left), p_reason, 'staff');
    perform internal.audit('refund', 'payment', p_payment_id::text, null, to_jsonb(v_refund));
  elsif v_refund.amount_minor <> coalesce(p_amount_minor, v_refund.amount_minor) then
    perform internal.refuse('M9305', 'refund_key_reused',
      'This key already made a different refund.', 'Use a new key for a new refund.');
  end if;

  return query
  select r.refund_id, r.payment_id, r.amount_minor, v_payment.currency, r.status
  from core.refund as r
  where r.refund_id = v_refund.refund_id;
end
$$;

alter function api.refund_payment owner to definer;

comment on function api.refund_payment is $$
Give back all that is left of a payment, or part of it. For staff. Safe to repeat with the same
key. What the provider was already paid of it is taken back first.

Raises
  M0302 refund_between_steps  dinars end in 0, krónur and shillings in 00
  M3301 staff_only            the caller is not staff
  M4302 payment_not_found     there is no such payment
  M9303 payment_disputed      the payer's bank has it already
  M9304 refund_too_large      less than that is left, or nothing
  M9305 refund_key_reused     the key belongs to another refund
$$;

create or replace function internal.require_staff()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not (internal.is_service() or internal.is_staff()) then
    perform internal.refuse('M3301', 'staff_only', 'Only the house''s staff may do this.');
  end if;
end
$$;

comment on function internal.require_staff is $$
Refuse everybody but staff and the house itself.

Raises
  M3301 staff_only  the caller is neither
$$;
