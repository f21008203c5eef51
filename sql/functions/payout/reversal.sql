-- Taking back what a provider was paid, because the payer is refunded or won a dispute.

create or replace function internal.plan_reversals(
  p_payment_id uuid,
  p_refund_id  uuid default null,
  p_dispute_id uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_leg         record;
  v_amount      bigint;
  v_reversal_id uuid;
  v_command_id  uuid;
begin
  for v_leg in
    select l.payout_leg_id, l.earning_id, l.external_id, l.amount_minor - l.reversed_minor as left
    from core.earning as e
    join core.payout_leg as l using (earning_id)
    where e.payment_id = p_payment_id
      and l.status = 'paid'
      and l.external_id is not null
    order by l.payout_leg_id desc
  loop
    -- Take back at most what the earning is overpaid, and at most what is left of this transfer.
    -- Reversals that are under way count in both.
    select least(
        v_leg.left
          - coalesce(sum(v.amount_minor) filter (where l.payout_leg_id = v_leg.payout_leg_id), 0),
        e.allocated_minor + e.returned_minor - e.provider_minor
          - coalesce(sum(v.amount_minor), 0))
      into v_amount
    from core.earning as e
    join core.payout_leg as l using (earning_id)
    left join core.payout_reversal as v
      on v.payout_leg_id = l.payout_leg_id and v.status = 'planned'
    where e.earning_id = v_leg.earning_id
    group by e.earning_id;
    continue when v_amount <= 0;

    v_reversal_id := internal.uuid_v7();
    insert into core.payout_reversal
      (payout_reversal_id, payout_leg_id, refund_id, dispute_id, amount_minor)
    values (v_reversal_id, v_leg.payout_leg_id, p_refund_id, p_dispute_id, v_amount);

    v_command_id := internal.plan_command(
      'reverse_transfer', v_reversal_id,
      format('/v1/transfers/%s/reversals', v_leg.external_id),
      jsonb_build_object(
        'amount', v_amount,
        'metadata', jsonb_build_object('payout_reversal_id', v_reversal_id)),
      p_payment_id, v_command_id);
  end loop;
  return v_command_id;
end
$$;

alter function internal.plan_reversals owner to definer;

comment on function internal.plan_reversals is $$
Take back from the provider what was transferred of money that now goes back to the payer; return
the last command, which the refund waits for. If Stripe refuses, the wallet stays negative and the
next earnings make up for it.
$$;

create or replace function internal.join_reversal(p_reversal jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reversal core.payout_reversal;
  v_leg      core.payout_leg;
  v_payout   core.payout;
begin
  select v.* into v_reversal
  from core.payout_reversal as v
  where v.payout_reversal_id::text = p_reversal -> 'metadata' ->> 'payout_reversal_id';
  if not found then
    return 'ignored';
  end if;

  v_leg := internal.lock_leg(v_reversal.payout_leg_id);
  select p.* into v_payout from core.payout as p where p.payout_id = v_leg.payout_id;
  perform internal.must_fit(
    p_reversal, 'reversal ' || v_reversal.payout_reversal_id, jsonb_build_object(
      'id', coalesce(v_reversal.external_id, p_reversal ->> 'id', 'an id'),
      'amount', v_reversal.amount_minor,
      'currency', lower(v_payout.currency),
      'transfer', coalesce(v_leg.external_id, 'a transfer')));
  update core.payout_reversal as v
  set status = 'done', external_id = p_reversal ->> 'id', finished_at = now()
  where v.payout_reversal_id = v_reversal.payout_reversal_id
    and v.status <> 'done';
  if not found then
    return 'done';
  end if;

  update core.payout_leg as l
  set reversed_minor = l.reversed_minor + v_reversal.amount_minor
  where l.payout_leg_id = v_leg.payout_leg_id;
  update core.earning as e
  set allocated_minor = e.allocated_minor - v_reversal.amount_minor
  where e.earning_id = v_leg.earning_id;
  perform internal.post_transfer(
    'reversal:' || v_reversal.payout_reversal_id, 'payout_reversal', 'payout', v_leg.payout_id,
    array[internal.ledger_account_id('processor', v_payout.currency),
          internal.ledger_account_id('available', v_payout.currency, v_payout.provider_id)],
    array[-v_reversal.amount_minor, v_reversal.amount_minor]);
  perform internal.refresh_payout(v_leg.payout_id);
  return 'done';
end
$$;

alter function internal.join_reversal owner to definer;

comment on function internal.join_reversal is $$
Join the reversal of a transfer: the wallet has back what it lost to the refund. Once.

Raises
  22000  it is of another transfer, amount or currency, or a second one
$$;
