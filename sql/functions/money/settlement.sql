-- What follows from the facts of a payment: booking, ledger, refunds, disputes, release.
--
-- Every effect happens once, guarded by a mark on its row or by a ledger key; so settling again
-- is harmless, and is what every event and every answer does.

create or replace function internal.settle_payment(p_payment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  select p.* into v_payment from core.payment as p where p.payment_id = p_payment_id;

  if v_payment.captured_minor > 0 and v_payment.captured_at is null then
    perform internal.settle_capture(v_payment);
  elsif v_payment.authorized_minor > 0 and v_payment.authorized_at is null
        and v_payment.captured_minor = 0 and not v_payment.is_cancelled then
    perform internal.settle_authorization(v_payment);
  end if;

  perform internal.settle_release(p_payment_id);

  if v_payment.captured_minor > 0 then
    perform internal.settle_refunds(v_payment);
    perform internal.settle_disputes(v_payment);

    update core.payment as p
    set refunded_minor = least(p.captured_minor, (
          select coalesce(sum(r.amount_minor), 0)
          from core.refund as r
          where r.payment_id = p_payment_id and r.reserved_at is not null
            and r.reversed_at is null)),
        dispute_state = internal.dispute_state(p_payment_id)
    where p.payment_id = p_payment_id
    returning p.* into v_payment;

    update core.order as o
    set status = case when v_payment.status = 'refunded' then 'refunded' else 'paid' end
    where o.order_id = v_payment.order_id;
  end if;
end
$$;

alter function internal.settle_payment owner to definer;

comment on function internal.settle_payment is $$
Bring booking, ledger, refunds and disputes to where the facts of a payment are. Safe to repeat:
every effect happens once. The caller holds internal.lock_payment; locks wallets.
$$;

create or replace function internal.settle_capture(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The mark first: refunding an orphan comes back to internal.settle_payment.
  update core.payment as p set captured_at = now() where p.payment_id = p_payment.payment_id;
  perform internal.open_earnings(p_payment);
  perform internal.notify(p_payment.payer_id, 'payment_captured', jsonb_build_object(
    'payment_id', p_payment.payment_id, 'booking_id', p_payment.booking_id));

  if p_payment.booking_id is not null
     and not internal.confirm_booking(p_payment.booking_id) then
    -- Paid too late: the seat is gone, or the booking was called off.
    perform internal.open_refund(
      p_payment, 'orphan', p_payment.amount_minor, 'The booking could not be kept.', 'system');
  end if;
end
$$;

alter function internal.settle_capture owner to definer;

comment on function internal.settle_capture is $$
The money is there: split it, confirm the booking, or give all of it back when there is no
booking any more; each exactly once.
$$;

create or replace function internal.settle_authorization(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.payment as p set authorized_at = now() where p.payment_id = p_payment.payment_id;

  if not internal.confirm_booking(p_payment.booking_id) then
    update core.payment as p
    set release_asked_at = coalesce(p.release_asked_at, now())
    where p.payment_id = p_payment.payment_id;
  end if;
end
$$;

alter function internal.settle_authorization owner to definer;

comment on function internal.settle_authorization is
  'The money is authorised: put the request to the provider, or let go when the seat is gone.';

create or replace function internal.settle_release(p_payment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  select p.* into v_payment from core.payment as p where p.payment_id = p_payment_id;

  if v_payment.release_asked_at is null and not v_payment.is_cancelled
     or v_payment.captured_minor > 0 then
    return;
  end if;

  perform internal.release_coupon(v_payment.order_id);
  update core.order as o set status = 'cancelled' where o.order_id = v_payment.order_id;
  if v_payment.release_asked_at is null then
    perform internal.lose_payment(v_payment.booking_id);
  end if;

  if v_payment.external_id is not null and not v_payment.is_cancelled then
    perform internal.withdraw_commands('capture_payment', array[p_payment_id]);
    perform internal.plan_command(
      'cancel_payment', p_payment_id,
      format('/v1/payment_intents/%s/cancel', v_payment.external_id),
      '{"cancellation_reason": "abandoned"}', p_payment_id);
  end if;
end
$$;

alter function internal.settle_release owner to definer;

comment on function internal.settle_release is $$
Nobody will be charged: give the coupon's use back, close the order, cancel the intent. An
intent whose id is not known yet is cancelled as soon as it is.
$$;

create or replace function internal.lose_payment(p_booking_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
begin
  select b.* into v_booking from core.booking as b where b.booking_id = p_booking_id;

  if v_booking.status in ('pending_payment', 'requested') then
    perform internal.close_booking(v_booking, 'expired', 'system', 'payment_lapsed');
  elsif v_booking.status = 'confirmed' then
    perform internal.tell_both(
      internal.close_booking(v_booking, 'cancelled', 'system', 'payment_lapsed'),
      'booking_cancelled');
  end if;
end
$$;

alter function internal.lose_payment owner to definer;

comment on function internal.lose_payment is $$
Stripe let go of a payment that nobody here let go of: an authorisation lapsed. Its booking ends,
whether it was asked for or accepted already. The caller holds internal.lock_payment.
$$;
