-- The reports of the avenrae lens equal a recount by hand, row by row, over random sales.
--
-- 300 of them, or SALES=10000 cargo test -p tests sql::lenses::avenrae_reports (with psql,
-- PGOPTIONS='-c tests.sales=10000').

begin;
select plan(14);

select setseed(0.42);
create function tests.any_of(p_words text[]) returns text language sql volatile
return p_words[1 + floor(random() * cardinality(p_words))::integer];

-- Healers, services, events, goods and clients.
select tests.introduce('h' || n) from generate_series(1, 5) as n;
insert into core.provider (provider_id, provider_type, currency)
select tests.id('h' || n), 'healer', case n when 5 then 'USD' else 'EUR' end from generate_series(1, 5) as n;
select tests.introduce('c' || n) from generate_series(1, 20) as n;
insert into core.customer select tests.id('c' || n) from generate_series(1, 20) as n;
insert into core.offering (offering_id, provider_id, kind, title, duration_min, price_minor, currency)
select tests.id(format('s%s-%s', h, n)), tests.id('h' || h), 'service', format('s%s-%s', h, n), 60, 1000,
       case h when 5 then 'USD' else 'EUR' end
from generate_series(1, 5) as h, generate_series(1, 3) as n;
insert into core.offering (offering_id, provider_id, kind, title, duration_min, price_minor, currency)
select tests.id('e' || n), tests.id('h' || n), 'event', 'e' || n, 60, 1000, 'EUR' from generate_series(1, 3) as n;
insert into core.offering (offering_id, kind, title, price_minor, currency)
select tests.id('g' || n), 'product', 'g' || n, 1000, 'EUR' from generate_series(1, 8) as n;

set local session_replication_role = replica;
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at, capacity, origin)
select tests.id(format('d%s-%s', e, n)), tests.id('e' || e), tests.id('h' || e),
       '2026-01-10 12:00+00'::timestamptz + make_interval(months => n), '2026-01-10 13:00+00'::timestamptz + make_interval(months => n),
       10000, 'manual'
from generate_series(1, 3) as e, generate_series(1, 4) as n;
insert into core.event (slot_id) select slot_id from core.slot where provider_id in (select tests.id('h' || n) from generate_series(1, 3) as n);

-- Sales: bookings, registrations and goods, paid or not, given back or not.
create table sale as
select
  n, tests.any_of('{booking,booking,registration,goods,goods}') as kind,
  1 + floor(random() * 5)::integer as h, 1 + floor(random() * 3)::integer as s,
  1 + floor(random() * 4)::integer as d, 1 + floor(random() * 3)::integer as seats,
  1 + floor(random() * 20)::integer as c, (100 + floor(random() * 90000))::bigint as price,
  -- Goods are sold in months in which nothing else is.
  '2026-01-01 00:00+00'::timestamptz + random() * interval '300 days' as at,
  '2025-06-01 00:00+00'::timestamptz + random() * interval '300 days' as bought_at,
  tests.any_of('{pending_payment,confirmed,completed,completed,completed,cancelled,declined,no_show_customer}') as status,
  random() < 0.8 as is_paid, random() < 0.15 as is_refunded,
  tests.any_of('{1,2,3,4,5,none,hidden}') as rating
from generate_series(1, coalesce(nullif(current_setting('tests.sales', true), ''), '300')::integer) as n;
update sale set h = 1 + h % 3 where kind = 'registration';

insert into core.booking
  (booking_id, slot_id, offering_id, provider_id, customer_id, starts_at, ends_at, seats, status,
   hold_expires_at, offering_title, price_minor, currency, policy_tiers, cancelled_by, cancelled_at)
select tests.id('b' || n), case kind when 'booking' then tests.id('x' || n) else tests.id(format('d%s-%s', h, d)) end,
       case kind when 'booking' then tests.id(format('s%s-%s', h, s)) else tests.id('e' || h) end,
       tests.id('h' || h), tests.id('c' || c),
       case kind when 'booking' then at else '2026-01-10 12:00+00'::timestamptz + make_interval(months => d) end,
       case kind when 'booking' then at + interval '1 hour' else '2026-01-10 13:00+00'::timestamptz + make_interval(months => d) end,
       case kind when 'booking' then 1 else seats end, status, now() + interval '1 hour', 'x', price,
       case when kind = 'booking' and h = 5 then 'USD' else 'EUR' end, '[]',
       case status when 'cancelled' then 'customer' end, case status when 'cancelled' then now() end
from sale where kind <> 'goods';
insert into core.order (order_id, number, customer_id, currency, subtotal_minor, total_minor, status, placed_at)
select tests.id('o' || n), 'N' || n, tests.id('c' || c), case when kind = 'booking' and h = 5 then 'USD' else 'EUR' end,
       price * case kind when 'goods' then s else 1 end, price * case kind when 'goods' then s else 1 end,
       case when not is_paid then 'pending' when is_refunded then 'refunded' else 'paid' end, bought_at
