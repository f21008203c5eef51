-- How a payout's legs end: paid, failed or cancelled.

create or replace function internal.lock_leg(p_payout_leg_id uuid)
returns core.payout_leg
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_leg core.payout_leg;
begin
  perform internal.lock_wallet(p.provider_id, p.currency)
  from core.payout_leg as l
  join core.payout as p using (payout_id)
  where l.payout_leg_id = p_payout_leg_id;

  select l.* into v_leg
  from core.payout_leg as l
  where l.payout_leg_id = p_payout_leg_id
  for update;
  return v_leg;
end
$$;

alter function internal.lock_leg owner to definer;

comment on function internal.lock_leg is
  'Lock a leg''s wallet, then the leg; null when there is none.';

create or replace function internal.finish_leg(
  p_leg     core.payout_leg,
  p_status  text,
  p_failure text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payout core.payout;
  v_from   text;
  v_key    text := 'payout:' || p_leg.payout_leg_id;
begin
  select p.* into v_payout from core.payout as p where p.payout_id = p_leg.payout_id;
  -- What is paid by hand leaves the house's own bank, and Stripe has it still.
  select case a.rail when 'manual' then 'bank' else 'processor' end into v_from
  from core.payout_account as a
  where a.payout_account_id = v_payout.payout_account_id;

  update core.payout_leg as l
  set status = p_status, failure = p_failure, finished_at = now()
  where l.payout_leg_id = p_leg.payout_leg_id;

  if p_status = 'paid' then
    perform internal.post_transfer(
      v_key || ':post', 'payout', 'payout', p_leg.payout_id,
      array[internal.ledger_account_id('reserved', v_payout.currency, v_payout.provider_id),
            internal.ledger_account_id(v_from, v_payout.currency)],
      array[-p_leg.amount_minor, p_leg.amount_minor], 'post', v_key || ':reserve');
  else
    perform internal.post_transfer(
      v_key || ':void', 'payout', 'payout', p_leg.payout_id,
      array[internal.ledger_account_id('reserved', v_payout.currency, v_payout.provider_id),
            internal.ledger_account_id('available', v_payout.currency, v_payout.provider_id)],
      array[-p_leg.amount_minor, p_leg.amount_minor], 'void', v_key || ':reserve');
    update core.earning as e
    set allocated_minor = e.allocated_minor - p_leg.amount_minor
    where e.earning_id = p_leg.earning_id;
  end if;
  perform internal.refresh_payout(p_leg.payout_id);
end
$$;

alter function internal.finish_leg owner to definer;

comment on function internal.finish_leg is $$
End a leg: `paid` posts its reservation, anything else gives the money back to the wallet. The
caller holds internal.lock_leg and has checked that the leg is still planned.
$$;

create or replace function internal.refresh_payout(p_payout_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before text;
  v_payout core.payout;
begin
  select p.status into v_before from core.payout as p where p.payout_id = p_payout_id for update;

  update core.payout as p
  set paid_minor = l.paid,
      failure = l.failure,
      status = case
        when l.open > 0 and l.paid > 0 then 'transferring'
        when l.open > 0 then p.status
        when l.paid > 0 and l.reversed = l.paid then 'reversed'
        when l.paid > 0 then 'paid'
        when l.cancelled > 0 then 'cancelled'
        else 'failed'
      end,
      processed_at = case when l.open = 0 then coalesce(p.processed_at, now()) end
  from (
    select
      count(*) filter (where g.status = 'planned') as open,
      count(*) filter (where g.status = 'cancelled') as cancelled,
      coalesce(sum(g.amount_minor) filter (where g.status = 'paid'), 0) as paid,
      coalesce(sum(g.reversed_minor), 0) as reversed,
      max(g.failure) as failure
    from core.payout_leg as g
    where g.payout_id = p_payout_id
  ) as l
  where p.payout_id = p_payout_id
  returning p.* into v_payout;

  if v_payout.status = v_before or v_payout.status not in ('paid', 'failed', 'reversed') then
    return;
  end if;
  if v_payout.status = 'failed' then
    -- The schedule tries again by itself: who can mend it is told once, until one arrives.
    if v_payout.origin = 'schedule' and (
      select f.failures
      from internal.payout_failures(v_payout.payout_account_id, v_payout.currency) as f) > 1 then
      return;
    end if;
    perform internal.announce('staff.payout_failed', null, jsonb_build_object(
      'payout_id', p_payout_id, 'code', v_payout.failure));
  end if;
  perform internal.notify(v_payout.provider_id, 'payout_' || v_payout.status,
    jsonb_build_object('payout_id', p_payout_id));
end
$$;

alter function internal.refresh_payout owner to definer;

comment on function internal.refresh_payout is
  'Set a payout''s state from its legs, and notify its provider when it ends.';

create or replace function internal.fail_leg(p_payout_leg_id uuid, p_failure text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_leg core.payout_leg := internal.lock_leg(p_payout_leg_id);
begin
  if v_leg.status = 'planned' then
    perform internal.finish_leg(v_leg, 'failed', p_failure);
  end if;
end
$$;

alter function internal.fail_leg owner to definer;

comment on function internal.fail_leg is
  'End a leg that Stripe refused: the money is available again; the next run makes a new payout.';

create or replace function internal.join_transfer(p_transfer jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_leg   core.payout_leg;
  v_known jsonb;
begin
  select l.* into v_leg
  from core.payout_leg as l
  where l.payout_leg_id::text = p_transfer -> 'metadata' ->> 'payout_leg_id';
  if not found then
    return case when p_transfer -> 'metadata' ? 'payout_leg_id' then 'missing'
                else 'ignored' end;
  end if;

  v_leg := internal.lock_leg(v_leg.payout_leg_id);
  select jsonb_build_object(
      'id', coalesce(v_leg.external_id, p_transfer ->> 'id', 'an id'),
      'amount', v_leg.amount_minor,
      'currency', lower(p.currency),
      'destination', coalesce(a.external_id, 'an account'))
    into v_known
  from core.payout as p
  join core.payout_account as a using (payout_account_id)
  where p.payout_id = v_leg.payout_id;
  perform internal.must_fit(p_transfer, 'leg ' || v_leg.payout_leg_id, v_known);
  if v_leg.status in ('failed', 'cancelled') then
    perform internal.refuse_misfit(
      p_transfer, 'leg ' || v_leg.payout_leg_id, 'it is ' || v_leg.status);
  end if;

  update core.payout_leg as l
  set external_id = p_transfer ->> 'id'
  where l.payout_leg_id = v_leg.payout_leg_id and l.external_id is null;
  if v_leg.status = 'planned' then
    perform internal.finish_leg(v_leg, 'paid');
  end if;
  return 'done';
end
$$;

alter function internal.join_transfer owner to definer;

comment on function internal.join_transfer is $$
Join a transfer of Stripe's: its leg is paid. One that fits no leg, or a second one for a leg,
raises: somebody has to look before anything more is paid.

Raises
  22000  it is of another amount, currency or account than the leg, or a second one
$$;
