-- Orders: what a booking comes to.

create or replace function internal.open_order(p_booking core.booking, p_coupon_code text)
returns core.payment
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order_id uuid := internal.uuid_v7();
  v_payment  core.payment;
begin
  insert into core.order (order_id, number, customer_id, currency, subtotal_minor, total_minor,
                          status)
  values (v_order_id, upper(right(replace(v_order_id::text, '-', ''), 12)),
          p_booking.customer_id, p_booking.currency, p_booking.price_minor,
          p_booking.price_minor,
          case when p_booking.price_minor = 0 then 'paid' else 'pending' end);

  insert into core.order_line (order_line_id, order_id, offering_id, booking_id, customer_id,
                               provider_id, quantity, unit_minor, total_minor, commission_minor)
  select internal.uuid_v7(), v_order_id, p_booking.offering_id, p_booking.booking_id,
         p_booking.customer_id, p_booking.provider_id, p_booking.seats,
         p_booking.price_minor / p_booking.seats, p_booking.price_minor,
         round(p_booking.price_minor * m.commission_bp / 10000.0)::bigint
  from core.marketplace as m;

  insert into core.payment as p (payment_id, order_id, payer_id, payee_id, processor,
                                 capture_method, currency, amount_minor, status)
  select internal.uuid_v7(), v_order_id, p_booking.customer_id, p_booking.provider_id,
         case when p_booking.price_minor = 0 then 'none' else 'stripe' end,
         case when o.booking_mode = 'request' then 'manual' else 'automatic' end,
         p_booking.currency, p_booking.price_minor,
         case when p_booking.price_minor = 0 then 'captured' else 'requires_payment' end
  from core.offering as o
  where o.offering_id = p_booking.offering_id
  returning p.* into v_payment;

  return v_payment;
end
$$;

alter function internal.open_order owner to definer;

comment on function internal.open_order is $$
Order, line and payment of a new booking, in its transaction. What costs nothing is paid.
$$;
