-- Paying providers: what they ask for, and what is due.
--
-- The wallet's lock comes first (internal.lock_wallet, or its `available` balance), so two
-- requests, or two runs of the schedule, never spend the same money.

create or replace function internal.require_payout_account(p_provider_id uuid)
returns core.payout_account
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account core.payout_account;
begin
  select a.* into v_account
  from core.payout_account as a
  where a.provider_id = p_provider_id and a.replaced_at is null;

  if not found or v_account.rail = 'stripe_connect' and v_account.status <> 'active' then
    perform internal.refuse('M9402', 'payout_account_not_ready',
      'There is no account yet to pay to.', 'Finish setting up the payout account.');
  elsif v_account.held_at is not null or internal.payouts_are_paused() then
    perform internal.refuse('M9404', 'payouts_held',
      'Payouts are held at the moment.', 'Write to support.');
  elsif v_account.usable_from > now() then
    perform internal.refuse('M9403', 'payout_account_cooling',
      format('The payout account was changed; it is paid to from %s on.', v_account.usable_from));
  end if;
  return v_account;
end
$$;

alter function internal.require_payout_account owner to definer;

comment on function internal.require_payout_account is $$
The account a provider may be paid to now.

Raises
  M9402 payout_account_not_ready  there is none, or Stripe still asks for something
  M9403 payout_account_cooling    it was changed a short while ago
  M9404 payouts_held              staff holds theirs, or everybody's
$$;

create or replace function api.request_payout(
  p_amount_minor    bigint,
  p_currency        text,
  p_idempotency_key text
)
returns table (payout_id uuid, amount_minor bigint, currency text, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_currency    text := upper(p_currency);
  v_account     core.payout_account;
  v_payout      core.payout;
  v_available   bigint;
begin
  if coalesce(p_amount_minor, 0) < 1 or nullif(p_idempotency_key, '') is null
     or not exists (select from core.currency as c where c.currency = v_currency) then
    perform internal.refuse('M0402', 'payout_request_invalid',
      'A payout has an amount above zero, a currency and a key.');
  end if;

  -- Everyone who wants this money queues here; the look-up of the key follows the lock.
  perform internal.lock_wallet(v_provider_id, v_currency);
  select p.* into v_payout
  from core.payout as p
  where p.provider_id = v_provider_id and p.idempotency_key = p_idempotency_key;

  if not found then
    v_account := internal.require_payout_account(v_provider_id);
    select b.balance_minor into v_available
    from core.ledger_account as a
    join core.ledger_balance as b using (ledger_account_id)
    where a.person_id = v_provider_id and a.kind = 'available' and a.currency = v_currency;
    if v_available < p_amount_minor then
      perform internal.refuse('M9401', 'balance_too_small',
        format('%s %s can be paid out.',
               internal.to_decimal(greatest(v_available, 0), v_currency), v_currency));
    end if;

    insert into core.payout as p
      (payout_id, provider_id, payout_account_id, origin, amount_minor, currency,
       idempotency_key)
    values (internal.uuid_v7(), v_provider_id, v_account.payout_account_id, 'request',
            p_amount_minor, v_currency, p_idempotency_key)
    returning p.* into v_payout;
    perform internal.plan_legs(array[v_payout.payout_id]);

  elsif (v_payout.amount_minor, v_payout.currency) is distinct from (p_amount_minor, v_currency) then
    perform internal.refuse('M9406', 'payout_key_reused',
      'This key already made a different payout.', 'Use a new key for a new payout.');
  end if;

  return query
  select v_payout.payout_id, v_payout.amount_minor, v_payout.currency, v_payout.status;
end
$$;

alter function api.request_payout owner to definer;

comment on function api.request_payout is $$
Ask for money of the caller's wallet, in minor units. It is reserved at once and paid by the
next run. Safe to repeat: the same key returns the payout made the first time. Locks the wallet.

Raises
  M0402 payout_request_invalid    no amount, key, or known currency
  M1001 sign_in_required, M4001 provider_not_found
  M9401 balance_too_small         less than that is available
  M9402 payout_account_not_ready, M9403 payout_account_cooling, M9404 payouts_held
  M9406 payout_key_reused         the key belongs to a different payout
$$;

create or replace function api.plan_due_payouts(p_limit integer default 500)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payout_ids uuid[];
begin
  if internal.payouts_are_paused() then
    return 0;
  end if;

  -- A wallet that another run holds is that run's; when it lets go there is nothing left in it.
  with due as (
    select b.ledger_account_id, b.balance_minor, a.person_id, a.currency, p.payout_account_id
    from core.ledger_balance as b
    join core.ledger_account as a using (ledger_account_id)
    join core.payout_account as p on p.provider_id = a.person_id
    where a.kind = 'available'
      and b.balance_minor > 0
      and p.replaced_at is null
      and p.held_at is null
      and p.usable_from <= now()
      and p.status = 'active'
      and p.rail = 'stripe_connect'
    order by b.ledger_account_id
    limit least(p_limit, 5000)
    for no key update of b skip locked
  ),
  planned as (
    insert into core.payout
      (payout_id, provider_id, payout_account_id, origin, amount_minor, currency)
    select internal.uuid_v7(), d.person_id, d.payout_account_id, 'schedule', d.balance_minor,
           d.currency
    from due as d
    returning payout_id
  )
  select array_agg(p.payout_id) into v_payout_ids from planned as p;

  if v_payout_ids is not null then
    perform internal.plan_legs(v_payout_ids);
  end if;
  return coalesce(cardinality(v_payout_ids), 0);
end
$$;

alter function api.plan_due_payouts owner to definer;

comment on function api.plan_due_payouts is $$
Plan payouts of all that is available, for providers paid by Stripe Connect; returns how many.
Run until it returns 0. Safe to run twice at once, late, or again after it died. For the house.
$$;

create or replace trigger payout_touch before update on core.payout
  for each row execute function internal.on_row_touched();
