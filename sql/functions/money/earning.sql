-- Splitting what was captured, taking back what is refunded, releasing what has cleared.
--
-- Every function here holds the provider's wallet (internal.lock_wallet) before it changes an
-- earning, and is called under the payment's lock, or by the clock.

create or replace function internal.earned_minor(p_provider_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(l.total_minor - l.commission_minor), 0)::bigint
  from core.order_line as l
  join core.booking as b using (booking_id)
  where l.provider_id = p_provider_id
    and (p_provider_id = internal.user_id() or internal.is_service())
    and b.status in ('completed', 'no_show_customer');
end;

alter function internal.earned_minor owner to definer;

comment on function internal.earned_minor is $$
What a provider has earned with bookings that took place, commission taken off; 0 to everybody
but them and the house. Definer, because the lens asks it for strangers, who see no order.
$$;

create or replace function internal.open_earnings(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_commission bigint;
begin
  perform internal.lock_wallets(p_payment.currency, array(
    select l.provider_id from core.order_line as l
    where l.order_id = p_payment.order_id and l.provider_id is not null));

  v_commission := (internal.split(
    p_payment.amount_minor,
    array[m.commission_bp, 10000 - m.commission_bp]::bigint[]))[1]
  from core.marketplace as m;

  -- What nobody provides is the platform's alone. Several lines share the commission.
  with line as (
    select l.*, row_number() over (order by l.order_line_id) as n
    from core.order_line as l
    where l.order_id = p_payment.order_id and l.provider_id is not null and l.total_minor > 0
  ),
  parts as (
    select internal.split(v_commission, array_agg(l.total_minor order by l.n)) as commission
    from line as l
  )
  insert into core.earning
    (earning_id, order_line_id, payment_id, booking_id, provider_id, currency, gross_minor,
     commission_minor, provider_minor)
  select internal.uuid_v7(), l.order_line_id, p_payment.payment_id, l.booking_id, l.provider_id,
         p_payment.currency, l.total_minor, p.commission[l.n], l.total_minor - p.commission[l.n]
  from line as l
  cross join parts as p;

  update core.order_line as l
  set commission_minor = e.commission_minor
  from core.earning as e
  where e.order_line_id = l.order_line_id and e.payment_id = p_payment.payment_id;

  perform internal.post_transfer(
    'capture:' || p_payment.payment_id, 'capture', 'payment', p_payment.payment_id,
    array[internal.ledger_account_id('processor', p_payment.currency),
          internal.ledger_account_id('revenue', p_payment.currency)] || e.accounts,
    array[-p_payment.amount_minor, p_payment.amount_minor - e.total] || e.amounts)
  from (
    select
      coalesce(sum(s.provider_minor), 0)::bigint as total,
      coalesce(array_agg(internal.ledger_account_id('clearing', s.currency, s.provider_id)
                         order by s.provider_id), '{}') as accounts,
      coalesce(array_agg(s.provider_minor order by s.provider_id), '{}') as amounts
    from core.earning as s
    where s.payment_id = p_payment.payment_id
  ) as e;
end
$$;

alter function internal.open_earnings owner to definer;

comment on function internal.open_earnings is $$
Split a captured payment between its providers and the platform, to the last minor unit.
$$;

create or replace function internal.gone_back(p_payment_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select least(p.captured_minor, (
    coalesce((select sum(r.amount_minor) from core.refund as r
              where r.payment_id = p_payment_id
                and r.reserved_at is not null and r.reversed_at is null), 0)
    + coalesce((select sum(d.amount_minor) from core.dispute as d
                where d.payment_id = p_payment_id
                  and d.status = 'lost' and d.closed_at is not null), 0)
  )::bigint)
  from core.payment as p
  where p.payment_id = p_payment_id;
end;

alter function internal.gone_back owner to definer;

comment on function internal.gone_back is
  'What of a payment has gone back to its payer, by refunds that stand and disputes lost.';

create or replace function internal.share_return(
  p_payment      core.payment,
  p_amount_minor bigint,
  p_key          text,
  p_kind         text,
  p_counter      text,
  p_reference_id uuid,
  p_phase        text default 'single',
  p_resolves_key text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_accounts uuid[];
  v_amounts  bigint[];
begin
  perform internal.lock_wallets(p_payment.currency, array(
    select e.provider_id from core.earning as e where e.payment_id = p_payment.payment_id));

  -- The parts follow from the sum that has gone back, not from the steps it went in: so the
  -- order of two refunds makes no difference, and all of them together leave nothing over.
  with line as (
    select e.*, row_number() over (order by e.earning_id) as n
    from core.earning as e
    where e.payment_id = p_payment.payment_id
  ),
  weights as (
    select array_agg(w.weight order by l.n, w.i) as weight
    from line as l
    cross join lateral (values (1, l.commission_minor), (2, l.provider_minor)) as w(i, weight)
  ),
  target as (
    select internal.split(
      least(internal.gone_back(p_payment.payment_id), (select sum(l.gross_minor) from line as l))
        ::bigint, w.weight) as part
    from weights as w
  ),
  moved as (
    update core.earning as e
    set returned_commission = t.part[2 * l.n - 1], returned_minor = t.part[2 * l.n]
    from line as l
    cross join target as t
    where e.earning_id = l.earning_id
    returning
      l.provider_id,
      case when l.released_at is null then 'clearing' else 'available' end as kind,
      l.returned_minor - e.returned_minor as provider_delta,
      l.returned_commission - e.returned_commission as commission_delta
  )
  select
    array_agg(internal.ledger_account_id(m.kind, p_payment.currency, m.provider_id))
      || internal.ledger_account_id('revenue', p_payment.currency),
    array_agg(m.provider_delta) || coalesce(sum(m.commission_delta), 0)::bigint
    into v_accounts, v_amounts
  from moved as m;

  -- What went back beyond the payment (refunded, and lost in a dispute) is the house's loss.
  perform internal.post_transfer(
    p_key, p_kind, p_kind, p_reference_id,
    v_accounts || internal.ledger_account_id(p_counter, p_payment.currency)
               || internal.ledger_account_id('loss', p_payment.currency),
    v_amounts || p_amount_minor
              || (-p_amount_minor - (select sum(a.amount) from unnest(v_amounts) as a(amount)))::bigint,
    p_phase, p_resolves_key);
end
$$;

alter function internal.share_return owner to definer;

comment on function internal.share_return is $$
Bring the shares of provider and platform in line with what has gone back to the payer, and
post the difference against a counter account. Locks the wallets of the payment's providers.
$$;

create or replace function internal.due_earnings()
returns table (earning_id uuid)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select e.earning_id
  from core.earning as e
  join core.payment as p using (payment_id)
  left join core.booking as b on b.booking_id = e.booking_id
  cross join core.marketplace as m
  where e.released_at is null
    and p.dispute_state <> 'open'
    and (b.booking_id is null
         or b.status in ('completed', 'no_show_customer', 'no_show_provider', 'cancelled'))
    and coalesce(b.ends_at, e.created_at) + make_interval(days => m.clearing_days) <= now()
  order by e.created_at;
end;

alter function internal.due_earnings owner to definer;

comment on function internal.due_earnings is
  'Earnings that have cleared and are not released yet, the oldest first.';

create or replace function api.release_due_earnings(p_limit integer default 1000)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids          uuid[];
  v_transfer_ids uuid[];
  v_accounts     uuid[];
  v_amounts      bigint[];
begin
  -- Candidates first, then their wallets, then what is still due under those locks.
  v_ids := array(select d.earning_id from internal.due_earnings() as d
                 limit least(p_limit, 10000));

  perform internal.lock_wallet(w.provider_id, w.currency)
  from (select distinct e.provider_id, e.currency from core.earning as e
        where e.earning_id = any (v_ids) order by e.provider_id, e.currency) as w;

  with released as (
    update core.earning as e
    set released_at = now()
    from internal.due_earnings() as d
    where e.earning_id = d.earning_id
      and e.earning_id = any (v_ids)
      and e.released_at is null
    returning e.*
  )
  select
    array_agg(r.earning_id), array_agg(internal.uuid_v7()),
    array_agg(internal.ledger_account_id('clearing', r.currency, r.provider_id))
      || array_agg(internal.ledger_account_id('available', r.currency, r.provider_id)),
    array_agg(r.returned_minor - r.provider_minor)
      || array_agg(r.provider_minor - r.returned_minor)
    into v_ids, v_transfer_ids, v_accounts, v_amounts
  from released as r;

  insert into core.ledger_transfer
    (ledger_transfer_id, idempotency_key, kind, reference_kind, reference_id)
  select r.transfer_id, 'release:' || r.earning_id, 'release', 'earning', r.earning_id
  from unnest(v_ids, v_transfer_ids, v_amounts) as r(earning_id, transfer_id, amount_minor)
  where r.earning_id is not null and r.amount_minor <> 0;

  perform internal.post_entries(v_transfer_ids || v_transfer_ids, v_accounts, v_amounts);
  return coalesce(cardinality(v_ids), 0);
end
$$;

alter function api.release_due_earnings owner to definer;

comment on function api.release_due_earnings is $$
Make earnings available whose booking ended clearing_days ago and that nobody disputes; returns
how many. For the clock: safe to run twice, late or beside itself. Locks wallets in order.
$$;
