-- Orders: what a booking comes to, and the payment that is asked for it.

create or replace function internal.new_order_number()
returns text
language sql
volatile
return (
  select string_agg(
    substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(r.bytes, i) % 32 + 1, 1)
      || case when i = 3 then '-' else '' end, '' order by i)
  from (select decode(md5(gen_random_uuid()::text), 'hex') as bytes) as r
  cross join generate_series(0, 7) as i
);

comment on function internal.new_order_number is
  'Eight characters nobody mistakes for others, such as 7K2M-Q9XD: not guessable, not counting.';

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
  select c.* into strict v_currency from core.currency as c where c.currency = p_currency;

  if p_amount_minor < v_currency.charge_min_minor
     or p_amount_minor % v_currency.charge_step <> 0
     or p_amount_minor > 99999999 then
    perform internal.refuse('M0301', 'amount_not_chargeable',
      format('%s %s cannot be charged.',
             internal.to_decimal(p_amount_minor, p_currency), p_currency),
      format('A charge is at least %s, in steps of %s.',
             internal.to_decimal(v_currency.charge_min_minor, p_currency),
             internal.to_decimal(v_currency.charge_step, p_currency)));
  end if;
end
$$;

alter function internal.require_chargeable owner to definer;

comment on function internal.require_chargeable is $$
Refuse what Stripe would refuse: too little, too much, or between its steps.

Raises
  M0301 amount_not_chargeable  it is
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

create or replace function internal.open_order(p_booking core.booking, p_coupon_code text)
returns core.payment
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order_id uuid := internal.uuid_v7();
  v_discount bigint := 0;
  v_total    bigint;
  v_payment  core.payment;
begin
  v_discount := internal.redeem_coupon(
    p_coupon_code, v_order_id, p_booking.customer_id, p_booking.provider_id,
    p_booking.price_minor, p_booking.currency);
  -- Rounded down to what can be charged, so that a percentage never spoils a sum.
  select v_discount - (v_discount % c.charge_step) * (v_discount < p_booking.price_minor)::integer
    into v_discount
  from core.currency as c
  where c.currency = p_booking.currency;

  v_total := p_booking.price_minor - v_discount;
  if v_total > 0 then
    perform internal.require_chargeable(v_total, p_booking.currency);
  end if;

  insert into core.order (order_id, number, customer_id, currency, subtotal_minor,
                          discount_minor, total_minor, status)
  values (v_order_id, internal.new_order_number(), p_booking.customer_id, p_booking.currency,
          p_booking.price_minor, v_discount, v_total,
          case when v_total = 0 then 'paid' else 'pending' end);

  insert into core.order_line (order_line_id, order_id, offering_id, booking_id, customer_id,
                               provider_id, quantity, unit_minor, discount_minor, total_minor)
  values (internal.uuid_v7(), v_order_id, p_booking.offering_id, p_booking.booking_id,
          p_booking.customer_id, p_booking.provider_id, p_booking.seats,
          p_booking.price_minor / p_booking.seats, v_discount, v_total);

  insert into core.payment as p (payment_id, order_id, booking_id, payer_id, payee_id,
                                 processor, capture_method, currency, amount_minor, captured_at)
  select internal.uuid_v7(), v_order_id, p_booking.booking_id, p_booking.customer_id,
         p_booking.provider_id, case when v_total = 0 then 'none' else 'stripe' end,
         case when o.booking_mode = 'request' then 'manual' else 'automatic' end,
         p_booking.currency, v_total, case when v_total = 0 then now() end
  from core.offering as o
  where o.offering_id = p_booking.offering_id
  returning p.* into v_payment;

  if v_total > 0 then
    perform internal.plan_payment(v_payment);
  end if;
  return v_payment;
end
$$;

alter function internal.open_order owner to definer;

comment on function internal.open_order is $$
Order, line and payment of a new booking, in its transaction, and the command that asks Stripe
for the intent. What costs nothing is paid, and Stripe never hears of it. Locks the coupon.

Raises
  M0301 amount_not_chargeable
  M4301 coupon_not_found, M9301 coupon_expired, M9302 coupon_not_applicable,
  M9306 coupon_used_up
$$;

create or replace function internal.plan_payment(p_payment core.payment)
returns uuid
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.plan_command(
    'create_payment', (p_payment).payment_id, '/v1/payment_intents',
    jsonb_build_object(
      'amount', (p_payment).amount_minor,
      'currency', lower((p_payment).currency),
      'capture_method', (p_payment).capture_method,
      'automatic_payment_methods', '{"enabled": true}'::jsonb,
      'transfer_group', 'order_' || (p_payment).order_id,
      'description', 'Order ' || o.number,
      'metadata', jsonb_build_object(
        'payment_id', (p_payment).payment_id,
        'order_id', (p_payment).order_id,
        'booking_id', (p_payment).booking_id)),
    (p_payment).payment_id)
  from core.order as o
  where o.order_id = (p_payment).order_id;
end;

alter function internal.plan_payment owner to definer;

comment on function internal.plan_payment is
  'Plan the payment intent of a payment. Minor units are Stripe''s own: JPY 1050 is 1050.';
