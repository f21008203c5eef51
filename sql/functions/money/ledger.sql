-- Posting to the ledger, and asking whether it adds up.

create or replace function internal.split(p_total bigint, p_weights bigint[])
returns bigint[]
language sql
immutable
parallel safe
begin atomic
  with share as (
    select
      w.n,
      case when t.total = 0 then 0 else div(p_total::numeric * w.weight, t.total) end as whole,
      case when t.total = 0 then 0 else mod(p_total::numeric * w.weight, t.total) end as rest
    from unnest(p_weights) with ordinality as w(weight, n)
    cross join (select coalesce(sum(u.weight), 0) as total from unnest(p_weights) as u(weight)) as t
  ),
  ranked as (
    select
      s.n, s.whole,
      row_number() over (order by s.rest desc, s.n) as rank,
      p_total - sum(s.whole) over () as left_over
    from share as s
  )
  select array_agg((r.whole + (r.rank <= r.left_over)::integer)::bigint order by r.n)
  from ranked as r;
end;

comment on function internal.split is $$
Split a total by weights with the largest remainder: the parts always sum to the total, and no
part is off by a whole unit. Of equal remainders the first gets the unit.
$$;

create or replace function internal.ledger_account_id(
  p_kind      text,
  p_currency  text,
  p_person_id uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account_id uuid;
begin
  -- Both conditions can use the index; `is not distinct from` cannot.
  select a.ledger_account_id into v_account_id
  from core.ledger_account as a
  where a.kind = p_kind
    and a.currency = p_currency
    and (a.person_id = p_person_id or a.person_id is null and p_person_id is null);

  if not found then
    insert into core.ledger_account as a (ledger_account_id, person_id, kind, currency)
    values (internal.uuid_v7(), p_person_id, p_kind, p_currency)
    on conflict on constraint ledger_account_owner_key do nothing
    returning a.ledger_account_id into v_account_id;

    if not found then
      -- Another transaction has just opened it.
      return internal.ledger_account_id(p_kind, p_currency, p_person_id);
    end if;
    if p_person_id is not null then
      insert into core.ledger_balance (ledger_account_id) values (v_account_id);
    end if;
  end if;
  return v_account_id;
end
$$;

alter function internal.ledger_account_id owner to definer;

comment on function internal.ledger_account_id is
  'The account of a person, or of the platform; opened when it is first asked for.';

create or replace function internal.lock_wallet(p_person_id uuid, p_currency text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_available uuid;
begin
  perform internal.ledger_account_id(k.kind, p_currency, p_person_id)
  from unnest(array['clearing', 'held', 'reserved']) as k(kind);

  -- This is a statement of its own: the function is volatile, and in the condition of the next
  -- statement it would be called for every balance.
  v_available := internal.ledger_account_id('available', p_currency, p_person_id);
  perform
  from core.ledger_balance as b
  where b.ledger_account_id = v_available
  for no key update;
end
$$;

alter function internal.lock_wallet owner to definer;

comment on function internal.lock_wallet is $$
Lock a person's wallet in a currency, and open accounts that are missing. The lock is that of the
`available` balance: whoever changes an account, earning, payout or leg of this person takes it
first. Several wallets are locked in the order of person and currency.
$$;

create or replace function internal.lock_wallets(p_currency text, p_person_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_wallet(w.person_id, p_currency)
  from (select distinct p.person_id from unnest(p_person_ids) as p(person_id)
        order by p.person_id) as w;
end
$$;

alter function internal.lock_wallets owner to definer;

comment on function internal.lock_wallets is
  'Lock the wallets of several people in a currency, in the order of person.';

create or replace function internal.post_entries(
  p_transfer_ids uuid[],
  p_account_ids  uuid[],
  p_amounts      bigint[]
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Balances first, in the order of their key; what is read below then stays true.
  perform
  from core.ledger_balance as b
  where b.ledger_account_id = any (p_account_ids)
  order by b.ledger_account_id
  for no key update;

  insert into core.ledger_entry
    (ledger_transfer_id, ledger_account_id, currency, amount_minor, balance_after_minor)
  select
    e.transfer_id, e.account_id, a.currency, e.amount_minor,
    b.balance_minor + sum(e.amount_minor) over (partition by e.account_id order by e.n)
  from unnest(p_transfer_ids, p_account_ids, p_amounts)
    with ordinality as e(transfer_id, account_id, amount_minor, n)
  join core.ledger_account as a on a.ledger_account_id = e.account_id
  left join core.ledger_balance as b on b.ledger_account_id = e.account_id
  where e.amount_minor <> 0
  order by e.n;

  update core.ledger_balance as b
  set balance_minor = b.balance_minor + m.moved
  from (
    select e.account_id, sum(e.amount_minor) as moved
    from unnest(p_account_ids, p_amounts) as e(account_id, amount_minor)
    group by e.account_id
  ) as m
  where b.ledger_account_id = m.account_id
    and m.moved <> 0;
end
$$;

alter function internal.post_entries owner to definer;

comment on function internal.post_entries is $$
Write entries, three arrays side by side, with the running balances of people's accounts. The
transfers exist already; that each sums to zero is checked at commit.
$$;

create or replace function internal.post_transfer(
  p_key            text,
  p_kind           text,
  p_reference_kind text,
  p_reference_id   uuid,
  p_account_ids    uuid[],
  p_amounts        bigint[],
  p_phase          text default 'single',
  p_resolves_key   text default null,
  p_description    text default null
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_transfer_id uuid := internal.uuid_v7();
begin
  if not exists (select from unnest(p_amounts) as a(amount_minor) where a.amount_minor <> 0) then
    return false;
  end if;

  insert into core.ledger_transfer
    (ledger_transfer_id, idempotency_key, kind, phase, resolves_transfer_id, reference_kind,
     reference_id, description)
  select v_transfer_id, p_key, p_kind, p_phase, t.ledger_transfer_id, p_reference_kind,
         p_reference_id, p_description
  from (select) as one
  left join core.ledger_transfer as t on t.idempotency_key = p_resolves_key
  on conflict (idempotency_key) do nothing;
  if not found then
    return false;
  end if;

  perform internal.post_entries(
    array_fill(v_transfer_id, array[cardinality(p_account_ids)]), p_account_ids, p_amounts);
  return true;
end
$$;

alter function internal.post_transfer owner to definer;

comment on function internal.post_transfer is $$
Post a transfer once. Returns false and does nothing if its key was posted before, or if all
amounts are zero.
$$;

create or replace function internal.transfer_state(p_transfer_id uuid, p_phase text)
returns text
language sql
stable
begin atomic
  select case p_phase
    when 'pending' then coalesce((
      select case r.phase when 'post' then 'posted' else 'voided' end
      from core.ledger_transfer as r
      where r.resolves_transfer_id = p_transfer_id), 'pending')
    else 'posted'
  end;
end;

comment on function internal.transfer_state is
  'pending, posted or voided. A pending transfer gets its state from the transfer that ended it.';

create or replace function internal.on_transfer_balance()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Compute all sums: with `exists` the planner would read the ledger by currency, expecting to
  -- find a wrong sum early.
  if (
    select coalesce(sum(s.entries), 0) < 2 or bool_or(s.total <> 0)
    from (
      select count(*) as entries, sum(e.amount_minor) as total
      from core.ledger_entry as e
      where e.ledger_transfer_id = new.ledger_transfer_id
      group by e.currency
    ) as s
  ) then
    raise exception using
      errcode = '23514',
      message = 'A transfer has at least two entries, which sum to zero in every currency.';
  end if;
  return null;
end
$$;

alter function internal.on_transfer_balance owner to definer;

comment on function internal.on_transfer_balance is
  'Trigger, deferred to the commit: a transfer has entries, and they sum to zero per currency.';

create or replace trigger ledger_entry_keep before update or delete or truncate
  on core.ledger_entry
  for each statement execute function internal.on_append_only();
create or replace trigger ledger_transfer_keep before update or delete or truncate
  on core.ledger_transfer
  for each statement execute function internal.on_append_only();

-- A constraint trigger cannot be replaced.
drop trigger if exists ledger_entry_balance on core.ledger_entry;
create constraint trigger ledger_entry_balance after insert on core.ledger_entry
  deferrable initially deferred
  for each row execute function internal.on_transfer_balance();
drop trigger if exists ledger_transfer_balance on core.ledger_transfer;
create constraint trigger ledger_transfer_balance after insert on core.ledger_transfer
  deferrable initially deferred
  for each row execute function internal.on_transfer_balance();