from sale;
create table line as
select n, i, kind, is_paid, is_refunded, price, h, c
from sale cross join lateral generate_series(1, case kind when 'goods' then s else 1 end) as i;
insert into core.order_line
  (order_line_id, order_id, kind, title, offering_id, booking_id, customer_id, provider_id, unit_minor,
   total_minor, commission_bp, commission_minor, fulfilment)
select tests.id(format('l%s-%s', n, i)), tests.id('o' || n), case kind when 'goods' then 'goods' else 'booking' end, 'x',
       case kind when 'goods' then tests.id('g' || (1 + n % 8)) end, case when kind <> 'goods' then tests.id('b' || n) end,
       tests.id('c' || c), case when kind <> 'goods' then tests.id('h' || h) end, price, price, 10000, price,
       case when kind = 'goods' and is_paid then 'placed' end
from line;
insert into core.earning (earning_id, order_line_id, payment_id, provider_id, currency, gross_minor, commission_minor, provider_minor)
select tests.id(format('w%s-%s', n, i)), tests.id(format('l%s-%s', n, i)), tests.id('y' || n), null, 'EUR', price, price, 0
from line where is_paid;
insert into core.refund (refund_id, payment_id, cause, amount_minor, status)
select tests.id('r' || n), tests.id('y' || n), 'x', price, 'succeeded' from sale where is_paid and is_refunded;
insert into core.refund_line (refund_id, order_line_id, amount_minor)
select tests.id('r' || n), tests.id(format('l%s-%s', n, i)), price from line where is_paid and is_refunded;
insert into core.review (review_id, booking_id, author_side, author_id, provider_id, offering_id, rating, status)
select gen_random_uuid(), tests.id('b' || n), 'customer', tests.id('c' || c), tests.id('h' || h),
       tests.id(format('s%s-%s', h, s)), case rating when 'hidden' then 1 else rating::integer end,
       case rating when 'hidden' then 'hidden' else 'published' end
from sale where kind = 'booking' and status = 'completed' and rating <> 'none'
union all
-- What healers say of clients is no rating of theirs.
select gen_random_uuid(), tests.id('b' || n), 'provider', tests.id('h' || h), tests.id('h' || h),
       tests.id(format('s%s-%s', h, s)), 1, 'published'
from sale where kind = 'booking' and status = 'completed' and n % 3 = 0;
set local session_replication_role = origin;
analyze core.booking, core."order", core.order_line, core.earning, core.refund_line, core.event;
update core.slot as s
set taken = coalesce((select sum(b.seats) from core.booking as b
                      where b.slot_id = s.slot_id and internal.takes_seat(b.status)), 0)
where s.slot_id in (select slot_id from core.event);
select count(internal.count_ratings(tests.id('h' || n))) from generate_series(1, 5) as n;
select ok((select count(distinct kind) = 3 and bool_or(is_paid) and bool_or(is_refunded) from sale),
          'the sales are of every kind, paid, given back and neither');

-- By hand, one row after the other.
create function pg_temp.add(p_sums jsonb, p_key text, p_field text, p_amount numeric) returns jsonb language sql
return p_sums || jsonb_build_object(p_key, coalesce(p_sums -> p_key, '{}') || jsonb_build_object(
  p_field, coalesce((p_sums -> p_key ->> p_field)::numeric, 0) + p_amount));
create function pg_temp.by_hand(p_report text) returns jsonb language plpgsql as $$
declare
  v_sums jsonb := '{}';
  v_row  record;
  v_key  text;
  v_stands boolean;
