-- At every edge of every policy: what is quoted for calling off is what is answered, promised and
-- asked of Stripe. And for every price, coupon and number of seats: what is quoted is charged.

begin;
select plan(9);

select tests.introduce('tara', 'alice');
update core.marketplace
set max_holds = 9999, max_free = 9999, max_free_provider = 9999, max_free_a_day = 9999,
    max_cancels_a_day = 9999, max_offerings = 9999;
create table edge (n integer generated always as identity, policy text, starts_at timestamptz,
                   price bigint, currency text, side text, earlier bigint,
                   expected bigint, quoted bigint, answered bigint, promised bigint, asked bigint);
-- One second to either side of each tier, and the tier itself; now() stands still in here.
insert into edge (policy, starts_at, price, currency, side, earlier)
select p.name, now() + make_interval(secs => h.hours * 3600 + d.seconds), m.price, m.currency,
       s.side, m.earlier
from core.cancellation_policy as p
cross join lateral (
  select (t ->> 'hours_before')::integer as hours from jsonb_array_elements(p.tiers) as t
  union select 0 union select 400) as h
cross join (values (-1), (0), (1)) as d(seconds)
cross join (values (9999::bigint, 'EUR', 0::bigint), (5550, 'KWD', 0), (777, 'JPY', 0),
                   (9999, 'EUR', 1234)) as m(price, currency, earlier)
cross join (values ('alice'), ('tara')) as s(side)
where p.provider_id is null and h.hours * 3600 + d.seconds > 0;

create function cancel_at_edge(p_edge edge) returns void language plpgsql as $$
declare
  v_slot       text := 'slot ' || p_edge.n;
  v_payment_id uuid;
  v_booking_id uuid;
  v_quote      bigint;
  v_answer     bigint;
begin
  perform tests.offer(v_slot, 'tara', p_edge.price, p_edge.currency,
                      p_starts => now() + p_edge.n * interval '2 hours' + interval '500 days');
  update core.offering as o
  set cancellation_policy_id = (select c.cancellation_policy_id from core.cancellation_policy as c
                                where c.name = p_edge.policy and c.provider_id is null)
  where o.offering_id = tests.id('offering ' || v_slot);
  v_payment_id := tests.paid(v_slot, 'alice');
  if p_edge.earlier > 0 then
    perform tests.event('evt_r' || p_edge.n, 'refund.created',
      tests.refund(v_payment_id, 're_' || p_edge.n, p_edge.earlier, 'succeeded'));
  end if;
  update core.booking as b
  set starts_at = p_edge.starts_at, ends_at = p_edge.starts_at + interval '1 hour',
      confirmed_at = now() - interval '1 day', created_at = now() - interval '1 day'
  where b.booking_id = (select booking_id from core.payment where payment_id = v_payment_id)
  returning b.booking_id into v_booking_id;

  perform tests.act_as(p_edge.side);
  v_quote := api.quote_cancellation(v_booking_id) ->> 'refund_minor';
  select c.refund_minor into v_answer from api.cancel_booking(v_booking_id) as c;
  perform tests.act_as_nobody();
  update edge as e
  set quoted = v_quote, answered = v_answer,
      promised = coalesce((select sum(r.amount_minor) from core.refund as r
                           where r.payment_id = v_payment_id and r.cause like 'cancel:%'), 0),
      asked = coalesce((select sum((c.params ->> 'amount')::bigint) from core.stripe_command as c
                        where c.payment_id = v_payment_id and c.kind = 'refund'), 0)
  where e.n = p_edge.n;
end $$;
select cancel_at_edge(e) from edge as e;

