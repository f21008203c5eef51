-- Refunds: asked for here, or begun at Stripe.

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

create or replace function internal.open_refund(
  p_payment      core.payment,
  p_cause        text,
  p_amount_minor bigint,
  p_reason       text,
  p_actor        text
)
returns core.refund
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
begin
  insert into core.refund as r
    (refund_id, payment_id, cause, amount_minor, reason, status, actor)
  values
    (internal.uuid_v7(), p_payment.payment_id, p_cause, p_amount_minor, left(p_reason, 1000),
     'planned', p_actor)
  on conflict on constraint refund_cause_key do nothing
  returning r.* into v_refund;

  if not found then
    select r.* into v_refund
    from core.refund as r
    where r.payment_id = p_payment.payment_id and r.cause = p_cause;
    return v_refund;
  end if;

  perform internal.settle_payment(p_payment.payment_id);
  perform internal.plan_command(
    'refund', v_refund.refund_id, '/v1/refunds',
    jsonb_build_object(
      'payment_intent', p_payment.external_id,
      'amount', p_amount_minor,
      'reason', case when p_actor = 'customer' then 'requested_by_customer' end,
      'metadata', jsonb_build_object('payment_id', p_payment.payment_id,
                                     'refund_id', v_refund.refund_id)),
    p_payment.payment_id,
    internal.plan_reversals(v_refund));
  perform internal.notify(p_payment.payer_id, 'refund_opened', jsonb_build_object(
    'payment_id', p_payment.payment_id, 'refund_id', v_refund.refund_id,
    'booking_id', p_payment.booking_id));
  return v_refund;
end
$$;

alter function internal.open_refund owner to definer;

comment on function internal.open_refund is $$
Give back part of a captured payment, once per cause: row, ledger, reversal of what the
provider was already paid, command to Stripe. The caller holds the payment's lock
(internal.lock_payment) and has seen that so much is left.
$$;

create or replace function internal.settle_refunds(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
  v_key    text;
begin
  for v_refund in
    select r.*
    from core.refund as r
    where r.payment_id = p_payment.payment_id
    order by r.created_at, r.refund_id
  loop
    v_key := 'refund:' || v_refund.refund_id;

    -- Refused before anything was set aside: there is nothing to undo.
    continue when v_refund.status = 'rejected' and v_refund.reserved_at is null;

    if v_refund.reserved_at is null then
      update core.refund as r set reserved_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.share_return(
        p_payment, v_refund.amount_minor, v_key || ':reserve', 'refund', 'refunding',
        v_refund.refund_id, 'pending');
    end if;

    if v_refund.status in ('succeeded', 'failed') and v_refund.settled_at is null then
      update core.refund as r set settled_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.post_transfer(
        v_key || ':settle', 'refund', 'refund', v_refund.refund_id,
        array[internal.ledger_account_id('refunding', p_payment.currency),
              internal.ledger_account_id('processor', p_payment.currency)],
        array[-v_refund.amount_minor, v_refund.amount_minor], 'post', v_key || ':reserve');
    end if;

    if v_refund.status in ('failed', 'rejected') and v_refund.reversed_at is null then
      update core.refund as r set reversed_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.undo_refund(p_payment, v_refund);
    end if;
  end loop;
end
$$;

alter function internal.settle_refunds owner to definer;

comment on function internal.settle_refunds is $$
Bring the ledger to where the refunds of a captured payment are, each step once: set the shares
aside, let the money go, give the shares back when it failed. A failed refund did leave before
it came back, whichever of the two is heard of first.
$$;

create or replace function internal.undo_refund(p_payment core.payment, p_refund core.refund)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text := 'refund:' || p_refund.refund_id;
begin
  if p_refund.status = 'rejected' then
    perform internal.share_return(
      p_payment, -p_refund.amount_minor, v_key || ':void', 'refund', 'refunding',
      p_refund.refund_id, 'void', v_key || ':reserve');
    return;
  end if;

  perform internal.share_return(
    p_payment, -p_refund.amount_minor, v_key || ':return', 'refund', 'processor',
    p_refund.refund_id);
  perform internal.announce('staff.refund_failed', null, jsonb_build_object(
    'refund_id', p_refund.refund_id, 'payment_id', p_payment.payment_id));
end
$$;

alter function internal.undo_refund owner to definer;

comment on function internal.undo_refund is $$
Give back what a refund had taken from provider and platform: Stripe refused it, or it failed
and the customer must be paid in another way, of which staff is told.
$$;

create or replace trigger refund_touch before update on core.refund
  for each row execute function internal.on_row_touched();
