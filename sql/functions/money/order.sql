-- Orders: what lines cost, and the payment for them.

create or replace function internal.new_order_number()
returns text
language sql
volatile
return regexp_replace(internal.readable_code(8), '^(.{4})', '\1-');

comment on function internal.new_order_number is
  'Eight characters that are easy to tell apart, such as 7K2M-Q9XD; not guessable, no counter.';

create or replace function internal.is_chargeable(p_amount_minor bigint, p_currency text)
returns boolean
language plpgsql
stable
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  return exists (
    select
    from core.currency as c
    join core.marketplace as m on c.currency = any (m.settlement_currencies)
    where c.currency = p_currency
      and p_amount_minor between c.charge_min_minor and 99999999
      and p_amount_minor % c.charge_step = 0);
end
$$;

comment on function internal.is_chargeable is $$
Whether Stripe takes an amount: not too small or too large, in its steps, and in a currency that the
platform has a settlement in.
$$;

create or replace function internal.require_chargeable(p_amount_minor bigint, p_currency text)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_currency core.currency;
begin
  if internal.is_chargeable(p_amount_minor, p_currency) then
    return;
  end if;
  perform internal.require_settled(p_currency);
  select c.* into v_currency from core.currency as c where c.currency = p_currency;
  perform internal.refuse('M0301', 'amount_not_chargeable',
    format('%s %s cannot be charged.',
           internal.to_decimal(p_amount_minor, p_currency), p_currency),
    format('A charge is at least %s, in steps of %s.',
           internal.to_decimal(v_currency.charge_min_minor, p_currency),
           internal.to_decimal(v_currency.charge_step, p_currency)));
end
$$;

alter function internal.require_chargeable owner to definer;

comment on function internal.require_chargeable is $$
Refuse amounts that Stripe would refuse (too small, too large, or between its steps) or convert.

Raises
  M0301 amount_not_chargeable  it is
  M0304 currency_not_settled   the platform has no settlement in this currency
$$;

create or replace function internal.to_charge_step(p_amount_minor bigint, p_currency text)
returns bigint
language sql
stable
begin atomic
  select round(p_amount_minor::numeric / c.charge_step)::bigint * c.charge_step
  from core.currency as c
  where c.currency = p_currency;
end;

comment on function internal.to_charge_step is
  'The nearest amount that Stripe charges or refunds in a currency: dinars end in 0.';

create or replace function internal.new_line(
  p_kind        text,
  p_title       text,
  p_offering_id uuid,
  p_booking_id  uuid,
  p_customer_id uuid,
  p_provider_id uuid,
  p_quantity    integer,
  p_unit_minor  bigint
)
returns core.order_line
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- Plans of all that it calls, as in api.book_slot.
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_line core.order_line;
begin
  v_line.order_line_id := internal.uuid_v7();
  v_line.kind := p_kind;
  v_line.title := p_title;
  v_line.offering_id := p_offering_id;
  v_line.booking_id := p_booking_id;
  v_line.customer_id := p_customer_id;
  v_line.provider_id := p_provider_id;
  v_line.quantity := p_quantity;
  v_line.unit_minor := p_unit_minor;
  v_line.tax_minor := 0;
  v_line.commission_bp := internal.commission_bp(p_provider_id);
  return v_line;
end
$$;

alter function internal.new_line owner to definer;

comment on function internal.new_line is
  'A line to be ordered, with its commission rate fixed; internal.price_lines prices it.';

create or replace function internal.line_of_booking(p_booking core.booking)
returns core.order_line
language sql
volatile
-- Not security definer, which would keep it from being inlined: all who call it are.
return internal.new_line(
  'booking', (p_booking).offering_title, (p_booking).offering_id, (p_booking).booking_id,
  (p_booking).customer_id, (p_booking).provider_id, (p_booking).seats,
  (p_booking).price_minor / (p_booking).seats);

comment on function internal.line_of_booking is 'The line that a booking is ordered by.';

create or replace function internal.open_order(
  p_customer_id uuid,
  p_currency    text,
  p_lines       core.order_line[],
  p_coupon_code text,
  p_expires_at  timestamptz default null,
  p_key         text default null,
  p_asked       jsonb default null
)
returns core.payment
language plpgsql
volatile
as $$
declare
  v_order   core.order;
  v_coupon  core.coupon;
  v_payment core.payment;
begin
  v_order.order_id := internal.uuid_v7();
  v_order.number := internal.new_order_number();
  v_order.customer_id := p_customer_id;
  v_order.currency := p_currency;
  v_order.total_minor := 0;
  v_order.expires_at := p_expires_at;
  v_order.idempotency_key := p_key;
  v_order.asked := p_asked;
  if p_coupon_code is not null then
    v_coupon := internal.redeem_coupon(
      p_coupon_code, v_order.order_id, p_customer_id, p_lines, p_currency);
  end if;
  p_lines := internal.price_lines(p_lines, v_coupon, p_currency, v_order.order_id);
  for i in 1 .. cardinality(p_lines) loop
    v_order.total_minor := v_order.total_minor + p_lines[i].total_minor;
  end loop;

  if v_order.total_minor > 0 and not internal.is_chargeable(v_order.total_minor, p_currency) then
    -- It says why not.
    perform internal.require_chargeable(v_order.total_minor, p_currency);
  end if;
  v_payment := internal.write_order(v_order, p_lines);
  if v_order.total_minor > 0 then
    v_order.order_id := internal.plan_payment(v_payment, v_order.number);
  end if;
  return v_payment;