-- From first principles: the best tier whose hours are kept, of what is left, in Stripe's steps.
update edge as e
set expected = case when e.side = 'tara' then e.price - e.earlier else (
  select case when f.percent = 100 then e.price - e.earlier
              else round(round((e.price - e.earlier) * f.percent / 100.0) / c.charge_step)
                   * c.charge_step end
  from core.currency as c
  cross join lateral (
    select coalesce(max((t ->> 'refund_percent')::integer), 0) as percent
    from core.cancellation_policy as p
    cross join jsonb_array_elements(p.tiers) as t
    where p.name = e.policy and p.provider_id is null
      and extract(epoch from e.starts_at - now()) >= (t ->> 'hours_before')::integer * 3600) as f
  where c.currency = e.currency) end;

select cmp_ok((select count(*)::integer from edge), '>', 150, 'there are many edges');
select cmp_ok((select count(distinct expected)::integer from edge), '>', 8,
  'the edges come to many different refunds');
select is_empty('select * from edge where quoted is distinct from expected',
  'at every edge the quote is what the policy says');
select is_empty('select * from edge where answered is distinct from quoted',
  'at every edge the answer is the quote');
select is_empty('select * from edge where promised is distinct from quoted or asked is distinct from quoted',
  'at every edge Stripe is asked for exactly what was quoted');

-- Bookings: every price with every coupon.
insert into core.coupon (coupon_id, code, provider_id, kind, percent, per_customer)
select gen_random_uuid(), 'P' || p, case when p % 2 = 0 then tests.id('tara') end, 'percent', p, 999
from unnest(array[1, 33, 50, 97, 100]) as p;
insert into core.coupon (coupon_id, code, kind, amount_minor, currency, per_customer)
select gen_random_uuid(), 'A' || a || c, 'amount', a, c, 999
from unnest(array[1, 499, 9999]) as a cross join unnest(array['EUR', 'JPY']) as c;
create table sale (n integer generated always as identity, price bigint, currency text,
                   seats integer, coupon text, quoted text, charged text, frozen bigint);
insert into sale (price, currency, seats, coupon)
select m.price, m.currency, s.seats, c.code
from (values (0::bigint, 'EUR'), (50, 'EUR'), (9999, 'EUR'), (101, 'JPY'), (5010, 'KWD')) as m(price, currency)
cross join generate_series(1, 3) as s(seats)
cross join (select code from core.coupon union all select null) as c;

create function sell(p_sale sale) returns void language plpgsql as $$
declare
  v_slot   text := 'sale ' || p_sale.n;
  v_quote  text;
  v_charge text;
  v_id     uuid;
begin
  perform tests.offer(v_slot, 'tara', p_sale.price, p_sale.currency, p_capacity => 3,
                      p_starts => now() + interval '3 days' + p_sale.n * interval '2 hours');
  perform tests.act_as('alice');
  begin
    v_quote := api.quote_booking(tests.id(v_slot), p_sale.seats, p_sale.coupon) ->> 'amount_minor';
  exception when others then
    v_quote := sqlstate || ' ' || sqlerrm;
  end;
  begin
    select b.amount_minor, b.payment_id into v_charge, v_id
    from api.book_slot(tests.id('alice'), tests.id(v_slot), null, null, p_sale.seats, p_sale.coupon) as b;
  exception when others then
    v_charge := sqlstate || ' ' || sqlerrm;
  end;
  perform tests.act_as_nobody();
  update sale as s
  set quoted = v_quote, charged = v_charge,
      frozen = (select (c.params ->> 'amount')::bigint from core.stripe_command as c
                where c.payment_id = v_id and c.kind = 'create_payment')
  where s.n = p_sale.n;
end $$;
select sell(s) from sale as s;

select is_empty('select * from sale where quoted is distinct from charged',
  'whatever the price, the seats and the coupon, the quote is the charge, and a refusal is the same');
select is_empty($$ select * from sale where charged ~ '^[1-9]' and charged::bigint is distinct from frozen $$,
  'Stripe is asked for exactly what was quoted of a booking');
select cmp_ok((select count(distinct quoted)::integer from sale), '>', 30,
  'the sales come to many different prices');
select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after all of these');
select * from finish();
rollback;
