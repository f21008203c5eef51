-- A marketplace for bench/booking.sh: :experts with one session each, and 70 slots of each in
-- the next fortnight. The n-th expert's slots are booked by the n-th learner, who is never busy.
-- Keys are made of numbers, so that pgbench and wrk can name them.
create schema bench;
update core.marketplace set max_holds = 1000;

create function bench.id(p_kind integer, p_number bigint)
returns uuid
language sql
immutable
return (lpad(p_kind::text, 8, '0') || '-0000-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid;

insert into core.person (person_id, display_name)
select bench.id(kind, n), 'person ' || n
from generate_series(0, :experts - 1) as n, unnest('{1,2}'::integer[]) as kind;

insert into core.provider (provider_id) select bench.id(1, n) from generate_series(0, :experts - 1) as n;
insert into core.customer (customer_id) select bench.id(2, n) from generate_series(0, :experts - 1) as n;

insert into core.offering (offering_id, provider_id, title, duration_min, price_minor, published_at)
select bench.id(3, n), bench.id(1, n), 'session ' || n, 60, 45000, now()
from generate_series(0, :experts - 1) as n;

-- Slot n belongs to expert n % :experts, so neighbours never wait for one another.
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
select bench.id(4, n), bench.id(3, n % :experts), bench.id(1, n % :experts), t, t + interval '1 hour'
from generate_series(0, :experts * 70 - 1) as n,
     lateral (select date_trunc('hour', now()) + interval '1 day'
                     + n / :experts / 5 * interval '22 hours 24 minutes'
                     + n / :experts % 5 * interval '90 minutes') as at(t);

-- The last ten slots of each expert are booked and paid, for whoever looks at bookings.
create temporary view booked as
select n, n % :experts as who, s.*
from generate_series(:experts * 60, :experts * 70 - 1) as n
join core.slot as s on s.slot_id = bench.id(4, n);

insert into core.booking
  (booking_id, slot_id, offering_id, provider_id, customer_id, starts_at, ends_at, seats, status,
   confirmed_at, offering_title, price_minor, currency, policy_tiers)
select bench.id(5, n), slot_id, offering_id, provider_id, bench.id(2, who), starts_at, ends_at, 1,
       'confirmed', now(), 'session ' || who, 45000, 'DKK', '[]'
from booked;

insert into core.order
  (order_id, number, customer_id, currency, subtotal_minor, total_minor, status)
select bench.id(6, n), 'bench-' || n, bench.id(2, who), 'DKK', 45000, 45000, 'paid' from booked;

insert into core.order_line
  (order_line_id, order_id, kind, title, offering_id, booking_id, customer_id, provider_id,
   unit_minor, total_minor, commission_bp, commission_minor)
select bench.id(7, n), bench.id(6, n), 'booking', 'session ' || who, offering_id, bench.id(5, n),
       bench.id(2, who), provider_id, 45000, 45000, 1500, 6750
from booked;

insert into core.payment
  (payment_id, order_id, booking_id, payer_id, payee_id, currency, amount_minor, authorized_minor,
   captured_minor)
select bench.id(8, n), bench.id(6, n), bench.id(5, n), bench.id(2, who), provider_id, 'DKK', 45000,
       45000, 45000
from booked;

update core.slot as s set taken = 1 from booked as b where s.slot_id = b.slot_id;
vacuum analyze;
