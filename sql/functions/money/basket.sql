-- Baskets: several items in one order, from one or more sellers, paid together.

create or replace function internal.read_items(p_items jsonb)
returns table (
  n           bigint,
  slot_id     uuid,
  offering_id uuid,
  quantity    integer,
  notes       text
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array'
     or jsonb_array_length(p_items) not between 1 and 50
     or exists (
       select
       from jsonb_array_elements(p_items) as i(item)
       where jsonb_typeof(i.item) <> 'object'
          or (i.item ? 'slot_id') = (i.item ? 'offering_id')
          or coalesce(i.item ->> 'slot_id', i.item ->> 'offering_id', '')
             !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
          or coalesce(i.item ->> 'quantity', '1') !~ '^[1-9][0-9]{0,4}$'
          or length(i.item ->> 'notes') > 2000
     ) then
    perform internal.refuse('M0305', 'items_invalid', 'An order has 1 to 50 items.',
      'Each is {"slot_id" or "offering_id", "quantity": 1.., "notes"}.');
  end if;

  -- Two lines of one product are added up, because they compete for the same pieces.
  return query
  select min(i.n), (i.item ->> 'slot_id')::uuid, (i.item ->> 'offering_id')::uuid,
         sum(coalesce((i.item ->> 'quantity')::integer, 1))::integer, max(i.item ->> 'notes')
  from jsonb_array_elements(p_items) with ordinality as i(item, n)
  -- By the key and not by its text, which can be written in several ways.
  group by (i.item ->> 'slot_id')::uuid, (i.item ->> 'offering_id')::uuid
  order by 1;
end
$$;

comment on function internal.read_items is $$
The items of a basket: seats of slots, pieces of products, and courses. Repeated items are added up.

Raises
  M0305 items_invalid  not 1 to 50 items of a slot or an offering and a number
$$;

create or replace function internal.line_of_goods(
  p_customer_id uuid,
  p_offering_id uuid,
  p_quantity    integer
)
returns core.order_line
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
begin
  select o.* into v_offering
  from core.offering as o
  where o.offering_id = p_offering_id and o.kind = 'product';
  if not found then
    perform internal.refuse('M4306', 'product_not_found',
      format('There is no product %s.', p_offering_id));
  elsif not v_offering.is_active then
    perform internal.refuse('M9205', 'offering_inactive', 'This was taken down.');
  elsif v_offering.provider_id = p_customer_id then
    perform internal.refuse('M3201', 'own_offering', 'Nobody buys of themselves.');
  elsif internal.stock_left(p_offering_id) < p_quantity then
    perform internal.refuse('M9308', 'out_of_stock',
      format('%s of %s are left.', greatest(internal.stock_left(p_offering_id), 0),
             v_offering.title));
  end if;
  return internal.new_line('goods', v_offering.title, p_offering_id, null, p_customer_id,
                           v_offering.provider_id, p_quantity, v_offering.price_minor);
end
$$;

alter function internal.line_of_goods owner to definer;

comment on function internal.line_of_goods is $$
The line that goods are ordered by.

Raises
  M3201 own_offering       it is the caller's own
  M4306 product_not_found  there is no such product
  M9205 offering_inactive  it was taken down
  M9308 out_of_stock       fewer pieces can be had
$$;

create or replace function internal.line_of_course(
  p_customer_id uuid,
  p_offering_id uuid,
  p_quantity    integer
)
returns core.order_line
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
begin
  select o.* into strict v_offering from core.offering as o where o.offering_id = p_offering_id;
  if p_quantity > 1 then
    perform internal.refuse('M0305', 'items_invalid', 'A course is ordered once.');
  end if;
  perform internal.take_place(p_customer_id, v_offering);
  if exists (
    select
    from core.order_line as l
    join core.order as o using (order_id)
    where l.customer_id = p_customer_id
      and l.offering_id = p_offering_id
      and l.kind = 'enrolment'
      and l.called_off_at is null
      and o.status = 'pending'
      and o.expires_at > now()
  ) then
    perform internal.refuse('M9802', 'enrolment_pending',
      'You have ordered this course and not paid yet.',
      'Pay that order or call it off; it ends by itself a quarter of an hour after it was placed.');
  end if;
  return internal.new_line('enrolment', v_offering.title, p_offering_id, null, p_customer_id,
                           v_offering.provider_id, 1, internal.course_price(v_offering));
end
$$;

alter function internal.line_of_course owner to definer;

comment on function internal.line_of_course is $$
The line that a course is ordered by. The enrolment takes its place now and waits for the money, so
a second order at the same time is refused. Locks the enrolment.

Raises
  M0305 items_invalid      it is asked for more than once
  M3201 own_offering, M9205 offering_inactive
  M9801 already_enrolled   the customer is in it
  M9802 enrolment_pending  another order of it waits to be paid
$$;

create or replace function internal.one_currency(p_items jsonb)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_currencies text[];
begin
  select array_agg(distinct o.currency) into v_currencies
  from internal.read_items(p_items) as i
  left join core.slot as s on s.slot_id = i.slot_id
  join core.offering as o on o.offering_id = coalesce(i.offering_id, s.offering_id);
  if cardinality(v_currencies) > 1 then
    perform internal.refuse('M0306', 'currencies_mixed',
      'One payment is in one currency.', 'Order what is in another currency by itself.');
  end if;
  return v_currencies[1];
end
$$;

alter function internal.one_currency owner to definer;

comment on function internal.one_currency is $$
The currency of a basket; null if none of its items is known.

Raises
  M0306 currencies_mixed  its items are in several
$$;

create or replace function internal.lock_items(p_customer_id uuid, p_items jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_provider(p.provider_id)
  from (
    select distinct s.provider_id
    from internal.read_items(p_items) as i
    join core.slot as s using (slot_id)
    order by s.provider_id) as p;
  perform
  from core.slot as s
  where s.slot_id in (select i.slot_id from internal.read_items(p_items) as i)
  order by s.slot_id
  for no key update;
  perform internal.lock_stock(array_agg(i.offering_id))
  from internal.read_items(p_items) as i
  where i.offering_id is not null;
  perform from core.customer as c where c.customer_id = p_customer_id for no key update;
end
$$;

alter function internal.lock_items owner to definer;

comment on function internal.lock_items is
  'Lock all rows that a basket competes for, each kind in the order of its key, so that two '
  'baskets never deadlock.';

create or replace function internal.hold_items(
  p_customer_id uuid,
  p_items       jsonb
)
returns core.order_line[]
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
  v_item  record;
  v_lines core.order_line[] := array[]::core.order_line[];
begin
  for v_item in select i.* from internal.read_items(p_items) as i order by i.n loop
    if v_item.slot_id is null then
      v_lines := v_lines || case
        when exists (select from core.course as c where c.offering_id = v_item.offering_id)
          then internal.line_of_course(p_customer_id, v_item.offering_id, v_item.quantity)
        else internal.line_of_goods(p_customer_id, v_item.offering_id, v_item.quantity)
      end;
      continue;
    end if;
    if v_item.quantity > 100 then
      perform internal.refuse('M0201', 'seats_invalid', 'Between 1 and 100 seats can be booked.');
    end if;
    v_lines := v_lines || internal.line_of_booking(internal.hold_seats(
      internal.lock_slot(v_item.slot_id), p_customer_id, v_item.quantity, v_item.notes, null));
  end loop;

  if cardinality(v_lines) > 1 and exists (
    select
    from unnest(v_lines) as l
    join core.offering as o using (offering_id)
    where l.kind = 'booking' and o.booking_mode = 'request'
  ) then
    perform internal.refuse('M9309', 'request_is_alone',
      'What its provider has to accept first is ordered by itself.');
  end if;
  return v_lines;
end
$$;

alter function internal.hold_items owner to definer;

comment on function internal.hold_items is $$
Hold the items of a basket. The caller holds internal.lock_items.

Raises
  M9309 request_is_alone  a request among other things: one payment cannot wait and be taken
  and what internal.hold_seats, internal.line_of_goods and internal.line_of_course list
$$;

create or replace function api.place_order(
  p_items           jsonb,
  p_coupon_code     text default null,
  p_idempotency_key text default null,
  p_customer_id     uuid default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id uuid := internal.require_identity(coalesce(p_customer_id, internal.user_id()));
  v_asked       jsonb;
  v_order       core.order;
  v_payment     core.payment;
begin
  perform internal.require_active(v_customer_id);
  perform internal.require_customer(v_customer_id);
  if length(p_idempotency_key) not between 1 and 255 then
    perform internal.refuse(
      'M0203', 'idempotency_key_invalid', 'A key has 1 to 255 characters.');
  end if;

  perform internal.lock_items(v_customer_id, p_items);
  v_asked := jsonb_build_object('items', p_items, 'coupon', upper(btrim(p_coupon_code)));
  select o.* into v_order
  from core.order as o
  where o.customer_id = v_customer_id
    and o.idempotency_key = p_idempotency_key
    and o.status <> 'cancelled';

  if not found then
    v_payment := internal.open_order(
      v_customer_id, internal.one_currency(p_items), internal.hold_items(v_customer_id, p_items),
      p_coupon_code, (select now() + make_interval(mins => m.hold_min) from core.marketplace as m),
      p_idempotency_key, v_asked);
    if v_payment.status = 'captured' then
      perform internal.fulfil_lines(v_payment.order_id);
    end if;
    select o.* into v_order from core.order as o where o.order_id = v_payment.order_id;
  elsif v_order.asked is distinct from v_asked then
    perform internal.refuse('M9209', 'idempotency_key_reused',
      'This key already made a different order.', 'Use a new key for a new order.');
  end if;
  return internal.order_view(v_order);
end
$$;

alter function api.place_order owner to definer;

comment on function api.place_order is $$
Order several items at once, from one or more sellers: [{"slot_id": ..., "quantity": seats},
{"offering_id": ..., "quantity": pieces}]. Seats and pieces are held for 15 minutes; paying the
order carries out every line; only lines that can no longer be kept are refunded.

Safe to retry: the same key returns the order made the first time, unless it was cancelled since.
Locks the providers, slots and stock of all items, each kind in the order of its key.

Raises
  M0201 seats_invalid, M0203 idempotency_key_invalid, M0206 amount_too_large
  M0301 amount_not_chargeable   the whole comes to less, or more, than a card can be charged
  M0304 currency_not_settled
  M0305 items_invalid           not 1 to 50 items of a slot or an offering and a number
  M0306 currencies_mixed        one payment is in one currency
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3201 own_offering            something of it is the caller's own
  M4201 slot_not_found, M4202 customer_not_found
  M4306 product_not_found       there is no such product
  M9201 slot_full, M9202 slot_past, M9203 slot_closed, M9204 provider_busy,
  M9205 offering_inactive, M9206 provider_not_accepting, M9210 notice_too_short
  M9207 already_booked, M9208 customer_busy, M9219 too_many_holds
  M9209 idempotency_key_reused  the key belongs to a different order
  M9308 out_of_stock            fewer pieces can be had
  M9309 request_is_alone        a request among other things
  M9801 already_enrolled, M9802 enrolment_pending
  M4301 coupon_not_found, M9301 coupon_expired, M9302 coupon_not_applicable,
  M9306 coupon_used_up
$$;

create or replace function api.order_course(
  p_offering_id uuid,
  p_amount      numeric default null,
  p_currency    text default null,
  p_customer_id uuid default null,
  p_key         text default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id uuid := internal.require_identity(coalesce(p_customer_id, internal.user_id()));
  v_order       jsonb;
begin
  perform internal.require_active(v_customer_id);
  perform internal.ensure_person(v_customer_id);
  perform internal.ensure_customer(v_customer_id);
  if not exists (select from core.course as c where c.offering_id = p_offering_id) then
    perform internal.refuse('M4801', 'course_not_found',
      case when p_offering_id is null then 'It is not said which course.'
           else format('There is no course %s.', p_offering_id) end);
  end if;
  v_order := api.place_order(
    jsonb_build_array(jsonb_build_object('offering_id', p_offering_id)),
    p_idempotency_key => p_key, p_customer_id => v_customer_id);
  if v_order ->> 'currency' <> upper(p_currency) then
    perform internal.refuse('M0317', 'currency_differs',
      format('The course is sold in %s.', v_order ->> 'currency'),
      'Leave the currency out, or give that one.');
  elsif (v_order ->> 'amount')::numeric <> p_amount then
    perform internal.refuse('M0316', 'amount_wrong',
      format('The course costs %s %s.', v_order ->> 'amount', v_order ->> 'currency'),
      'Leave the amount out, or read the price again.');
  end if;
  return (
    select p.payment_id from core.payment as p
    where p.order_id = (v_order ->> 'order_id')::uuid
    order by p.attempt desc
    limit 1);
end
$$;

alter function api.order_course owner to definer;

comment on function api.order_course is $$
Order one course, and return the id of its payment. An amount and a currency that are given must be
what it costs. Safe to retry: the same key returns the payment made the first time.

Raises
  M0316 amount_wrong      it costs something else
  M0317 currency_differs  it is sold in another currency
  M4801 course_not_found  there is no such course
  and what api.place_order lists
$$;

create or replace function internal.order_view(p_order core.order)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'order_id', (p_order).order_id,
    'number', (p_order).number,
    'status', (p_order).status,
    'currency', (p_order).currency,
    'subtotal_minor', (p_order).subtotal_minor,
    'discount_minor', (p_order).discount_minor,
    'tax_minor', (p_order).tax_minor,
    'amount_minor', (p_order).total_minor,
    'amount', internal.to_decimal((p_order).total_minor, (p_order).currency),
    'expires_at', case when (p_order).status = 'pending' then (p_order).expires_at end,
    'lines', (
      select jsonb_agg(jsonb_build_object(
        'order_line_id', l.order_line_id, 'kind', l.kind, 'title', l.title,
        'offering_id', l.offering_id, 'booking_id', l.booking_id, 'provider_id', l.provider_id,
        'quantity', l.quantity, 'unit_minor', l.unit_minor, 'discount_minor', l.discount_minor,
        'tax_minor', l.tax_minor, 'total_minor', l.total_minor, 'fulfilment', l.fulfilment,
        'is_called_off', l.called_off_at is not null) order by l.seq)
      from core.order_line as l
      where l.order_id = (p_order).order_id));
end;

alter function internal.order_view owner to definer;

comment on function internal.order_view is 'An order and its lines, as its customer sees them.';

create or replace function api.expire_orders(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids     uuid[];
  v_payment core.payment;
  v_count   integer := 0;
begin
  -- Bookings of a basket end with their own hold; the other lines end here.
  v_ids := array(
    select o.order_id
    from core.order as o
    where o.status = 'pending'
      and o.expires_at <= now()
      and o.order_id <> all (internal.aside('expire_orders'))
      and not exists (
        select from core.order_line as l
        join core.booking as b using (booking_id)
        where l.order_id = o.order_id and b.status = 'pending_payment')
    limit least(p_limit, 10000));
  -- Lock all orders before the first coupon, because locks stay until the end.
  perform
  from core.order as o
  where o.order_id = any (v_ids)
  order by o.order_id
  for no key update;

  for v_payment in
    select p.* from core.payment as p
    where p.order_id = any (v_ids)
    order by p.order_id
  loop
    v_payment := internal.lock_bare_payment(v_payment.payment_id);
    continue when v_payment.captured_minor > 0 or v_payment.release_asked_at is not null;
    begin
      update core.order_line as l
      set called_off_at = coalesce(l.called_off_at, now())
      where l.order_id = v_payment.order_id;
      perform internal.release_order(v_payment);
      v_count := v_count + 1;
    exception when others then
      perform internal.set_aside('expire_orders', v_payment.order_id, sqlstate, sqlerrm);
    end;
  end loop;
  return v_count;
end
$$;

alter function api.expire_orders owner to definer;

comment on function api.expire_orders is $$
Close baskets that were not paid in time, and release their payments; return how many. This only
tidies: the pieces have been free since their time ended. For the clock.
$$;
