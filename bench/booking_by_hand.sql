-- One booking by hand, for bench/booking_by_hand.sh: the locks of api.book_slot in its order, then
-- one statement that asks what it asks and writes what it writes, without coupons, dogs, waitlists
-- and events.
\set i :i + 1
\set n :first + :client_id * :range + :i
\startpipeline
select set_config('app.user_id', bench.id(2, :n % :experts)::text, true), set_config('request.jwt.claims', '{"role":"authenticated"}', true);
select from core.provider as p where p.provider_id = (select s.provider_id from core.slot as s where s.slot_id = bench.id(4, :n)) for no key update;
select from core.slot as s where s.slot_id = bench.id(4, :n) for no key update;
select from core.customer as c where c.customer_id = bench.id(2, :n % :experts) for no key update;
with asked as materialized (
  select
    f.*, x.*, o.title, o.price_minor, o.currency, o.booking_mode, k.tiers, u.customer_id,
    now() + make_interval(mins => m.hold_min) as hold_expires_at,
    internal.busy_time(f.starts_at, f.ends_at, o) as busy,
    least(10000, coalesce(r.commission_bp, m.commission_bp) + coalesce((
      select max(p.commission_bp) from core.promotion as p
      where p.provider_id = f.provider_id and p.status = 'running'
        and p.expires_at > now()), 0)) as commission_bp
  from internal.open_slots() as f
  join core.offering as o on o.offering_id = f.offering_id
  join core.cancellation_policy as k using (cancellation_policy_id)
  cross join core.marketplace as m
  join core.currency as c on c.currency = o.currency and c.currency = any (m.settlement_currencies)
  left join core.commission as r on r.provider_id = f.provider_id
  join core.customer as u on u.customer_id = bench.id(2, :n % :experts)
  join core.person as e on e.person_id = u.customer_id
  cross join lateral (
    select internal.uuid_v7() as booking_id, internal.uuid_v7() as order_id,
           internal.uuid_v7() as payment_id, internal.uuid_v7() as command_id
    offset 0
  ) as x
  where f.slot_id = bench.id(4, :n)
    and f.seats_left >= 1
    and e.status = 'active'
    and (e.suspended_until is null or e.suspended_until <= now())
    and u.customer_id <> f.provider_id
    and not exists (select from core.waitlist_entry as w
                    where w.slot_id = f.slot_id and w.customer_id = u.customer_id
                      and w.state in ('waiting', 'offered'))
    and o.price_minor between c.charge_min_minor and 99999999
    and o.price_minor % c.charge_step = 0
    and (
      select count(*) filter (where b.status = 'pending_payment' and b.hold_expires_at > now())
               < m.max_holds
         and count(*) filter (where b.cancelled_by = 'customer'
                                and b.cancelled_at > now() - interval '24 hours')
               < m.max_cancels_a_day
         and count(*) filter (where b.starts_at < f.ends_at and b.ends_at > f.starts_at
                                and (b.status in ('requested', 'confirmed')
                                     or b.slot_id = f.slot_id and b.status = 'pending_payment'
                                        and b.hold_expires_at > now())) = 0
      from core.booking as b
      where b.customer_id = u.customer_id and b.starts_at > now() - interval '8 days')
),
booked as (
  insert into core.booking
    (booking_id, slot_id, offering_id, provider_id, customer_id, starts_at, ends_at, seats,
     hold_expires_at, offering_title, price_minor, currency, policy_tiers)
  select booking_id, slot_id, offering_id, provider_id, customer_id, starts_at, ends_at, 1,
         hold_expires_at, title, price_minor, currency, tiers
  from asked
),
seated as (
  update core.slot as s
  set holds = array(select h.until from unnest(s.holds || a.hold_expires_at) as h(until)
                    where h.until > now() order by h.until)
  from asked as a
  where s.slot_id = a.slot_id
),
ended as (
  delete from core.occupancy as c
  where c.provider_id = (select provider_id from asked)
    and c.busy && (select busy from asked)
    and c.slot_id <> bench.id(4, :n)
    and c.expires_at <= now()
  returning c.slot_id
),
busy as (
  insert into core.occupancy as c (slot_id, provider_id, busy, expires_at)
  select slot_id, provider_id, busy, hold_expires_at from asked
  where (select count(*) from ended) is not null
  on conflict (slot_id) do update
  set busy = case when c.expires_at <= now() then excluded.busy else c.busy end,
      expires_at = case when c.expires_at is not null then excluded.expires_at end
),
ordered as (
  insert into core.order
    (order_id, number, customer_id, currency, subtotal_minor, total_minor, asked)
  select order_id, internal.new_order_number(), customer_id, currency, price_minor, price_minor,
         internal.asked_of_booking(slot_id, 1, null, null)
  from asked
  returning number
),
lined as (
  insert into core.order_line
    (order_line_id, order_id, kind, title, offering_id, booking_id, customer_id, provider_id,
     unit_minor, total_minor, commission_bp, commission_minor)
  select internal.uuid_v7(), order_id, 'booking', title, offering_id, booking_id, customer_id,
         provider_id, price_minor, price_minor, commission_bp,
         internal.commission_of(price_minor, commission_bp)
  from asked
),
paid as (
  insert into core.payment
    (payment_id, order_id, booking_id, payer_id, payee_id, capture_method, currency, amount_minor)
  select payment_id, order_id, booking_id, customer_id, provider_id,
         case booking_mode when 'request' then 'manual' else 'automatic' end, currency, price_minor
  from asked
),
commanded as (
  insert into core.stripe_command
    (stripe_command_id, kind, subject_id, payment_id, idempotency_key, path, params)
  select a.command_id, 'create_payment', a.payment_id, a.payment_id,
         concat_ws(':', 'convene', 'create_payment', a.payment_id, 'g1'), '/v1/payment_intents',
         jsonb_build_object(
           'amount', a.price_minor, 'currency', lower(a.currency), 'capture_method', 'automatic',
           'automatic_payment_methods', '{"enabled": true}'::jsonb,
           'transfer_group', 'order_' || a.order_id, 'description', 'Order ' || o.number,
           'metadata', jsonb_build_object(
             'payment_id', a.payment_id, 'order_id', a.order_id, 'booking_id', a.booking_id,
             'op_id', a.command_id, 'subject_id', a.payment_id))
  from asked as a
  cross join ordered as o
)
select 1 / count(*) as is_booked from asked;
\endpipeline
