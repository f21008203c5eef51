-- What follows from the facts of a payment: its lines, ledger, refunds, disputes, release.
--
-- Every effect happens once, guarded by a mark on its row or by a ledger key. So settling again is
-- harmless; every event and every answer of Stripe's does it.

create or replace function internal.settle_payment(p_payment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
  v_failed  uuid[];
begin
  select p.* into v_payment from core.payment as p where p.payment_id = p_payment_id;

  if v_payment.captured_minor > 0 and v_payment.captured_at is null then
    v_failed := internal.settle_capture(v_payment);
  elsif v_payment.authorized_minor > 0 and v_payment.authorized_at is null
        and v_payment.captured_minor = 0 and not v_payment.is_cancelled then
    perform internal.settle_authorization(v_payment);
  end if;

  perform internal.settle_release(p_payment_id);

  if v_payment.captured_minor > 0 then
    -- Before the first wallet: goods that are refunded before they were sent are in stock again.
    perform internal.lock_goods(v_payment.order_id);
    -- First refunds, then disputes: both may have been heard of before the capture. Owed refunds come
    -- last, because only then it is known what the bank has left.
    perform internal.settle_refunds(v_payment);
    perform internal.settle_disputes(v_payment);
    perform internal.refund_failed_lines(v_payment, v_failed);
    perform internal.settle_owed(v_payment);
    perform internal.count_returns(p_payment_id);
    perform internal.settle_line(l, internal.line_left(l.order_line_id))
    from core.earning as e
    join core.order_line as l using (order_line_id)
    where e.payment_id = p_payment_id
    order by l.order_line_id;
  end if;
end
$$;

alter function internal.settle_payment owner to definer;

comment on function internal.settle_payment is $$
Carry out what follows from the facts of a payment: lines, ledger, refunds, disputes. Safe to
repeat: every effect happens once. The caller holds internal.lock_payment; locks the stock of goods,
then wallets.
$$;

create or replace function internal.settle_line(p_line core.order_line, p_left_minor bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_line.kind = 'goods' and p_left_minor = 0 and p_line.fulfilment = 'placed' then
    -- Paid back before they were sent: nobody sends them now, and a trigger puts them back.
    update core.order_line as l
    set called_off_at = now()
    where l.order_line_id = p_line.order_line_id and l.called_off_at is null;
  elsif p_line.kind = 'promotion' then
    perform internal.settle_promotion(p_line, p_left_minor);
  end if;
end
$$;

alter function internal.settle_line owner to definer;

comment on function internal.settle_line is $$
What becomes of a paid line when money of it goes back or comes back; p_left_minor is what has not
gone back. Goods that are wholly refunded before they were sent are called off. It is called after
everything that happens to a payment, so it sets a state and does not count. A new kind of line is
added here.
$$;

create or replace function internal.count_returns(p_payment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refunded  bigint;
  v_refunding bigint;
  v_lost      bigint;
  v_status    text;
  v_order_id  uuid;
begin
  select
    coalesce(sum(r.amount_minor) filter (where r.status in ('succeeded', 'by_hand')), 0),
    coalesce(sum(r.amount_minor) filter (
      where r.status not in ('succeeded', 'by_hand', 'dropped', 'covered')
        and r.resent_as is null), 0)
    into v_refunded, v_refunding
  from core.refund as r
  where r.payment_id = p_payment_id;
  select coalesce(sum(d.amount_minor), 0) into v_lost
  from core.dispute as d
  where d.payment_id = p_payment_id and d.lost_at is not null and d.regained_at is null;

  update core.payment as p
  set refunded_minor = least(p.captured_minor, v_refunded),
      refunding_minor = v_refunding,
      lost_minor = v_lost,
      dispute_state = internal.dispute_state(p_payment_id)
  where p.payment_id = p_payment_id
    and (p.refunded_minor, p.refunding_minor, p.lost_minor, p.dispute_state)
        is distinct from (least(p.captured_minor, v_refunded), v_refunding, v_lost,
                          internal.dispute_state(p_payment_id));

  select p.status, p.order_id into v_status, v_order_id
  from core.payment as p
  where p.payment_id = p_payment_id;
  update core.order as o
  set status = case when v_status = 'refunded' then 'refunded' else 'paid' end
  where o.order_id = v_order_id
    and o.status <> case when v_status = 'refunded' then 'refunded' else 'paid' end;

  -- Access to a course ends and comes back with the money of its line.
  perform internal.settle_enrolment(
    e.order_line_id, internal.line_left(e.order_line_id) = 0)
  from core.earning as e
  join core.order_line as l using (order_line_id)
  where e.payment_id = p_payment_id and l.kind = 'enrolment';
end
$$;

alter function internal.count_returns owner to definer;

comment on function internal.count_returns is $$
Count how much of a payment has gone back, is promised, and was lost to the payer's bank, and set
whether its order is paid or refunded, and whether its courses stay open. The delivery of goods is separate.
$$;

create or replace function internal.settle_capture(p_payment core.payment)
returns uuid[]
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_failed uuid[];
begin
  -- Set the mark first, because a refund calls internal.settle_payment again.
  update core.payment as p set captured_at = now() where p.payment_id = p_payment.payment_id;
  perform internal.notify(p_payment.payer_id, 'payment_captured', jsonb_build_object(
    'payment_id', p_payment.payment_id, 'booking_id', p_payment.booking_id));
  perform internal.issue_receipt(p_payment);

  v_failed := internal.fulfil_lines(p_payment.order_id);
  perform internal.open_earnings(p_payment);
  return v_failed;
end
$$;

alter function internal.settle_capture owner to definer;

comment on function internal.settle_capture is $$
Carry out each line of a captured order, split the money and issue a receipt; returns the lines that
can no longer be carried out.
$$;

create or replace function internal.refund_failed_lines(p_payment core.payment, p_line_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line_ids uuid[];
  v_left     bigint[];
begin
  select array_agg(f.order_line_id), array_agg(f.left_minor)
    into v_line_ids, v_left
  from (
    select l.order_line_id, internal.line_unrefunded(l.order_line_id) as left_minor
    from unnest(p_line_ids) as l(order_line_id)) as f
  where f.left_minor > 0;

  if v_line_ids is not null then
    perform internal.open_refund(
      p_payment, 'orphan', v_line_ids, v_left, 'It could not be kept.', 'system');
  end if;
end
$$;

alter function internal.refund_failed_lines owner to definer;

comment on function internal.refund_failed_lines is $$
Refund lines that were paid and cannot be carried out, in one refund: what is left of them after
refunds at Stripe that were heard of before the capture.
$$;

create or replace function internal.fulfil_lines(p_order_id uuid)
returns uuid[]
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line      core.order_line;
  v_has_price boolean;
  v_failed    uuid[] := array[]::uuid[];
begin
  -- Lock the stock after payments and before coupons, so that the counts below stay true.
  perform internal.lock_goods(p_order_id);
  perform internal.lock_enrolments(p_order_id);

  for v_line in
    select l.* from core.order_line as l
    where l.order_id = p_order_id
    order by l.order_line_id
  loop
    -- If the use of the coupon was given back, take it again; otherwise the price is not valid.
    if v_line.discount_minor > 0 and v_has_price is null then
      v_has_price := internal.retake_coupon(p_order_id);
    end if;
    if v_line.discount_minor > 0 and not v_has_price or not internal.fulfil_line(v_line) then
      v_failed := v_failed || v_line.order_line_id;
    end if;
  end loop;

  if cardinality(v_failed) > 0 then
    update core.order_line as l
    set called_off_at = coalesce(l.called_off_at, now())
    where l.order_line_id = any (v_failed);
    perform internal.settle_coupon(p_order_id);
  end if;
  return v_failed;
end
$$;

alter function internal.fulfil_lines owner to definer;

comment on function internal.fulfil_lines is $$
Carry out the lines of a paid order; return those that could not be carried out. Locks the stock,
and the coupon if its use was given back.
$$;

create or replace function internal.lock_goods(p_order_id uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.lock_stock(array_agg(l.offering_id))
  from core.order_line as l
  where l.order_id = p_order_id and l.kind = 'goods'
  having count(*) > 0;
end;

alter function internal.lock_goods owner to definer;

comment on function internal.lock_goods is 'Lock the stock of the goods of an order.';

create or replace function internal.fulfil_line(p_line core.order_line)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_kept boolean;
begin
  v_is_kept := case p_line.kind
    when 'booking' then internal.confirm_booking(p_line.booking_id)
    when 'goods' then internal.take_stock(p_line)
    when 'promotion' then internal.fulfil_promotion(p_line)
    when 'enrolment' then internal.begin_enrolment(p_line)
    -- A kind that no function carries out is refunded.
    else false
  end;

  -- If it had ended before the money arrived, it stands again.
  if v_is_kept and (p_line.kind = 'goods' or p_line.called_off_at is not null) then
    update core.order_line as l
    set called_off_at = null,
        fulfilment = case when l.kind = 'goods' then 'placed' end
    where l.order_line_id = p_line.order_line_id;
  end if;
  if v_is_kept and p_line.kind = 'goods' then
    perform internal.tell_of_goods(p_line);
  end if;
  return v_is_kept;
end
$$;

alter function internal.fulfil_line owner to definer;

comment on function internal.fulfil_line is $$
Carry out one paid line, and return whether that was possible: a booking is confirmed, goods are
taken out of the stock, an enrolment begins. A new kind of line is added here. The caller holds internal.lock_payment and
the stock.
$$;

create or replace function internal.settle_coupon(p_order_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The coupon counts as used while one line keeps its discount. A line that was called off keeps
  -- it only if part of it was not refunded.
  if exists (
    select
    from core.order_line as l
    left join core.earning as e using (order_line_id)
    where l.order_id = p_order_id
      and l.discount_minor > 0
      and (l.called_off_at is null
           or e.order_line_id is not null and internal.line_left(l.order_line_id) > 0)
  ) then
    return;
  end if;
  perform internal.release_coupon(p_order_id);
end
$$;

alter function internal.settle_coupon owner to definer;

comment on function internal.settle_coupon is $$
Give a coupon's use back if all lines that it lowered were called off, and all that was paid for
them has been refunded or is promised.
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

  -- Only an order of one booking can be authorised; anything else is released.
  if p_payment.booking_id is null
     or cardinality(internal.fulfil_lines(p_payment.order_id)) > 0 then
    update core.payment as p
    set release_asked_at = coalesce(p.release_asked_at, now())
    where p.payment_id = p_payment.payment_id;
  end if;
end
$$;

alter function internal.settle_authorization owner to definer;

comment on function internal.settle_authorization is
  'Pass the request to the provider when the money is authorised; release it if the seat is gone.';

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
    perform internal.lose_payment(v_payment.order_id);
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
End a payment that nobody will be charged for: give the coupon's use back, cancel the order and the
intent. An intent whose id is not known yet is cancelled as soon as it is known.
$$;

create or replace function internal.lose_payment(p_order_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
begin
  update core.order_line as l
  set called_off_at = coalesce(l.called_off_at, now())
  where l.order_id = p_order_id;

  for v_booking in
    select b.*
    from core.order_line as l
    join core.booking as b using (booking_id)
    where l.order_id = p_order_id
    order by b.booking_id
  loop
    if v_booking.status in ('pending_payment', 'requested') then
      perform internal.close_booking(v_booking, 'expired', 'system', 'payment_lapsed');
    elsif v_booking.status = 'confirmed' then
      perform internal.tell_both(
        internal.close_booking(v_booking, 'cancelled', 'system', 'payment_lapsed'),
        'booking_cancelled');
    end if;
  end loop;
end
$$;

alter function internal.lose_payment owner to definer;

comment on function internal.lose_payment is $$
End what a payment would have paid for, after Stripe has cancelled it by itself because its
authorisation lapsed; also if a booking was already accepted. The caller holds
internal.lock_payment.
$$;
