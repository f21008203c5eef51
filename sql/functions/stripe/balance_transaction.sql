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
  v_line  jsonb;
  v_count integer := 0;
begin
  for v_line in select t.line from jsonb_array_elements(p_transactions) as t(line) loop
    begin
      v_count := v_count + internal.keep_line(v_line)::integer;
    exception
      when serialization_failure or deadlock_detected then
        raise;
      when others then
        -- One line that cannot be kept does not keep the others from being kept.
        insert into core.reconciliation_finding
          (reconciliation_finding_id, external_id, problem)
        values (internal.uuid_v7(), coalesce(v_line ->> 'id', md5(v_line::text)), 'unreadable')
        on conflict (external_id) do nothing;
    end;
  end loop;
  return v_count;
end
$$;

alter function api.keep_balance_transactions owner to definer;

comment on function api.keep_balance_transactions is $$
Keep lines of Stripe's books, each once, and post what only Stripe decides; returns how many are
new. A line that cannot be kept is a finding, and the others are kept. Safe to repeat, and to run
beside itself. For the house alone.
$$;

create or replace function internal.keep_line(p_line jsonb)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line core.balance_transaction;
begin
  insert into core.balance_transaction as b
    (balance_transaction_id, external_id, kind, source_id, currency, amount_minor, fee_minor,
     happened_at)
  values
    (internal.uuid_v7(), p_line ->> 'id', p_line ->> 'type', p_line ->> 'source',
     upper(p_line ->> 'currency'), (p_line ->> 'amount')::bigint, (p_line ->> 'fee')::bigint,
     to_timestamp((p_line ->> 'created')::bigint))
  on conflict (external_id) do nothing
  returning b.* into v_line;

  if v_line.balance_transaction_id is null then
    return false;
  end if;
  perform internal.post_stripes_own(v_line);
  update core.reconciliation_finding as f
  set resolved_at = now()
  where f.external_id = v_line.external_id and f.problem = 'unreadable';
  return true;
end
$$;

alter function internal.keep_line owner to definer;

comment on function internal.keep_line is
  'Keep one line of Stripe''s books, once; whether it is new.';

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
