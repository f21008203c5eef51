-- A marketplace for bench/booking_cost.sh: a learner and a slot for each booking, of one provider a
-- hundred slots. It names only what every version has had.
create schema bench;
create extension pg_stat_statements;
grant usage on schema bench to authenticated;

create function bench.id(p_kind integer, p_number bigint)
returns uuid
language sql
immutable
return (lpad(p_kind::text, 8, '0') || '-0000-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid;

create temporary table made as select generate_series(0, :bookings * 11 / 10) as n;
create temporary table provider as select generate_series(0, :bookings * 11 / 1000) as n;

insert into core.person (person_id, display_name)
select bench.id(1, n), 'provider ' || n from provider
union all
select bench.id(2, n), 'customer ' || n from made;
insert into core.provider (provider_id) select bench.id(1, n) from provider;
insert into core.customer (customer_id) select bench.id(2, n) from made;
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor, published_at)
select bench.id(3, n), bench.id(1, n), 'session ' || n, 60, 45000, now() from provider;
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
select bench.id(4, n), bench.id(3, n / 100), bench.id(1, n / 100), t, t + interval '1 hour'
from made, lateral (select date_trunc('hour', now()) + interval '1 day'
                           + n % 100 * interval '2 hours') as at(t);