begin
  for v_row in select * from sale order by n loop
    v_stands := v_row.is_paid and not v_row.is_refunded;
    if p_report = 'healer' and v_row.kind = 'booking' and v_row.status in ('completed', 'no_show_customer') then
      v_key := 'h' || v_row.h;
      v_sums := pg_temp.add(v_sums, v_key, 'bookings', 1);
      v_sums := pg_temp.add(v_sums, v_key, 'revenue', v_row.price);
      if v_row.status = 'completed' and v_row.rating <> 'none' then
        v_sums := pg_temp.add(v_sums, v_key, 'ratings', 1);
        v_sums := pg_temp.add(v_sums, v_key, 'stars', case v_row.rating when 'hidden' then 1 else v_row.rating::integer end);
      end if;
    elsif p_report = 'service' and v_row.kind = 'booking' and v_row.status = 'completed'
          and v_row.rating not in ('none', 'hidden') then
      v_key := format('s%s-%s', v_row.h, v_row.s);
      v_sums := pg_temp.add(v_sums, v_key, 'ratings', 1);
      v_sums := pg_temp.add(v_sums, v_key, 'stars', v_row.rating::integer);
    elsif p_report = 'event' and v_row.kind = 'registration'
          and v_row.status in ('confirmed', 'completed', 'no_show_customer') then
      v_sums := pg_temp.add(v_sums, format('d%s-%s', v_row.h, v_row.d), 'seats', v_row.seats);
    elsif p_report = 'month' and v_stands then
      v_key := case v_row.kind
        when 'booking' then left((v_row.at at time zone 'UTC')::text, 7)
        when 'goods' then left((v_row.bought_at at time zone 'UTC')::text, 7)
        else left((('2026-01-10 12:00+00'::timestamptz + make_interval(months => v_row.d)) at time zone 'UTC')::text, 7)
      end || case when v_row.kind = 'booking' and v_row.h = 5 then ' USD' else ' EUR' end;
      v_sums := pg_temp.add(v_sums, v_key, v_row.kind, 1);
      v_sums := pg_temp.add(v_sums, v_key, v_row.kind || ' sum', v_row.price * case v_row.kind when 'goods' then v_row.s else 1 end);
    end if;
  end loop;
  return v_sums;
end $$;

select tests.make_staff('sam');
create table by_hand as
select r as report, k.key, k.value
from unnest(array['healer', 'service', 'event', 'month']) as r, lateral jsonb_each(pg_temp.by_hand(r)) as k;
grant select on by_hand, sale to public;
grant execute on function tests.any_of to public;
create function tests.of(p_value jsonb, p_field text) returns numeric language sql immutable
return coalesce((p_value ->> p_field)::numeric, 0);
grant execute on function tests.of to public;
select isnt_empty('select from by_hand where report = ' || quote_literal(r), 'there is something to report of every ' || r)
from unnest(array['healer', 'service', 'event', 'month']) as r;

select tests.act_as('sam');
select results_eq(
  $$ select uuid, total_bookings, total_revenue, avg_rating from avenrae.healer_revenue
     where total_bookings > 0 order by uuid $$,
  $$ select tests.id(key), tests.of(value, 'bookings')::bigint, tests.of(value, 'revenue') / 100,
            (tests.of(value, 'stars') / nullif(tests.of(value, 'ratings'), 0))::numeric(3, 2)
     from by_hand where report = 'healer' order by 1 $$,
  'the revenue of healers is that of a recount by hand');
select results_eq(
  $$ select uuid, total_reviews, avg_rating from avenrae.top_rated_services order by uuid $$,
  $$ select tests.id(key), tests.of(value, 'ratings')::bigint,
            (tests.of(value, 'stars') / tests.of(value, 'ratings'))::numeric(3, 2)
     from by_hand where report = 'service' order by 1 $$,
  'the ratings of services are those of a recount by hand, each of its own');
select results_eq(
  $$ select uuid, registered_count::bigint, capacity_percentage from avenrae.event_attendance
     where registered_count > 0 order by uuid $$,
  $$ select tests.id(key), tests.of(value, 'seats')::bigint, round(tests.of(value, 'seats') / 100, 2)
     from by_hand where report = 'event' order by 1 $$,
  'the seats of events are those of a recount by hand, with decimals');
select results_eq(
  $$ select month || ' ' || currency, bookings, booking_revenue, orders, product_revenue,
            event_registrations, event_revenue, total_revenue
     from avenrae.monthly_revenue order by 1 $$,
  $$ select key, tests.of(value, 'booking')::bigint, tests.of(value, 'booking sum') / 100,
            tests.of(value, 'goods')::bigint, tests.of(value, 'goods sum') / 100,
            tests.of(value, 'registration')::bigint, tests.of(value, 'registration sum') / 100,
            (tests.of(value, 'booking sum') + tests.of(value, 'goods sum') + tests.of(value, 'registration sum')) / 100
     from by_hand where report = 'month' order by 1 $$,
  'the revenue of months is that of a recount by hand, months with orders only among them');
select isnt_empty($$ select from avenrae.monthly_revenue where bookings = 0 and orders > 0 $$,
  'a month with orders only is in the report');

-- Whose they are.
select tests.act_as('h1');
select results_eq($$ select count(*) filter (where total_bookings > 0), count(*) from avenrae.healer_revenue $$,
  'values (1::bigint, 1::bigint)', 'a healer sees their own revenue and no other');
select tests.act_as('c1');
select is_empty('select * from avenrae.healer_revenue',
  'a client cannot see what a healer makes of others');
select tests.act_as_anonymous();
select throws_ok('select * from avenrae.healer_revenue', '42501', null,
  'an anonymous caller cannot read the revenue of healers');
select throws_ok('select * from avenrae.monthly_revenue', '42501', null,
  'an anonymous caller cannot read the revenue of months');

select * from finish();
rollback;
