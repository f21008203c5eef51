-- Planning payouts: which earnings they are paid from, what is reserved, what Stripe is to do.

create or replace function internal.plan_legs(p_payout_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The oldest earnings first; what they do not cover was granted by the house.
  with room as (
    select
      p.payout_id, e.earning_id, p.amount_minor as wanted,
      e.provider_minor - e.returned_minor - e.allocated_minor as room,
      sum(e.provider_minor - e.returned_minor - e.allocated_minor)
        over (partition by p.payout_id order by e.released_at, e.earning_id) as up_to
    from core.payout as p
    join core.earning as e on e.provider_id = p.provider_id and e.currency = p.currency
    join core.payment as y on y.payment_id = e.payment_id
    where p.payout_id = any (p_payout_ids)
      and e.released_at is not null
      and e.allocated_minor + e.returned_minor < e.provider_minor
      and y.dispute_state = 'none'
  ),
  covered as (
    select r.payout_id, r.earning_id,
           least(r.room, r.wanted - (r.up_to - r.room))::bigint as amount_minor
    from room as r
    where r.up_to - r.room < r.wanted
  ),
  leg as (
    select c.payout_id, c.earning_id, c.amount_minor from covered as c
    union all
    select p.payout_id, null, p.amount_minor - coalesce(sum(c.amount_minor), 0)::bigint
    from core.payout as p
    left join covered as c using (payout_id)
    where p.payout_id = any (p_payout_ids)
    group by p.payout_id
    having p.amount_minor > coalesce(sum(c.amount_minor), 0)
  ),
  allocated as (
    update core.earning as e
    set allocated_minor = e.allocated_minor + l.amount_minor
    from leg as l
    where e.earning_id = l.earning_id
  )
  insert into core.payout_leg (payout_leg_id, payout_id, earning_id, amount_minor)
  select internal.uuid_v7(), l.payout_id, l.earning_id, l.amount_minor
  from leg as l
  order by l.payout_id, l.earning_id;

  perform internal.reserve_legs(p_payout_ids);
  perform internal.plan_transfers(p_payout_ids);
end
$$;

alter function internal.plan_legs owner to definer;

comment on function internal.plan_legs is $$
Carry payouts by legs, one for each earning they are paid from: leg, ledger reservation and
command to Stripe, for all of them at once. One payout per wallet; the caller holds the wallets
and has seen that the money is there.
$$;

create or replace function internal.reserve_legs(p_payout_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_transfer_ids uuid[];
  v_from         uuid[];
  v_to           uuid[];
  v_amounts      bigint[];
begin
  select
    array_agg(internal.uuid_v7() order by l.payout_leg_id),
    array_agg(f.ledger_account_id order by l.payout_leg_id),
    array_agg(t.ledger_account_id order by l.payout_leg_id),
    array_agg(l.amount_minor order by l.payout_leg_id)
    into v_transfer_ids, v_from, v_to, v_amounts
  from core.payout_leg as l
  join core.payout as p using (payout_id)
  join core.ledger_account as f
    on f.person_id = p.provider_id and f.currency = p.currency and f.kind = 'available'
  join core.ledger_account as t
    on t.person_id = p.provider_id and t.currency = p.currency and t.kind = 'reserved'
  where l.payout_id = any (p_payout_ids);

  insert into core.ledger_transfer
    (ledger_transfer_id, idempotency_key, kind, phase, reference_kind, reference_id)
  select v_transfer_ids[l.n], 'payout:' || l.payout_leg_id || ':reserve', 'payout', 'pending',
         'payout', l.payout_id
  from (
    select g.*, row_number() over (order by g.payout_leg_id) as n
    from core.payout_leg as g
    where g.payout_id = any (p_payout_ids)
  ) as l;

  perform internal.post_entries(
    v_transfer_ids || v_transfer_ids, v_from || v_to,
    array(select -a.amount from unnest(v_amounts) with ordinality as a(amount, n) order by a.n)
      || v_amounts);
end
$$;

alter function internal.reserve_legs owner to definer;

comment on function internal.reserve_legs is
  'Set the money of legs aside: a pending ledger transfer each, from available to reserved.';

create or replace function internal.plan_transfers(p_payout_ids uuid[])
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.plan_command(
    'transfer', l.payout_leg_id, '/v1/transfers',
    jsonb_build_object(
      'amount', l.amount_minor,
      'currency', lower(p.currency),
      'destination', a.external_id,
      'source_transaction', y.charge_id,
      'transfer_group', coalesce('order_' || y.order_id, 'payout_' || p.payout_id),
      'metadata', jsonb_build_object('payout_id', p.payout_id, 'payout_leg_id', l.payout_leg_id)))
  from core.payout as p
  join core.payout_leg as l using (payout_id)
  join core.payout_account as a using (payout_account_id)
  left join core.earning as e using (earning_id)
  left join core.payment as y using (payment_id)
  where p.payout_id = any (p_payout_ids)
    and a.rail = 'stripe_connect';
end;

alter function internal.plan_transfers owner to definer;

comment on function internal.plan_transfers is $$
Plan the Stripe transfers of payouts that go by Connect, each from the charge it was earned
with: so it never fails for want of settled balance.
$$;
