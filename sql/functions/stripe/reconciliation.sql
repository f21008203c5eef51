-- Comparing Stripe's books with ours. The header of the table's file says what is a finding.

create or replace function internal.expected_line(p_line core.balance_transaction)
returns table (currency text, amount_minor bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select p.currency, p.captured_minor
  from core.payment as p
  where p.charge_id = (p_line).source_id and p.captured_at is not null
  union all
  select p.currency, case when (p_line).amount_minor < 0 then -r.amount_minor else r.amount_minor end
  from core.refund as r
  join core.payment as p using (payment_id)
  where r.external_id = (p_line).source_id
    -- What failed had left before it came back.
    and r.settled_at is not null
    and ((p_line).amount_minor < 0 or r.failed_at is not null)
  union all
  select p.currency, -l.amount_minor
  from core.payout_leg as l
  join core.payout as p using (payout_id)
  where l.external_id = (p_line).source_id and l.status = 'paid'
  union all
  select p.currency, v.amount_minor
  from core.payout_reversal as v
  join core.payout_leg as l using (payout_leg_id)
  join core.payout as p using (payout_id)
  where v.external_id = (p_line).source_id and v.status = 'done'
  union all
  select e.currency, e.amount_minor
  from core.ledger_transfer as t
  join core.ledger_entry as e using (ledger_transfer_id)
  join core.ledger_account as a using (ledger_account_id)
  where t.idempotency_key = 'dispute_txn:' || (p_line).external_id and a.kind = 'disputed'
  union all
  select (p_line).currency, (p_line).amount_minor
  where internal.is_stripes_own((p_line).kind);
end;

alter function internal.expected_line owner to definer;

comment on function internal.expected_line is $$
The movement here that a line of Stripe's books is about; no row if there is none, or not yet.
$$;

create or replace function internal.compare_lines()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with due as (
    -- What has not agreed for long is asked less often; what waits longest comes first.
    select l.*
    from core.balance_transaction as l
    where l.agreed_at is null and l.next_check_at <= now()
    order by l.next_check_at
    limit 10000
  ),
  compared as (
    select distinct on (b.balance_transaction_id)
           b.balance_transaction_id, b.external_id, b.currency, b.amount_minor, b.happened_at,
           x.amount_minor as expected,
           -- If Stripe converted the currency, amounts differ: only compare that it exists.
           coalesce(x.currency <> b.currency or x.amount_minor = b.amount_minor, false) as agrees
    from core.balance_transaction as b
    join due using (balance_transaction_id)
    left join lateral internal.expected_line(b) as x on true
    -- Two movements of one line: the one that agrees, if any.
    order by b.balance_transaction_id, x.amount_minor = b.amount_minor desc nulls last
  ),
  agreed as (
    update core.balance_transaction as b
    set agreed_at = case when c.agrees then now() end,
        checks = b.checks + 1,
        next_check_at = now() + least(interval '5 minutes' * power(2, least(b.checks, 10)),
                                      interval '6 hours')
    from compared as c
    where b.balance_transaction_id = c.balance_transaction_id
  )
  insert into core.reconciliation_finding as f
    (reconciliation_finding_id, external_id, problem, currency, expected_minor, found_minor)
  select internal.uuid_v7(), c.external_id,
         case when c.expected is null then 'unexpected' else 'differs' end, c.currency,
         c.expected, c.amount_minor
  from compared as c
  where not c.agrees and c.happened_at < now() - interval '1 hour'
  on conflict (external_id) do update
  set problem = excluded.problem, expected_minor = excluded.expected_minor,
      -- What staff has looked at is something else now.
      resolved_at = null, told_at = null, note = null
  where (f.problem, f.expected_minor)
        is distinct from (excluded.problem, excluded.expected_minor);
end;

alter function internal.compare_lines owner to definer;

comment on function internal.compare_lines is
  'Compare the lines that have not agreed yet, each less often than before; one that is an hour '
  'old and does not agree is a finding.';

create or replace function internal.find_missing_lines()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with moved as (
    select p.charge_id as external_id, p.currency, p.captured_minor as amount_minor,
           p.captured_at as at
    from core.payment as p
    where p.processor = 'stripe' and p.charge_id is not null
    union all
    select r.external_id, p.currency, -r.amount_minor, r.settled_at
    from core.refund as r
    join core.payment as p using (payment_id)
    where r.external_id is not null
    union all
    select l.external_id, p.currency, -l.amount_minor, l.finished_at
    from core.payout_leg as l
    join core.payout as p using (payout_id)
    where l.external_id is not null and l.status = 'paid'
  )
  insert into core.reconciliation_finding
    (reconciliation_finding_id, external_id, problem, currency, expected_minor)
  select internal.uuid_v7(), m.external_id, 'missing', m.currency, m.amount_minor
  from moved as m
  where m.at between now() - interval '30 days' and now() - interval '3 days'
    and not exists (
      select from core.balance_transaction as b where b.source_id = m.external_id)
  on conflict (external_id) do nothing;
end;

alter function internal.find_missing_lines owner to definer;

comment on function internal.find_missing_lines is
  'Find money that moved here three to thirty days ago and never moved at Stripe.';

create or replace function api.finish_reconciliation()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_finding core.reconciliation_finding;
  v_open    integer;
begin
  -- One run at a time: two would tell staff twice.
  perform from core.payout_setting as s for no key update;
  perform internal.compare_lines();
  perform internal.find_missing_lines();

  update core.reconciliation_finding as f
  set resolved_at = now()
  where f.resolved_at is null
    and exists (
      select from core.balance_transaction as b
      where b.agreed_at is not null
        and (b.external_id = f.external_id or b.source_id = f.external_id));

  for v_finding in
    update core.reconciliation_finding as f
    set told_at = now()
    where f.told_at is null and f.resolved_at is null
    returning f.*
  loop
    perform internal.announce('staff.reconciliation_differs', null, jsonb_build_object(
      'reconciliation_finding_id', v_finding.reconciliation_finding_id,
      'external_id', v_finding.external_id, 'problem', v_finding.problem));

    -- A transfer that nothing here explains may be money paid twice. Pause payouts until a person
    -- has looked.
    update core.payout_setting as s
    set paused_at = coalesce(s.paused_at, now())
    where exists (
      select from core.balance_transaction as b
      where b.external_id = v_finding.external_id and b.kind = 'transfer');
  end loop;

  select count(*) into v_open
  from core.reconciliation_finding as f
  where f.resolved_at is null;
  return v_open;
end
$$;

alter function api.finish_reconciliation owner to definer;

comment on function api.finish_reconciliation is $$
Compare what was kept with our books, after the last page; returns how many findings are open.
Staff is told of each once, and a transfer that nothing here explains stops all payouts
(api.pause_payouts lets them go again). Safe to repeat. For the house alone.
$$;

create or replace function api.list_reconciliation_findings()
returns table (
  external_id    text,
  problem        text,
  currency       text,
  expected_minor bigint,
  found_minor    bigint,
  found_at       timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select f.external_id, f.problem, f.currency, f.expected_minor, f.found_minor, f.found_at
  from core.reconciliation_finding as f
  where f.resolved_at is null
  order by f.found_at, f.external_id;
end
$$;

alter function api.list_reconciliation_findings owner to definer;

comment on function api.list_reconciliation_findings is $$
Where Stripe's books and ours differ now: unexpected (only Stripe has it), differs (another
amount), missing (only we have it). For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;

create or replace function api.close_finding(p_external_id text, p_note text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before core.reconciliation_finding;
begin
  perform internal.require_staff();
  if nullif(btrim(p_note), '') is null then
    perform internal.refuse('M0307', 'note_required', 'A finding is closed with a reason.');
  end if;
  select f.* into v_before
  from core.reconciliation_finding as f
  where f.external_id = p_external_id
  for update;
  if not found then
    perform internal.refuse('M4307', 'finding_not_found',
      format('There is no finding about %s.', p_external_id));
  elsif v_before.resolved_at is not null then
    return false;
  end if;

  update core.reconciliation_finding as f
  set resolved_at = now(), note = left(btrim(p_note), 1000)
  where f.external_id = p_external_id;
  perform internal.audit('close_finding', 'reconciliation_finding', p_external_id,
    to_jsonb(v_before), jsonb_build_object('note', p_note));
  return true;
end
$$;

alter function api.close_finding owner to definer;

comment on function api.close_finding is $$
Close a finding that will never agree, with the reason why: false when it was closed before. It
opens again by itself when what differs becomes something else. For staff; audited.

Raises
  M0307 note_required      no reason is given
  M3301 staff_only         the caller is not staff
  M4307 finding_not_found  there is no such finding
$$;
