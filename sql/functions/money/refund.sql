-- Refunds that were asked for here or begun at Stripe.

create or replace function api.list_refunds(
  p_payment_id uuid default null,
  p_status     text default null,
  p_before     uuid default null,
  p_limit      integer default 50
)
returns table (
  refund_id    uuid,
  payment_id   uuid,
  payer_id     uuid,
  amount_minor bigint,
  currency     text,
  reason       text,
  status       text,
  has_arrived  boolean,
  created_at   timestamptz,
  updated_at   timestamptz
)
language sql
stable
begin atomic
  select r.refund_id, r.payment_id, p.payer_id, r.amount_minor, p.currency, r.reason, r.status,
         r.status in ('succeeded', 'by_hand'), r.created_at, r.updated_at
  from core.refund as r
  join core.payment as p using (payment_id)
  where (p_payment_id is null or r.payment_id = p_payment_id)
    and (p_status is null or r.status = p_status)
    and (p_before is null or r.refund_id < p_before)
  order by r.refund_id desc
  limit least(p_limit, 500);
end;

comment on function api.list_refunds is $$
Refunds that the caller may see, the newest first: of what they paid or sold, and for staff all.
Only with has_arrived the customer has the money. With p_status `failed` or `rejected` staff finds
those to be sent again (api.resend_refund) or paid by hand (api.settle_refund). For the next page
pass the last refund_id as p_before.
$$;

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
  if v_payment.payment_id is null then
    return;
  end if;
  v_payment := internal.lock_bare_payment(v_payment.payment_id);

  if v_payment.captured_minor = 0 and v_payment.processor = 'stripe' then
    -- The booking was accepted, but the capture has not arrived, so there is nothing to keep. If it
    -- still arrives, there is no booking for it and all of it goes back.
    perform internal.release_payment(p_booking.booking_id, p_reason);
    return;
  end if;
  perform internal.refund_line(
    v_payment, internal.call_off_line(p_booking.booking_id), p_refund_minor, p_reason, p_actor);
end
$$;

alter function internal.refund_booking owner to definer;

comment on function internal.refund_booking is $$
Give back p_refund_minor of a booking that is cancelled, once; the caller holds its lock. A payment
that is not captured yet is released. While the payer's bank disputes the payment, nothing is sent:
the refund is recorded as owed, and paid when the dispute ends; and so is what the bank has taken.
$$;