end
$$;

comment on function internal.open_order is $$
Order, lines and payment, in the transaction of what they stand for, and the command that asks
Stripe for the intent. If it costs nothing, it counts as paid without Stripe. Locks the coupon.

Raises
  M0301 amount_not_chargeable, M0304 currency_not_settled
  M4301 coupon_not_found, M9301 coupon_expired, M9302 coupon_not_applicable,
  M9306 coupon_used_up
$$;

create or replace function internal.write_order(p_order core.order, p_lines core.order_line[])
returns core.payment
language plpgsql
volatile
as $$
declare
  v_payment core.payment;
  v_first   constant core.order_line := p_lines[1];
  v_is_one  constant boolean := cardinality(p_lines) = 1;
begin
  -- One statement: its keys are checked when all of it is written.
  with line as (
    -- The table numbers its lines itself.
    insert into core.order_line overriding user value
    select l.* from unnest(p_lines) as l
  ),
  summed as (
    select sum(l.unit_minor * l.quantity) as subtotal_minor,
           sum(l.discount_minor) as discount_minor, sum(l.tax_minor) as tax_minor,
           -- The seller, if there is only one.
           case when bool_and(l.provider_id is not distinct from v_first.provider_id)
                then v_first.provider_id end as payee_id
    from unnest(p_lines) as l
  ),
  ordered as (
    insert into core.order
      (order_id, number, customer_id, currency, subtotal_minor, discount_minor, tax_minor,
       total_minor, status, expires_at, idempotency_key, asked)
    select p_order.order_id, p_order.number, p_order.customer_id, p_order.currency,
           s.subtotal_minor, s.discount_minor, s.tax_minor, p_order.total_minor,
           case when p_order.total_minor = 0 then 'paid' else 'pending' end,
           p_order.expires_at, p_order.idempotency_key, p_order.asked
    from summed as s
  )
  insert into core.payment as p
    (payment_id, order_id, booking_id, payer_id, payee_id, processor, capture_method, currency,
     amount_minor, captured_at)
  select internal.uuid_v7(), p_order.order_id, case when v_is_one then v_first.booking_id end,
         p_order.customer_id, s.payee_id,
         case when p_order.total_minor = 0 then 'none' else 'stripe' end,
         -- Only an order of one booking can wait for an answer; a basket is captured at once.
         case when v_is_one and v_first.kind = 'booking' and (
           select f.booking_mode = 'request' from core.offering as f
           where f.offering_id = v_first.offering_id
         ) then 'manual' else 'automatic' end,
         p_order.currency, p_order.total_minor, case when p_order.total_minor = 0 then now() end
  from summed as s
  returning p.* into v_payment;
  return v_payment;
end
$$;

comment on function internal.write_order is $$
Write an order, its priced lines and its payment; for one booking of a request offering the money is
only authorised first.
$$;

create or replace function internal.order_seq(p_order_id uuid)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select o.seq from core.order as o where o.order_id = p_order_id);
end
$$;

alter function internal.order_seq owner to definer;

comment on function internal.order_seq is
  'The number of an order, which systems that count show to a seller beside what they have sold.';

create or replace function internal.plan_payment(p_payment core.payment, p_number text)
returns uuid
language plpgsql
volatile
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  return internal.plan_command(
    'create_payment', p_payment.payment_id, '/v1/payment_intents',
    jsonb_build_object(
      'amount', p_payment.amount_minor,
      'currency', lower(p_payment.currency),
      'capture_method', p_payment.capture_method,
      'automatic_payment_methods', '{"enabled": true}'::jsonb,
      'transfer_group', 'order_' || p_payment.order_id,
      'description', 'Order ' || p_number,
      'metadata', jsonb_build_object(
        'payment_id', p_payment.payment_id,
        'order_id', p_payment.order_id,
        'booking_id', p_payment.booking_id)),
    p_payment.payment_id);
end
$$;

comment on function internal.plan_payment is
  'Plan the payment intent of a payment. Minor units are Stripe''s own: JPY 1050 is 1050.';

create or replace function api.list_order_lines(p_order_id uuid)
returns table (
  order_line_id    uuid,
  kind             text,
  title            text,
  provider_id      uuid,
  provider_name    text,
  booking_id       uuid,
  quantity         integer,
  currency         text,
  total_minor      bigint,
  refunded_minor   bigint,
  commission_minor bigint,
  status           text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select l.order_line_id, l.kind, l.title, l.provider_id, internal.name_of(l.provider_id),
         l.booking_id, l.quantity, o.currency, l.total_minor,
         coalesce((
           select sum(x.amount_minor)
           from core.refund_line as x
           join core.refund as r using (refund_id)
           where x.order_line_id = l.order_line_id
             and r.status not in ('dropped', 'covered') and r.resent_as is null), 0)::bigint,
         l.commission_minor, internal.line_status(l, o.status)
  from core.order_line as l
  join core.order as o using (order_id)
  where l.order_id = p_order_id
  order by l.seq;
end
$$;

alter function api.list_order_lines owner to definer;

comment on function api.list_order_lines is $$
The lines of an order, with what has gone back of each: what api.refund_payment takes in p_lines.
For staff; none if there is no such order.

Raises
  M3301 staff_only  the caller is not staff
$$;
