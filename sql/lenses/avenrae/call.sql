-- The functions of the avenrae lens: those of api, with the numbers its clients know. What the lens
-- has no function for is called by its name in api: check_in, move_event, refund_payment, ...

create function avenrae.register_for_event(
  p_event_id        integer,
  p_seats           integer default 1,
  p_notes           text default null,
  p_coupon_code     text default null,
  p_idempotency_key text default null
)
returns uuid
language sql
volatile
return api.save_booking(jsonb_strip_nulls(jsonb_build_object(
  'slot_id', api.key_of('event', p_event_id, (
    select e.uuid from avenrae.events as e where e.id = p_event_id)),
  'seats', p_seats, 'customer_notes', p_notes, 'coupon_code', p_coupon_code,
  'idempotency_key', p_idempotency_key)));

comment on function avenrae.register_for_event is $$
Take seats of an event and return the registration's uuid, which is paid as a booking is; see
api.book_slot.
$$;

create function avenrae.call_off_event(p_event_id integer, p_reason text default null)
returns table (bookings_called_off integer, bookings_left integer)
language sql
volatile
begin atomic
  select c.bookings_called_off, c.bookings_left
  from api.call_off_slot(
    api.key_of('event', p_event_id, (
      select e.uuid from avenrae.events as e where e.id = p_event_id)),
    p_reason) as c;
end;

comment on function avenrae.call_off_event is 'See api.call_off_slot.';

create function avenrae.available_times(
  p_service_id integer,
  p_from       timestamptz default null,
  p_until      timestamptz default null
)
returns table (start_at timestamptz, end_at timestamptz, seats_left integer, slot_uuid uuid)
language sql
stable
begin atomic
  select s.starts_at, s.ends_at, s.seats_left, s.slot_id
  from api.list_free_slots(
    api.key_of('service', p_service_id, (
      select o.uuid from avenrae.services as o where o.id = p_service_id)),
    null, p_from, p_until) as s;
end;

comment on function avenrae.available_times is
  'Times at which a service can be booked now; see api.list_free_slots.';

create function avenrae.place_order(
  p_items           jsonb,
  p_coupon_code     text default null,
  p_idempotency_key text default null
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_items  jsonb;
  v_placed jsonb;
begin
  select jsonb_agg(
    case
      when i.item ? 'product_id' then jsonb_build_object('offering_id', api.key_of(
        'product', (i.item ->> 'product_id')::bigint, (
          select p.uuid from avenrae.products as p
          where p.id = (i.item ->> 'product_id')::bigint)))
      when i.item ? 'event_id' then jsonb_build_object('slot_id', api.key_of(
        'event', (i.item ->> 'event_id')::bigint, (
          select e.uuid from avenrae.events as e
          where e.id = (i.item ->> 'event_id')::bigint)))
      when i.item ? 'service_id' then jsonb_build_object('slot_id', api.key_of(
        'time of the service', (i.item ->> 'service_id')::bigint, (
          select s.slot_id
          from avenrae.services as o
          cross join lateral api.list_free_slots(
            o.uuid, null, (i.item ->> 'booking_date')::timestamptz,
            (i.item ->> 'booking_date')::timestamptz + interval '1 second') as s
          where o.id = (i.item ->> 'service_id')::bigint)))
      else i.item
    end || (i.item - array['product_id', 'event_id', 'service_id', 'booking_date'])
    order by i.n) into v_items
  from jsonb_array_elements(p_items) with ordinality as i(item, n);
  v_placed := api.place_order(v_items, p_coupon_code, p_idempotency_key);
  return v_placed || (
    select jsonb_build_object('id', o.id, 'uuid', o.uuid, 'order_number', o.order_number)
    from avenrae.orders as o
    where o.uuid = (v_placed ->> 'order_id')::uuid);
end
$$;

comment on function avenrae.place_order is $$
Order several things at once and pay them together: [{"product_id": 7, "quantity": 3},
{"event_id": 2, "quantity": 2}, {"service_id": 5, "booking_date": "2026-12-01T10:00:00Z"}]. The
answer is that of api.place_order, with the "id", "uuid" and "order_number" of the row in orders.
$$;

create function avenrae.adjust_stock(p_product_id integer, p_change integer, p_reason text)
returns integer
language sql
volatile
return api.adjust_stock(
  api.key_of('product', p_product_id, (
    select p.uuid from avenrae.products as p where p.id = p_product_id)),
  p_change, p_reason);

comment on function avenrae.adjust_stock is 'See api.adjust_stock.';