create or replace function internal.refund_line(
  p_payment      core.payment,
  p_line         core.order_line,
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
  v_refund_minor constant bigint :=
    least(p_refund_minor, internal.line_unrefunded(p_line.order_line_id));
begin
  if v_refund_minor > 0 then
    perform internal.open_refund(
      p_payment, 'cancel:' || p_line.order_line_id, array[p_line.order_line_id],
      array[v_refund_minor], p_reason, p_actor);
  end if;
  perform internal.settle_coupon(p_line.order_id);
end
$$;

alter function internal.refund_line owner to definer;

comment on function internal.refund_line is $$
Give back part of a line that is called off, once per line; each line has its own refund. The caller
holds the payment's lock.
$$;

create or replace function internal.refundable_lines(
  p_payment      core.payment,
  p_amount_minor bigint,
  p_lines        jsonb
)
returns table (order_line_id uuid, amount_minor bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_left bigint;
begin
  select sum(internal.line_left(e.order_line_id)) into v_left
  from core.earning as e
  where e.payment_id = p_payment.payment_id;

  if p_lines is null then
    if coalesce(p_amount_minor, v_left, 0) not between 1 and coalesce(v_left, 0) then
      perform internal.refuse('M9304', 'refund_too_large',
        format('%s of this payment can be given back.',
               internal.to_decimal(coalesce(v_left, 0), p_payment.currency)));
    end if;
    return query
    select s.order_line_id, s.amount_minor
    from internal.share_by_line(p_payment.payment_id, coalesce(p_amount_minor, v_left)) as s;
    return;
  end if;

  if p_amount_minor <> (
    select sum(coalesce(x.amount_minor, internal.line_left(x.order_line_id)))
    from jsonb_to_recordset(p_lines) as x(order_line_id uuid, amount_minor bigint)) then
    perform internal.refuse('M0318', 'lines_differ',
      'The lines do not add up to the amount.', 'Leave the amount out, or correct it.');
  end if;
  return query
  select e.order_line_id, coalesce(x.amount_minor, internal.line_left(e.order_line_id))
  from jsonb_to_recordset(p_lines) as x(order_line_id uuid, amount_minor bigint)
  join core.earning as e on e.order_line_id = x.order_line_id
  where e.payment_id = p_payment.payment_id
    and coalesce(x.amount_minor, internal.line_left(e.order_line_id))
        between 1 and internal.line_left(e.order_line_id);
  get diagnostics v_left = row_count;
  if v_left = 0 or v_left <> jsonb_array_length(p_lines)
     or v_left <> (select count(distinct x ->> 'order_line_id')
                   from jsonb_array_elements(p_lines) as x) then
    perform internal.refuse('M9304', 'refund_too_large',
      'A line is not of this payment, is named twice, or has less than that left.');
  end if;
end
$$;

alter function internal.refundable_lines owner to definer;

comment on function internal.refundable_lines is $$
Which lines a refund by staff is for, and how much of each: the given lines, or else all of them, by
what is left of each.

Raises
  M0318 lines_differ      the lines do not add up to the amount
  M9304 refund_too_large  less than that is left of the payment or of a line
$$;

create or replace function api.refund_payment(
  p_payment_id      uuid,
  p_amount_minor    bigint default null,
  p_reason          text default null,
  p_idempotency_key text default null,
  p_lines           jsonb default null
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
  v_lines   uuid[];
  v_amounts bigint[];
begin
  perform internal.require_staff();
  if not exists (select from core.payment as p where p.payment_id = p_payment_id) then
    perform internal.refuse('M4302', 'payment_not_found',
      format('There is no payment %s.', p_payment_id));
  end if;
  v_payment := internal.lock_bare_payment(p_payment_id);

  select r.* into v_refund
  from core.refund as r
  where r.payment_id = p_payment_id and r.cause = v_cause;

  if not found then
    if v_payment.dispute_state = 'open' then
      perform internal.refuse('M9303', 'payment_disputed',
        'The payer''s bank disputes this payment.', 'A refund would pay the payer twice.');
    end if;
    select array_agg(l.order_line_id), array_agg(l.amount_minor) into v_lines, v_amounts
    from internal.refundable_lines(v_payment, p_amount_minor, p_lines) as l;
    perform internal.require_refund_step(
      (select sum(a.amount)::bigint from unnest(v_amounts) as a(amount)), v_payment.currency);

    v_refund := internal.open_refund(
      v_payment, v_cause, v_lines, v_amounts, p_reason, 'staff');
    perform internal.audit('refund', 'payment', p_payment_id::text, null, to_jsonb(v_refund));
  elsif v_refund.amount_minor <> coalesce(p_amount_minor, v_refund.amount_minor)
        or not internal.refund_is_for(v_refund.refund_id, p_lines) then
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
Refund a payment, or part of it. p_lines names the lines,
[{"order_line_id": ..., "amount_minor": ...}]; without it the refund is shared over all lines. For
staff. Safe to repeat with the same key. What the sellers were already paid of it is taken back
first.

Raises
  M0302 refund_between_steps  dinars end in 0, krónur and shillings in 00
  M0318 lines_differ          p_lines do not add up to p_amount_minor
  M3301 staff_only            the caller is not staff
  M4302 payment_not_found     there is no such payment
  M9303 payment_disputed      the payer's bank has it at the moment
  M9304 refund_too_large      less than that is left, or nothing
  M9305 refund_key_reused     the key belongs to another refund
$$;

create or replace function internal.refund_is_for(p_refund_id uuid, p_lines jsonb)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p_lines is null or not exists (
    select
    from jsonb_to_recordset(p_lines) as x(order_line_id uuid, amount_minor bigint)
    full join (
      select l.order_line_id, l.amount_minor from core.refund_line as l
      where l.refund_id = p_refund_id) as l on l.order_line_id = x.order_line_id
    where x.order_line_id is null or l.order_line_id is null
       or x.amount_minor <> l.amount_minor);
end;

alter function internal.refund_is_for owner to definer;

comment on function internal.refund_is_for is 'Whether a refund is for exactly these lines.';

create or replace function internal.require_refund_step(p_amount_minor bigint, p_currency text)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_amount_minor <> internal.to_charge_step(p_amount_minor, p_currency) then
    perform internal.refuse('M0302', 'refund_between_steps',
      format('%s %s cannot be given back.',
             internal.to_decimal(p_amount_minor, p_currency), p_currency),
      format('The nearest that can is %s.', internal.to_decimal(
        internal.to_charge_step(p_amount_minor, p_currency), p_currency)));
  end if;
end
$$;

alter function internal.require_refund_step owner to definer;

comment on function internal.require_refund_step is $$
Raises
  M0302 refund_between_steps  Stripe refunds no such amount of this currency
$$;

create or replace function internal.open_refund(
  p_payment      core.payment,
  p_cause        text,
  p_line_ids     uuid[],
  p_amounts      bigint[],
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
  select internal.uuid_v7(), p_payment.payment_id, p_cause, sum(a.amount), left(p_reason, 1000),
         case when internal.dispute_state(p_payment.payment_id) = 'none' then 'planned'
              else 'owed' end, p_actor
  from unnest(p_amounts) as a(amount)
  on conflict on constraint refund_cause_key do nothing
  returning r.* into v_refund;

  if not found then
    select r.* into v_refund
    from core.refund as r
    where r.payment_id = p_payment.payment_id and r.cause = p_cause;
    return v_refund;
  end if;

  insert into core.refund_line (refund_id, order_line_id, amount_minor)
  select v_refund.refund_id, a.order_line_id, a.amount
  from unnest(p_line_ids, p_amounts) as a(order_line_id, amount)
  where a.amount > 0;

  perform internal.settle_payment(p_payment.payment_id);
  if v_refund.status = 'planned' then
    perform internal.ask_for_refund(v_refund.refund_id);
  end if;
  return v_refund;
end
$$;

alter function internal.open_refund owner to definer;

comment on function internal.open_refund is $$
Give back parts of lines of a captured payment, once per cause: rows, ledger, reversal of what the
sellers were already paid, command to Stripe. While the payer's bank disputes the payment, the
refund is only recorded as owed; what the bank has taken in a lost dispute is not sent, and owed
again if the bank gives it back. The caller holds the payment's lock (internal.lock_bare_payment) and
has checked that so much of each line is not refunded yet.
$$;

create or replace function internal.ask_for_refund(p_refund_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund  core.refund;
  v_payment core.payment;
begin
  select r.* into v_refund from core.refund as r where r.refund_id = p_refund_id;
  select p.* into v_payment from core.payment as p where p.payment_id = v_refund.payment_id;

  if v_payment.processor = 'wallet' then
    perform internal.lock_wallet(v_payment.payer_id, v_payment.currency);
    update core.refund as r set status = 'succeeded' where r.refund_id = p_refund_id;
    perform internal.settle_payment(v_payment.payment_id);
    return;
  end if;
  perform internal.plan_command(
    'refund', v_refund.refund_id, '/v1/refunds',
    jsonb_build_object(
      'payment_intent', v_payment.external_id,
      'amount', v_refund.amount_minor,
      'reason', case when v_refund.actor = 'customer' then 'requested_by_customer' end,
      'metadata', jsonb_build_object('payment_id', v_payment.payment_id,
                                     'refund_id', v_refund.refund_id)),
    v_payment.payment_id,
    internal.plan_reversals(v_payment.payment_id, p_refund_id => v_refund.refund_id));
  perform internal.notify(v_payment.payer_id, 'refund_opened', jsonb_build_object(
    'payment_id', v_payment.payment_id, 'refund_id', v_refund.refund_id,
    'booking_id', v_payment.booking_id));
end
$$;

alter function internal.ask_for_refund owner to definer;

comment on function internal.ask_for_refund is
  'Plan the command that makes a refund at Stripe, and tell the customer. What came out of a wallet '
  'is in it again at once.';

create or replace function internal.settle_owed(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
  v_total  bigint;
begin
  if internal.dispute_state(p_payment.payment_id) = 'open' then
    return;
  end if;
  for v_refund in
    select r.*
    from core.refund as r
    where r.payment_id = p_payment.payment_id and r.status = 'owed'
    order by r.created_at, r.refund_id
  loop
    v_total := internal.trim_refund(v_refund, p_payment.currency);
    update core.refund as r
    set status = case when v_total > 0 then 'planned' else 'covered' end,
        amount_minor = case when v_total > 0 then v_total else r.amount_minor end
    where r.refund_id = v_refund.refund_id;
    continue when v_total = 0;

    perform internal.settle_refunds(p_payment);
    perform internal.ask_for_refund(v_refund.refund_id);
  end loop;
end
$$;

alter function internal.settle_owed owner to definer;

comment on function internal.settle_owed is $$
Send the refunds that were owed during a dispute, after its end. What the payer's bank took for good
is not paid a second time; if it took everything, the refund is covered.
$$;

create or replace function internal.trim_refund(p_refund core.refund, p_currency text)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line  core.refund_line;
  v_left  bigint;
  v_total bigint := 0;
  v_gone  jsonb := jsonb_build_array();
begin
  for v_line in
    select l.* from core.refund_line as l
    where l.refund_id = p_refund.refund_id
    order by l.order_line_id
  loop
    -- The refund keeps at most what is left of the line.
    select e.gross_minor - internal.line_gone(l.order_line_id) - coalesce((
             select sum(x.amount_minor)
             from core.refund_line as x
             join core.refund as r using (refund_id)
             where x.order_line_id = l.order_line_id
               and r.reserved_at is null
               and r.status = 'owed'
               and (r.created_at, r.refund_id) < (p_refund.created_at, p_refund.refund_id)), 0)
      into v_left
    from core.refund_line as l
    join core.earning as e using (order_line_id)
    where l.refund_id = p_refund.refund_id and l.order_line_id = v_line.order_line_id;

    v_left := least(v_line.amount_minor, greatest(v_left, 0));
    v_left := v_left - v_left % (
      select c.charge_step from core.currency as c where c.currency = p_currency);
    if v_left < v_line.amount_minor then
      v_gone := v_gone || jsonb_build_object(
        'order_line_id', v_line.order_line_id, 'amount_minor', v_line.amount_minor - v_left);
    end if;
    if v_left = 0 then
      delete from core.refund_line as l
      where l.refund_id = v_line.refund_id and l.order_line_id = v_line.order_line_id;
    else
      update core.refund_line as l
      set amount_minor = v_left
      where l.refund_id = v_line.refund_id and l.order_line_id = v_line.order_line_id
        and l.amount_minor <> v_left;
    end if;
    v_total := v_total + v_left;
  end loop;
  update core.refund as r set covered_lines = v_gone where r.refund_id = p_refund.refund_id;
  return v_total;
end
$$;

alter function internal.trim_refund owner to definer;

comment on function internal.trim_refund is
  'Reduce a refund that was owed to what is left of its lines, and return its amount.';

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
  v_used   bigint;
begin
  for v_refund in
    select r.*
    from core.refund as r
    where r.payment_id = p_payment.payment_id
      and r.status not in ('owed', 'covered')
    order by r.created_at, r.refund_id
  loop
    v_key := 'refund:' || v_refund.refund_id;

    if v_refund.reserved_at is null then
      v_used := 0;
      if v_refund.actor = 'stripe' and v_refund.external_id is not null then
        -- More than is left: it is what a refund that failed was to bring.
        v_used := internal.use_waiting(
          p_payment.payment_id,
          v_refund.amount_minor - internal.payment_left(p_payment.payment_id),
          v_refund.refund_id);
        -- A refund begun at Stripe names no lines, so it falls on all of them.
        insert into core.refund_line (refund_id, order_line_id, amount_minor)
        select v_refund.refund_id, s.order_line_id, s.amount_minor
        from internal.share_by_line(p_payment.payment_id, v_refund.amount_minor) as s;
      end if;
      update core.refund as r set reserved_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.share_return(
        p_payment, v_refund.amount_minor, v_key || ':reserve', 'refund', 'refunding',
        v_refund.refund_id, 'pending', p_owed_minor => v_used);
      if v_refund.actor = 'stripe' and v_refund.external_id is not null then
        -- It was not planned here, so take back now what its sellers were paid.
        perform internal.plan_reversals(p_payment.payment_id, p_refund_id => v_refund.refund_id);
      end if;
    end if;

    if v_refund.status in ('succeeded', 'failed') and v_refund.settled_at is null then
      update core.refund as r set settled_at = now() where r.refund_id = v_refund.refund_id;
      perform internal.post_transfer(
        v_key || ':settle', 'refund', 'refund', v_refund.refund_id,
        array[internal.ledger_account_id('refunding', p_payment.currency),
              internal.money_account(p_payment)],
        array[-v_refund.amount_minor, v_refund.amount_minor], 'post', v_key || ':reserve');
    end if;

    if v_refund.status in ('failed', 'rejected') and v_refund.failed_at is null then
      perform internal.set_refund_aside(p_payment, v_refund);
    end if;
  end loop;
end
$$;

alter function internal.settle_refunds owner to definer;

comment on function internal.settle_refunds is $$
Post what follows from the refunds of a captured payment, each step once: set the shares aside, let
the money go, keep it for the customer if the refund failed. A refund that failed had left before it
came back, even if we hear of the failure first.
$$;

create or replace function internal.set_refund_aside(p_payment core.payment, p_refund core.refund)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key    text := 'refund:' || p_refund.refund_id;
  v_excess bigint;
begin
  update core.refund as r set failed_at = now() where r.refund_id = p_refund.refund_id;

  if p_refund.status = 'rejected' then
    perform internal.post_transfer(
      v_key || ':reject', 'refund', 'refund', p_refund.refund_id,
      array[internal.ledger_account_id('refunding', p_payment.currency),
            internal.ledger_account_id('owed', p_payment.currency)],
      array[-p_refund.amount_minor, p_refund.amount_minor], 'post', v_key || ':reserve');
  else
    perform internal.post_transfer(
      v_key || ':return', 'refund', 'refund', p_refund.refund_id,
      array[internal.ledger_account_id('processor', p_payment.currency),
            internal.ledger_account_id('owed', p_payment.currency)],
      array[-p_refund.amount_minor, p_refund.amount_minor]);
  end if;

  v_excess := internal.excess_of(p_payment.payment_id);
  if v_excess > 0 then
    -- The bank took money while the refund seemed to arrive. The customer has that part.
    perform internal.share_return(
      p_payment, 0, v_key || ':cover', 'refund', 'owed', p_refund.refund_id,
      p_owed_minor => internal.use_waiting(p_payment.payment_id, v_excess));
  end if;
end
$$;

alter function internal.set_refund_aside owner to definer;

comment on function internal.set_refund_aside is $$
Set aside the money of a refund that did not arrive, because Stripe refused it or it came back. It
is owed to the customer (`owed`); no seller gets it back. What the payer's bank took of it meanwhile
is covered. internal.release_checked_refunds tells of it.
$$;

create or replace function internal.release_checked_refunds(
  p_payment_id uuid,
  p_asked_at   timestamptz
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment := internal.lock_bare_payment(p_payment_id);
  v_refund  core.refund;
begin
  for v_refund in
    update core.refund as r
    set checked_at = now()
    where r.payment_id = p_payment_id
      and r.status in ('failed', 'rejected') and r.failed_at <= p_asked_at
      and r.resent_as is null and r.checked_at is null
    returning r.*
  loop
    perform internal.announce('staff.refund_failed', null, jsonb_build_object(
      'refund_id', v_refund.refund_id, 'payment_id', p_payment_id));
    perform internal.notify(v_payment.payer_id, 'refund_failed', jsonb_build_object(
      'payment_id', p_payment_id, 'refund_id', v_refund.refund_id,
      'booking_id', v_payment.booking_id));
  end loop;
end
$$;

alter function internal.release_checked_refunds owner to definer;

comment on function internal.release_checked_refunds is $$
Stripe was asked at p_asked_at for all that was returned of a payment, and its answer is joined: what
had failed by then and still waits may be sent again or paid by hand. Staff and the customer are told of it now, because what was covered meanwhile
is no failure to them. Locks the payment.
$$;

create or replace function internal.require_checked_refund(p_refund core.refund)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from core.payment as p
    where p.payment_id = p_refund.payment_id and p.dispute_state = 'open') then
    perform internal.refuse('M9303', 'payment_disputed',
      'The payer''s bank disputes the payment of this refund.',
      'If the bank decides for the payer, the payer has the money. Wait for the end of the dispute.');
  elsif p_refund.checked_at is null then
    perform internal.refuse('M9315', 'refund_unchecked',
      'Stripe has not said yet what else was returned of this payment.',
      'The next sweep asks, within minutes. Try again afterwards.');
  end if;
end
$$;

alter function internal.require_checked_refund owner to definer;

comment on function internal.require_checked_refund is $$
Whether the money of a refund that did not arrive may leave: the customer could have it already, by
a refund in Stripe's dashboard or a dispute, whose event was lost or is under way.

Raises
  M9303 payment_disputed  the payer's bank has it at the moment
  M9315 refund_unchecked  Stripe was not asked since the refund failed
$$;

create or replace function internal.lock_failed_refund(p_refund_id uuid)
returns core.refund
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund;
begin
  perform internal.require_staff();
  perform internal.lock_bare_payment(r.payment_id)
  from core.refund as r
  where r.refund_id = p_refund_id;

  select r.* into v_refund from core.refund as r where r.refund_id = p_refund_id;
  if not found then
    perform internal.refuse('M4305', 'refund_not_found',
      format('There is no refund %s.', p_refund_id));
  elsif v_refund.failed_at is null then
    perform internal.refuse('M9307', 'refund_not_failed', 'This refund has not failed.',
      'Only a refund that did not arrive can be sent again, paid by hand, or dropped.');
  end if;
  return v_refund;
end
$$;

alter function internal.lock_failed_refund owner to definer;

comment on function internal.lock_failed_refund is $$
Lock the payment of a refund that did not arrive. For staff.

Raises
  M3301 staff_only         the caller is not staff
  M4305 refund_not_found   there is no such refund
  M9307 refund_not_failed  it is under way, or has arrived
$$;

create or replace function api.resend_refund(p_refund_id uuid)
returns table (refund_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund core.refund := internal.lock_failed_refund(p_refund_id);
  v_new_id uuid := v_refund.resent_as;
begin
  if v_new_id is null then
    if v_refund.status not in ('failed', 'rejected') then
      perform internal.refuse('M9307', 'refund_not_failed', 'This refund is settled already.');
    end if;
    perform internal.require_checked_refund(v_refund);
    v_new_id := internal.uuid_v7();
    insert into core.refund
      (refund_id, payment_id, cause, amount_minor, reason, status, actor, reserved_at)
    values (v_new_id, v_refund.payment_id, 'again:' || p_refund_id, v_refund.amount_minor,
            v_refund.reason, 'planned', v_refund.actor, now());
    insert into core.refund_line (refund_id, order_line_id, amount_minor)
    select v_new_id, l.order_line_id, l.amount_minor
    from core.refund_line as l
    where l.refund_id = p_refund_id;
    update core.refund as r set resent_as = v_new_id where r.refund_id = p_refund_id;

    perform internal.post_transfer(
      'refund:' || v_new_id || ':reserve', 'refund', 'refund', v_new_id,
      array[internal.ledger_account_id('owed', p.currency),
            internal.ledger_account_id('refunding', p.currency)],
      array[-v_refund.amount_minor, v_refund.amount_minor], 'pending')
    from core.payment as p
    where p.payment_id = v_refund.payment_id;
    perform internal.count_returns(v_refund.payment_id);
    perform internal.ask_for_refund(v_new_id);
    perform internal.audit('resend_refund', 'refund', p_refund_id::text, null,
      jsonb_build_object('refund_id', v_new_id));
  end if;

  return query
  select r.refund_id, r.status from core.refund as r where r.refund_id = v_new_id;
end
$$;

alter function api.resend_refund owner to definer;

comment on function api.resend_refund is $$
Send a refund that did not arrive again, as a new refund, from the money that was set aside, and
return it. For staff; audited. Safe to repeat: it is sent once.

Raises
  M3301 staff_only, M4305 refund_not_found
  M9303 payment_disputed   the payer's bank has the money at the moment
  M9307 refund_not_failed  it is under way, has arrived, or is settled
  M9315 refund_unchecked   Stripe was not asked since it failed; the sweep does it
$$;

create or replace function api.settle_refund(
  p_refund_id  uuid,
  p_is_paid    boolean,
  p_reference  text
)
returns table (refund_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_refund  core.refund := internal.lock_failed_refund(p_refund_id);
  v_payment core.payment;
  v_status  text := case when p_is_paid then 'by_hand' else 'dropped' end;
  v_key     text := 'refund:' || p_refund_id;
begin
  perform internal.require_choice(p_is_paid, 'p_is_paid');
  select p.* into v_payment from core.payment as p where p.payment_id = v_refund.payment_id;
  if v_refund.resent_as is not null
     or v_refund.status not in ('failed', 'rejected', v_status) then
    perform internal.refuse('M9307', 'refund_not_failed', 'This refund is settled already.');
  end if;

  if v_refund.status <> v_status then
    if p_is_paid then
      perform internal.require_checked_refund(v_refund);
    end if;
    update core.refund as r
    set status = v_status, reversed_at = case when not p_is_paid then now() end
    where r.refund_id = p_refund_id;
    if p_is_paid then
      perform internal.post_transfer(
        v_key || ':by_hand', 'refund', 'refund', p_refund_id,
        array[internal.ledger_account_id('owed', v_payment.currency),
              internal.ledger_account_id('bank', v_payment.currency)],
        array[-v_refund.amount_minor, v_refund.amount_minor],
        p_description => left(p_reference, 500));
    else
      perform internal.share_return(
        v_payment, -v_refund.amount_minor, v_key || ':drop', 'refund', 'owed', p_refund_id);
    end if;
    perform internal.count_returns(v_payment.payment_id);
    perform internal.notify(v_payment.payer_id, 'refund_settled', jsonb_build_object(
      'payment_id', v_payment.payment_id, 'refund_id', p_refund_id,
      'booking_id', v_payment.booking_id))
    where p_is_paid;
    perform internal.audit('settle_refund', 'refund', p_refund_id::text,
      jsonb_build_object('status', v_refund.status),
      jsonb_build_object('status', v_status, 'reference', p_reference));
  end if;
  return query select p_refund_id, v_status;
end
$$;

alter function api.settle_refund owner to definer;

comment on function api.settle_refund is $$
Record how a refund that did not arrive has ended: paid to the customer in another way, from the
platform's bank; or dropped (p_is_paid false), because the customer has the money already. Dropping
gives the shares back to sellers and platform. For staff; audited. Safe to repeat.

Raises
  M3301 staff_only, M4305 refund_not_found
  M0208 answer_invalid     p_is_paid is neither true nor false
  M9303 payment_disputed   the payer's bank has the money at the moment; it can be dropped
  M9307 refund_not_failed  it is under way, has arrived, or is settled otherwise
  M9315 refund_unchecked   Stripe was not asked since it failed; the sweep does it
$$;

create or replace trigger refund_touch before update on core.refund
  for each row execute function internal.on_row_touched();
