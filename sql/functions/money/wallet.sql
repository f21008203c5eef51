-- Wallets: what a person has, and their statement.

create or replace function api.my_wallet()
returns table (
  currency        text,
  available       numeric,
  clearing        numeric,
  reserved        numeric,
  held            numeric,
  available_minor bigint,
  clearing_minor  bigint,
  reserved_minor  bigint,
  held_minor      bigint
)
language sql
stable
begin atomic
  with wallet as (
    select
      a.currency,
      coalesce(sum(b.balance_minor) filter (where a.kind = 'available'), 0)::bigint as available,
      coalesce(sum(b.balance_minor) filter (where a.kind = 'clearing'), 0)::bigint as clearing,
      coalesce(sum(b.balance_minor) filter (where a.kind = 'reserved'), 0)::bigint as reserved,
      coalesce(sum(b.balance_minor) filter (where a.kind = 'held'), 0)::bigint as held
    from core.ledger_account as a
    join core.ledger_balance as b using (ledger_account_id)
    where a.person_id = internal.user_id()
    group by a.currency
  )
  select
    w.currency,
    internal.to_decimal(w.available, w.currency), internal.to_decimal(w.clearing, w.currency),
    internal.to_decimal(w.reserved, w.currency), internal.to_decimal(w.held, w.currency),
    w.available, w.clearing, w.reserved, w.held
  from wallet as w
  order by w.currency;
end;

comment on function api.my_wallet is $$
The caller's money, one row per currency: available to be paid out (negative when a refund
followed a payout), still clearing, reserved for a payout under way, held in a dispute.
$$;

create or replace function api.my_statement(
  p_currency text default null,
  p_before   bigint default null,
  p_limit    integer default 50
)
returns table (
  entry_id       bigint,
  at             timestamptz,
  account        text,
  kind           text,
  state          text,
  reference_kind text,
  reference_id   uuid,
  description    text,
  currency       text,
  amount         numeric,
  balance_after  numeric,
  amount_minor   bigint,
  balance_after_minor bigint
)
language sql
stable
begin atomic
  select
    e.ledger_entry_id, e.created_at, a.kind, t.kind,
    internal.transfer_state(t.ledger_transfer_id, t.phase),
    t.reference_kind, t.reference_id, t.description, e.currency,
    internal.to_decimal(e.amount_minor, e.currency),
    internal.to_decimal(e.balance_after_minor, e.currency),
    e.amount_minor, e.balance_after_minor
  from core.ledger_account as a
  join core.ledger_entry as e using (ledger_account_id)
  join core.ledger_transfer as t using (ledger_transfer_id)
  where a.person_id = internal.user_id()
    and (p_currency is null or a.currency = upper(p_currency))
    and (p_before is null or e.ledger_entry_id < p_before)
  order by e.ledger_entry_id desc
  limit least(p_limit, 500);
end;

comment on function api.my_statement is $$
The caller's ledger entries, newest first, each with the balance of its account after it. For the
next page pass the last entry_id as p_before.
$$;

create or replace function internal.require_same_adjustment(
  p_key          text,
  p_person_id    uuid,
  p_amount_minor bigint,
  p_currency     text
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from core.ledger_transfer as t where t.idempotency_key = p_key)
     and not exists (
       select
       from core.ledger_transfer as t
       join core.ledger_entry as e using (ledger_transfer_id)
       join core.ledger_account as a using (ledger_account_id)
       where t.idempotency_key = p_key
         and (a.person_id, a.currency, e.amount_minor)
             = (p_person_id, p_currency, p_amount_minor)) then
    perform internal.refuse('M9405', 'adjustment_key_reused',
      'This key already made a different adjustment.', 'Use a new key for a new one.');
  end if;
end
$$;

alter function internal.require_same_adjustment owner to definer;

comment on function internal.require_same_adjustment is $$
Raises
  M9405 adjustment_key_reused  the key moved another sum, or another person's money
$$;

create or replace function api.adjust_wallet(
  p_person_id       uuid,
  p_amount_minor    bigint,
  p_currency        text,
  p_reason          text,
  p_idempotency_key text
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_posted boolean;
begin
  perform internal.require_staff();
  if coalesce(p_amount_minor, 0) = 0 or nullif(btrim(p_reason), '') is null
     or nullif(p_idempotency_key, '') is null then
    perform internal.refuse('M0401', 'adjustment_incomplete',
      'An adjustment has an amount, a reason and a key.');
  end if;

  perform internal.lock_wallet(p_person_id, p_currency);
  perform internal.require_same_adjustment(
    'adjustment:' || p_idempotency_key, p_person_id, p_amount_minor, p_currency);
  v_posted := internal.post_transfer(
    'adjustment:' || p_idempotency_key, 'adjustment', 'person', p_person_id,
    array[internal.ledger_account_id('grants', p_currency),
          internal.ledger_account_id('available', p_currency, p_person_id)],
    array[-p_amount_minor, p_amount_minor],
    p_description => left(p_reason, 500));
  if v_posted then
    perform internal.audit('adjust_wallet', 'person', p_person_id::text, null, jsonb_build_object(
      'amount_minor', p_amount_minor, 'currency', p_currency, 'reason', p_reason));
  end if;
  return v_posted;
end
$$;

alter function api.adjust_wallet owner to definer;

comment on function api.adjust_wallet is $$
Give a person money of the platform's, or take some (a negative amount), by a ledger transfer. For
staff; audited. Safe to repeat: false if the key was used before.

Raises
  M0401 adjustment_incomplete  amount, reason or key is missing
  M3301 staff_only             the caller is not staff
  M9405 adjustment_key_reused  the key belongs to another adjustment
$$;
