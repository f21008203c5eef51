-- A marketplace with a past, for bench/history.sh: :experts with one session each, :bookings that
-- are over, a fortnight of free slots, and one expert (number 0) with 5,000 bookings of her own.
-- Keys are made of numbers, so that a script can name them. Triggers and checks of keys are off
-- while it loads: the rows are right by construction.
create schema bench;
set session_replication_role = replica;

create function bench.id(p_kind integer, p_number bigint)
returns uuid
language sql
immutable
return (lpad(p_kind::text, 8, '0') || '-0000-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid;

insert into core.person (person_id, display_name, is_listed)
select bench.id(kind, n), 'person ' || n, kind = 1
from generate_series(0, :experts - 1) as n, unnest('{1,2}'::integer[]) as kind;

insert into core.provider (provider_id, rating_avg, rating_count, hourly_rate_minor)
select bench.id(1, n), 1 + (n * 7 % 401) / 100.0, n % 50, 10000 + n % 977 * 100
from generate_series(0, :experts - 1) as n;
insert into core.customer (customer_id)
select bench.id(2, n) from generate_series(0, :experts - 1) as n;

insert into core.offering
  (offering_id, provider_id, title, description, tags, duration_min, price_minor, published_at,
   created_at)
select bench.id(3, n), bench.id(1, n), 'session ' || n, 'About subject ' || n % 500,
       array['tag' || n % 200], 60, 20000 + n % 613 * 100, now(),
       now() - make_interval(mins => n::integer)
from generate_series(0, :experts - 1) as n;

-- What is over: booking n belongs to expert n % :experts, 5,000 more to expert 0.
create table bench.past as
select n, case when n < :bookings - 5000 then n % :experts else 0 end as who,
       (n * 31 + 17) % :experts as learner,
       date_trunc('hour', now()) - make_interval(hours => 24 + (n / :experts)::integer * 7
         + case when n < :bookings - 5000 then 0 else (n - :bookings + 5000)::integer end)
         as starts_at
from generate_series(0, :bookings - 1) as n;

insert into core.slot
  (slot_id, offering_id, provider_id, starts_at, ends_at, taken, created_at)
select bench.id(4, n), bench.id(3, who), bench.id(1, who),
       -- The keys of two slots of one expert differ by seconds.
       starts_at + make_interval(secs => n % 3600), starts_at + interval '1 hour', 1, starts_at
from bench.past;

-- What is to come: twenty free slots of each expert, and as many that are sold.
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at, taken)
select bench.id(4, 100000000 + n), bench.id(3, n % :experts), bench.id(1, n % :experts), t,
       t + interval '1 hour', n / :experts % 2
from generate_series(0, :experts::bigint * 40 - 1) as n,
     lateral (select date_trunc('hour', now()) + interval '1 day'
                     + n / :experts * interval '8 hours') as at(t);

insert into core.booking
  (booking_id, slot_id, offering_id, provider_id, customer_id, starts_at, ends_at, seats, status,
   confirmed_at, completed_at, offering_title, price_minor, currency, policy_tiers, created_at)
select bench.id(5, n), bench.id(4, n), bench.id(3, who), bench.id(1, who), bench.id(2, learner),
       starts_at, starts_at + interval '1 hour', 1, 'completed', starts_at, starts_at,
       'session ' || who, 45000, 'DKK', '[]', starts_at - interval '3 days'
from bench.past;

insert into core.order
  (order_id, number, customer_id, currency, subtotal_minor, total_minor, status, placed_at)
select bench.id(6, n), 'bench-' || n, bench.id(2, learner), 'DKK', 45000, 45000, 'paid', starts_at
from bench.past;

insert into core.order_line
  (order_line_id, order_id, kind, title, offering_id, booking_id, customer_id, provider_id,
   unit_minor, total_minor, commission_bp, commission_minor)
select bench.id(7, n), bench.id(6, n), 'booking', 'session ' || who, bench.id(3, who),
       bench.id(5, n), bench.id(2, learner), bench.id(1, who), 45000, 45000, 1500, 6750
from bench.past;

insert into core.payment
  (payment_id, order_id, booking_id, payer_id, payee_id, currency, amount_minor, authorized_minor,
   captured_minor, captured_at, created_at, external_id)
select bench.id(8, n), bench.id(6, n), bench.id(5, n), bench.id(2, learner), bench.id(1, who),
       'DKK', 45000, 45000, 45000, starts_at, starts_at, 'pi_' || n
from bench.past;

insert into core.earning
  (earning_id, order_line_id, payment_id, booking_id, provider_id, currency, gross_minor,
   commission_minor, provider_minor, allocated_minor, released_at, created_at)
select bench.id(9, n), bench.id(7, n), bench.id(8, n), bench.id(5, n), bench.id(1, who), 'DKK',
       45000, 6750, 38250, 38250, starts_at, starts_at
from bench.past;

insert into core.ledger_account (ledger_account_id, person_id, kind, currency)
select bench.id(10, n), bench.id(1, n), 'available', 'DKK'
from generate_series(0, :experts - 1) as n;
insert into core.ledger_balance (ledger_account_id, balance_minor)
select ledger_account_id, 0 from core.ledger_account on conflict do nothing;
insert into core.ledger_account (ledger_account_id, person_id, kind, currency)
values (bench.id(11, 0), null, 'processor', 'DKK'), (bench.id(11, 1), null, 'revenue', 'DKK')
on conflict do nothing;
insert into core.ledger_transfer
  (ledger_transfer_id, idempotency_key, kind, reference_kind, reference_id, created_at)
select bench.id(12, n), 'bench-' || n, 'capture', 'payment', bench.id(8, n), starts_at
from bench.past;
insert into core.ledger_entry (ledger_transfer_id, ledger_account_id, currency, amount_minor)
select bench.id(12, n), a.id, 'DKK', a.amount
from bench.past,
     lateral (values (bench.id(10, who), 38250), (bench.id(11, 1), 6750), (bench.id(11, 0), -45000))
       as a(id, amount);

insert into core.notification (notification_id, person_id, type, payload, created_at)
select bench.id(13, n), bench.id(2, learner), 'booking_confirmed',
       jsonb_build_object('booking_id', bench.id(5, n)), starts_at
from bench.past;

drop table bench.past;
set session_replication_role = origin;
