-- Keeping the lines of Stripe's books, and posting what only Stripe decides.

create or replace function api.reconcile_from()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select to_jsonb(extract(epoch from coalesce(
    (select max(t.happened_at) - interval '3 days' from core.balance_transaction as t),
    (select min(p.created_at) - interval '1 day' from core.payment as p),
    now()))::bigint);
end;

alter function api.reconcile_from owner to definer;

comment on function api.reconcile_from is $$
From which second Stripe's balance transactions must be listed: three days before the last known
one, because Stripe may date some back. For the house alone.
$$;

create or replace function api.keep_balance_transactions(p_transactions jsonb)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line  core.balance_transaction;
  v_count integer := 0;
begin
  for v_line in
    insert into core.balance_transaction as b
      (balance_transaction_id, external_id, kind, source_id, currency, amount_minor, fee_minor,
       happened_at)
    select internal.uuid_v7(), t.line ->> 'id', t.line ->> 'type', t.line ->> 'source',
           upper(t.line ->> 'currency'), (t.line ->> 'amount')::bigint,
           (t.line ->> 'fee')::bigint, to_timestamp((t.line ->> 'created')::bigint)
    from jsonb_array_elements(p_transactions) as t(line)
    on conflict (external_id) do nothing
    returning b.*
  loop
    perform internal.post_stripes_own(v_line);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

alter function api.keep_balance_transactions owner to definer;

comment on function api.keep_balance_transactions is $$
Store lines of Stripe's books, each once, and post what only Stripe decides; return how many are
new. Safe to repeat, and to run twice at once. For the house alone.
$$;

create or replace function internal.is_stripes_own(p_kind text)
returns boolean
language sql
immutable
parallel safe
return p_kind ~ '^(payout|topup)' or p_kind ~ '_fee$';

comment on function internal.is_stripes_own is
  'Whether a line is between Stripe and the platform''s bank, or a bill of Stripe''s.';

create or replace function internal.post_stripes_own(p_line core.balance_transaction)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The fee of a dispute is posted with the dispute.
  v_fee     bigint := case when p_line.kind = 'adjustment' then 0 else p_line.fee_minor end;
  v_is_bill boolean := p_line.kind ~ '_fee$';
begin
  if v_fee <> 0 then
    perform internal.post_transfer(
      'stripe_fee:' || p_line.external_id, 'fee', 'balance_transaction',
      p_line.balance_transaction_id,
      array[internal.ledger_account_id('processor', p_line.currency),
            internal.ledger_account_id('fees', p_line.currency)],
      array[v_fee, -v_fee]);
  end if;

  if internal.is_stripes_own(p_line.kind) then
    perform internal.post_transfer(
      'stripe_own:' || p_line.external_id,
      case when v_is_bill then 'fee' else 'bank' end, 'balance_transaction',
      p_line.balance_transaction_id,
      array[internal.ledger_account_id('processor', p_line.currency),
            internal.ledger_account_id(
              case when v_is_bill then 'fees' else 'bank' end, p_line.currency)],
      array[-p_line.amount_minor, p_line.amount_minor]);
  end if;
end
$$;

alter function internal.post_stripes_own owner to definer;

comment on function internal.post_stripes_own is
  'Post Stripe''s fee of a charge, its bills, and what went to or came from the platform''s bank.';
