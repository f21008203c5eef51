-- What the checkout Lambda needs before and after it calls Stripe.

create or replace function api.booking_checkout(p_booking_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_checkout jsonb;
begin
  select jsonb_build_object(
    'booking_id', b.booking_id,
    'booking_status', b.status,
    'payment_id', p.payment_id,
    'payment_status', p.status,
    'external_id', p.external_id,
    'is_payable', p.processor = 'stripe' and p.captured_minor = 0 and p.authorized_minor = 0
                  and not p.is_cancelled and p.release_asked_at is null,
    'amount', p.amount_minor,
    'currency', p.currency,
    'expires_at', b.hold_expires_at)
    into v_checkout
  from core.booking as b
  cross join internal.booking_payment(b.booking_id) as p
  where b.booking_id = p_booking_id
    and internal.side_of(b) is not null;

  if v_checkout is null then
    perform internal.refuse(
      'M4203', 'booking_not_found', format('You have no booking %s.', p_booking_id));
  end if;
  return v_checkout;
end
$$;

alter function api.booking_checkout owner to definer;

comment on function api.booking_checkout is $$
The state of the payment of a booking of the caller's, with amounts in minor units, as Stripe has
them. is_payable says whether the payer may still be shown a form.

Raises
  M4203 booking_not_found  there is none, or the caller has no part in it
$$;

create or replace function api.payment_to_make(
  p_order_id   uuid default null,
  p_booking_id uuid default null
)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order_id uuid := p_order_id;
  v_answer   jsonb;
begin
  if num_nonnulls(p_order_id, p_booking_id) <> 1 then
    perform internal.refuse('M0308', 'order_or_booking',
      'Either an order is named, or a booking.');
  end if;
  if p_booking_id is not null then
    select l.order_id into v_order_id
    from core.order_line as l
    where l.booking_id = p_booking_id;
  end if;

  select jsonb_build_object(
    'order_id', o.order_id,
    'booking_id', p.booking_id,
    'status', coalesce(b.status, o.status),
    'payment_id', p.payment_id,
    'payment_status', p.status,
    'is_payable', p.processor = 'stripe' and p.captured_minor = 0 and p.authorized_minor = 0
                  and not p.is_cancelled and p.release_asked_at is null
                  and coalesce(o.expires_at, b.hold_expires_at) > now(),
    'amount', p.amount_minor,
    'currency', p.currency,
    'expires_at', coalesce(o.expires_at, b.hold_expires_at))
    into v_answer
  from core.order as o
  join core.payment as p using (order_id)
  left join core.booking as b on b.booking_id = p.booking_id
  where o.order_id = v_order_id
    and (o.customer_id = internal.user_id() or internal.is_service())
  order by p.attempt desc
  limit 1;

  -- The same answer for what is not there and what is somebody else's to pay.
  if v_answer is null then
    perform internal.refuse('M4308', 'order_not_found', 'You have no such order.');
  end if;
  return v_answer;
end
$$;

alter function api.payment_to_make owner to definer;

comment on function api.payment_to_make is $$
Where the payment of an order of the caller's stands, or of the order that a booking of theirs is
in: amounts in minor units, as Stripe has them. is_payable says whether it waits for money: not
once it is paid, given up, or its time is over. For who pays it alone.

Raises
  M0308 order_or_booking  both are named, or none
  M4308 order_not_found   there is none, or it is somebody else's to pay
$$;

create or replace function api.check_out_slot(
  p_customer_id     uuid,
  p_slot_id         uuid,
  p_notes           text default null,
  p_idempotency_key text default null,
  p_seats           integer default 1,
  p_coupon_code     text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking_id uuid;
begin
  select b.booking_id into v_booking_id
  from api.book_slot(
    p_customer_id, p_slot_id, p_notes, p_idempotency_key, p_seats, p_coupon_code) as b;
  return api.booking_checkout(v_booking_id);
end
$$;

alter function api.check_out_slot owner to definer;

comment on function api.check_out_slot is $$
api.book_slot, answered with api.booking_checkout. One call, so that a crowded house never makes a
booking and then has no turn left to say so. Raises what these two raise.
$$;

create or replace function api.check_out_items(
  p_items           jsonb,
  p_coupon_code     text default null,
  p_idempotency_key text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order jsonb := api.place_order(p_items, p_coupon_code, p_idempotency_key);
begin
  return api.payment_to_make((v_order ->> 'order_id')::uuid);
end
$$;

alter function api.check_out_items owner to definer;

comment on function api.check_out_items is $$
api.place_order, answered with api.payment_to_make: one call, as api.check_out_slot is. Raises what
these two raise.
$$;

create or replace function api.payment_intent_of(p_payment_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select to_jsonb(p.external_id) from core.payment as p where p.payment_id = p_payment_id;
end;

alter function api.payment_intent_of owner to definer;

comment on function api.payment_intent_of is
  'Stripe''s id of a payment''s intent, or null while it is not known. For the house alone.';
