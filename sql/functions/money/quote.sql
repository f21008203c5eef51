-- Quotes: what something would cost, calculated like the charge. Nothing is held.

create or replace function internal.quote_lines(
  p_lines       core.order_line[],
  p_currency    text,
  p_coupon_code text
)
returns core.order_line[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_coupon core.coupon;
  v_total  bigint;
begin
  if nullif(btrim(p_coupon_code), '') is not null then
    select c.* into v_coupon from core.coupon as c where c.code = upper(btrim(p_coupon_code));
    perform internal.check_coupon(v_coupon, internal.user_id(), p_lines, p_currency);
  end if;

  p_lines := internal.price_lines(p_lines, v_coupon, p_currency, null);
  select sum(l.total_minor) into v_total from unnest(p_lines) as l;
  if v_total > 0 then
    perform internal.require_chargeable(v_total, p_currency);
  end if;
  return p_lines;
end
$$;

alter function internal.quote_lines owner to definer;

comment on function internal.quote_lines is $$
Lines as they would be priced for the caller now. A quote does not use the coupon. It takes the same
steps as internal.open_order, so that the quoted amount is the charged one.

Raises
  M0301 amount_not_chargeable, M0304 currency_not_settled
  M4301 coupon_not_found, M9301 coupon_expired, M9302 coupon_not_applicable,
  M9306 coupon_used_up
$$;

create or replace function internal.quote_sums(p_lines core.order_line[], p_currency text)
returns jsonb
language sql
stable
return (
  select jsonb_build_object(
    'currency', p_currency,
    'subtotal_minor', sum(l.unit_minor * l.quantity),
    'discount_minor', sum(l.discount_minor),
    'tax_minor', sum(l.tax_minor),
    'amount_minor', sum(l.total_minor),
    'amount', internal.to_decimal(sum(l.total_minor)::bigint, p_currency))
  from unnest(p_lines) as l);

comment on function internal.quote_sums is 'What lines come to, for a front end.';

create or replace function api.quote_booking(
  p_slot_id     uuid,
  p_seats       integer default 1,
  p_coupon_code text default null
)
returns jsonb
language sql
stable
begin atomic
  select jsonb_build_object(
    'slot_id', s.slot_id, 'seats', p_seats, 'starts_at', s.starts_at, 'ends_at', s.ends_at,
    'seats_left', coalesce(f.seats_left, 0),
    'is_bookable', coalesce(f.seats_left, 0) >= p_seats,
    'booking_mode', o.booking_mode, 'cancellation', c.tiers)
    || internal.quote_sums(
      internal.quote_lines(
        array[internal.new_line('booking', o.title, o.offering_id, null, internal.user_id(),
                                o.provider_id, p_seats, o.price_minor)],
        o.currency, p_coupon_code),
      o.currency)
  from core.slot as s
  join core.offering as o using (offering_id)
  join core.cancellation_policy as c using (cancellation_policy_id)
  left join internal.open_slots() as f on f.slot_id = s.slot_id
  where s.slot_id = p_slot_id
    and p_seats between 1 and 100;
end;

comment on function api.quote_booking is $$
What seats in a slot would cost with a coupon, and whether they can be booked. It holds nothing.
amount_minor is what booking them now would charge. Null if there is no such slot, or if the number
of seats is not between 1 and 100.

Raises
  M0301 amount_not_chargeable  after the discount too little is left for a card
  M0304 currency_not_settled
  M4301 coupon_not_found, M9301 coupon_expired, M9302 coupon_not_applicable,
  M9306 coupon_used_up
$$;

create or replace function api.quote_order(p_items jsonb, p_coupon_code text default null)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_currency text := internal.one_currency(p_items);
  v_lines    core.order_line[];
begin
  select array_agg(internal.new_line(
           case when i.slot_id is not null then 'booking'
                when o.kind = 'course' then 'enrolment' else 'goods' end,
           o.title, o.offering_id, null, internal.user_id(), o.provider_id, i.quantity,
           internal.course_price(o)) order by i.n)
    into v_lines
  from internal.read_items(p_items) as i
  left join core.slot as s on s.slot_id = i.slot_id
  join core.offering as o on o.offering_id = coalesce(i.offering_id, s.offering_id)
  where o.is_active;

  if coalesce(cardinality(v_lines), 0) < (select count(*) from internal.read_items(p_items)) then
    perform internal.refuse('M4306', 'product_not_found', 'Something of this cannot be had here.');
  end if;
  v_lines := internal.quote_lines(v_lines, v_currency, p_coupon_code);
  return internal.quote_sums(v_lines, v_currency) || jsonb_build_object('lines', (
    select jsonb_agg(jsonb_build_object(
      'kind', l.kind, 'title', l.title, 'offering_id', l.offering_id, 'quantity', l.quantity,
      'unit_minor', l.unit_minor, 'discount_minor', l.discount_minor,
      'total_minor', l.total_minor) order by l.ordinality)
    from unnest(v_lines) with ordinality as l));
end
$$;

alter function api.quote_order owner to definer;

comment on function api.quote_order is $$
What a basket would cost now, with a coupon. It holds nothing. amount_minor is what api.place_order
would charge.

Raises
  M0301 amount_not_chargeable, M0304 currency_not_settled
  M0305 items_invalid, M0306 currencies_mixed
  M4306 product_not_found  something of it does not exist, or was taken down
  M4301 coupon_not_found, M9301 coupon_expired, M9302 coupon_not_applicable,
  M9306 coupon_used_up
$$;
