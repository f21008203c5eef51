-- What bench/money.sh works on: providers who are due, and bookings that wait for their payment.
-- The vocabulary is that of the tests.

create schema bench;
grant usage on schema bench to service_role;

select tests.introduce('alice');
insert into core.customer (customer_id) values (tests.id('alice')) on conflict do nothing;
select tests.many_earn(:payouts, 'acct_bench');

-- One offering of a provider's own for each booking: what is measured is no queue for a seat.
select count(tests.offer('slot ' || n, 'w' || n, 5000)) from generate_series(1, :events) as n;
select count(tests.book('slot ' || n, 'c' || n)) from generate_series(1, :events) as n;
delete from core.stripe_command where kind = 'create_payment';

create table bench.event as
select n, 'evt_bench_' || n as event_id, convert_to(jsonb_build_object(
  'id', 'evt_bench_' || n, 'object', 'event', 'type', 'payment_intent.succeeded',
  'created', 1700000000, 'livemode', false, 'api_version', '2026-09-30.endive',
  'data', jsonb_build_object('object', tests.intent(p.payment_id, 'succeeded')))::text,
  'UTF8') as body
from generate_series(1, :events) as n
join core.booking as b on b.slot_id = tests.id('slot ' || n)
join core.payment as p using (booking_id);
alter table bench.event add primary key (n);
grant select on bench.event to service_role;
vacuum analyze;
