-- Splitting what was captured, taking back what is refunded, releasing what has cleared.
--
-- Everything is calculated line by line: what goes back of a line is borne by its seller and the
-- platform, in the shares in which the line was sold. Every function here holds the sellers'
-- wallets (internal.lock_wallet) before it changes an earning, and is called under the payment's
-- lock, or by the clock.

create or replace function internal.earned_minor(p_provider_id uuid)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A profile is mostly read by others.
  if p_provider_id is distinct from internal.user_id() and not internal.is_service() then
    return 0;
  end if;
  return (
    select coalesce(sum(e.provider_minor - e.returned_minor), 0)
    from core.earning as e
    join core.provider as v using (provider_id)
    join core.booking as b using (booking_id)
    where e.provider_id = p_provider_id
      and e.currency = v.currency
      and internal.is_earned(b.status));
end
$$;

alter function internal.earned_minor owner to definer;

comment on function internal.earned_minor is $$
What a provider has earned in their own currency with bookings that took place, less commission and
what went back to customers; 0 for everybody but themselves and the service role.
api.my_totals has all currencies. Definer, because the lens calls it for callers who see no orders;
plpgsql, because a definer function in SQL is planned again by every statement that calls it.
$$;

create or replace function internal.sellers_of(p_payment_id uuid)
returns uuid[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return array(
  select distinct l.provider_id
  from core.payment as p
  join core.order_line as l using (order_id)
  where p.payment_id = p_payment_id and l.provider_id is not null and l.total_minor > 0);

alter function internal.sellers_of owner to definer;

comment on function internal.sellers_of is
  'The providers who sell something in a payment''s order.';

create or replace function internal.money_account(p_payment core.payment)
returns uuid
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
return case (p_payment).processor
  when 'wallet' then
    internal.ledger_account_id('available', (p_payment).currency, (p_payment).payer_id)
  else internal.ledger_account_id('processor', (p_payment).currency)
end;

alter function internal.money_account owner to definer;

comment on function internal.money_account is
  'The ledger account that a payment came from and its refunds go to: Stripe''s, or a wallet.';

create or replace function internal.open_earnings(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_posted boolean;
begin
  perform internal.lock_wallets(p_payment.currency, internal.sellers_of(p_payment.payment_id));

  -- Usually everything was captured, and each line gets its price. If somebody has captured less by
  -- hand at Stripe, each line gets its share, and that is divided as the line was.
  with line as (
    select l.*, row_number() over (order by l.order_line_id) as n
    from core.order_line as l
    where l.order_id = p_payment.order_id and l.total_minor > 0
  ),
  part as (
    select internal.split(p_payment.captured_minor, array_agg(l.total_minor order by l.n)) as gross
    from line as l
  ),
  share as (
    select l.*, p.gross[l.n] as gross_minor,
           (internal.split(p.gross[l.n], array[
             l.commission_minor, l.total_minor - l.commission_minor]))[1] as kept_minor
    from line as l
    cross join part as p
  ),
  opened as (
    insert into core.earning
      (earning_id, order_line_id, payment_id, booking_id, provider_id, currency, gross_minor,
       commission_minor, provider_minor)
    select internal.uuid_v7(), s.order_line_id, p_payment.payment_id, s.booking_id, s.provider_id,
           p_payment.currency, s.gross_minor, s.kept_minor, s.gross_minor - s.kept_minor
    from share as s
    where s.gross_minor > 0
    returning provider_id, provider_minor
  ),
  wallet as (
    select o.provider_id, sum(o.provider_minor)::bigint as amount_minor
    from opened as o
    where o.provider_id is not null
    group by o.provider_id
  ),
  total as (
    select coalesce(sum(w.amount_minor), 0)::bigint as amount_minor,
           coalesce(array_agg(internal.ledger_account_id('clearing', p_payment.currency, w.provider_id)
                              order by w.provider_id), '{}') as accounts,
           coalesce(array_agg(w.amount_minor order by w.provider_id), '{}') as amounts
    from wallet as w
  )
  select internal.post_transfer(
    'capture:' || p_payment.payment_id, 'capture', 'payment', p_payment.payment_id,
    array[internal.money_account(p_payment),
          internal.ledger_account_id('revenue', p_payment.currency)] || t.accounts,
    array[-p_payment.captured_minor, p_payment.captured_minor - t.amount_minor] || t.amounts)
    into strict v_posted
  from total as t;
  perform internal.settle_subsidies(p_payment);
end
$$;

alter function internal.open_earnings owner to definer;

comment on function internal.open_earnings is $$
Split a captured payment exactly between the sellers of its lines and the platform, each line at the
rate at which it was ordered, and add the subsidies. Locks the sellers' wallets.
$$;

create or replace function internal.line_gone(p_order_line_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select (
    coalesce((
      select sum(x.amount_minor)
      from core.refund_line as x
      join core.refund as r using (refund_id)
      where x.order_line_id = p_order_line_id
        and r.reserved_at is not null and r.reversed_at is null and r.resent_as is null), 0)
    + coalesce((
      select sum(x.amount_minor)
      from core.dispute_line as x
      join core.dispute as d using (dispute_id)
      where x.order_line_id = p_order_line_id
        and d.lost_at is not null and d.regained_at is null), 0))::bigint;
end;

alter function internal.line_gone owner to definer;

comment on function internal.line_gone is
  'How much of a line has gone back to the payer in the ledger, by refunds and lost disputes.';

create or replace function internal.line_unrefunded(p_order_line_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((
    select e.gross_minor
      - coalesce((
          select sum(x.amount_minor)
          from core.refund_line as x
          join core.refund as r using (refund_id)
          where x.order_line_id = p_order_line_id
            and r.status not in ('dropped', 'covered') and r.resent_as is null), 0)
    from core.earning as e
    where e.order_line_id = p_order_line_id), 0)::bigint;
end;

alter function internal.line_unrefunded owner to definer;

comment on function internal.line_unrefunded is $$
What was paid of a line and is neither refunded nor promised. The payer's bank may have taken it.
$$;

create or replace function internal.line_left(p_order_line_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select greatest(0, internal.line_unrefunded(p_order_line_id) - coalesce((
    select sum(x.amount_minor)
    from core.dispute_line as x
    join core.dispute as d using (dispute_id)
    where x.order_line_id = p_order_line_id
      and d.lost_at is not null and d.regained_at is null), 0))::bigint;
end;

alter function internal.line_left owner to definer;

comment on function internal.line_left is $$
How much of a line can still be given back: what was paid, and is not refunded, promised, or taken
for good by the payer's bank.
$$;

create or replace function internal.without_bank_part(p_booking_id uuid, p_refund_minor bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select least(p_refund_minor, coalesce(sum(internal.line_left(l.order_line_id)), 0))::bigint
  from core.order_line as l
  where l.booking_id = p_booking_id;
end;

alter function internal.without_bank_part owner to definer;

comment on function internal.without_bank_part is $$
What is sent of a refund that is owed: at most what the payer's bank has not taken in a lost dispute.
The rest is owed if the bank gives it back.
$$;

create or replace function internal.payment_left(p_payment_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(internal.line_left(e.order_line_id)), 0)::bigint
  from core.earning as e
  where e.payment_id = p_payment_id;
end;

alter function internal.payment_left owner to definer;

comment on function internal.payment_left is
  'How much of a payment can still be given back.';

create or replace function internal.excess_of(p_payment_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(greatest(0, internal.line_gone(e.order_line_id) - e.gross_minor)), 0)::bigint
  from core.earning as e
  where e.payment_id = p_payment_id;
end;

alter function internal.excess_of owner to definer;

comment on function internal.excess_of is
  'How much more of a payment goes back than came in, by refunds and lost disputes.';

create or replace function internal.gone_back(p_payment_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(least(e.gross_minor, internal.line_gone(e.order_line_id))), 0)::bigint
  from core.earning as e
  where e.payment_id = p_payment_id;
end;

alter function internal.gone_back owner to definer;

comment on function internal.gone_back is
  'How much of a payment has gone back to its payer, by refunds that stand and lost disputes.';

create or replace function internal.share_return(
  p_payment      core.payment,
  p_amount_minor bigint,
  p_key          text,
  p_kind         text,
  p_counter      text,
  p_reference_id uuid,
  p_phase        text default 'single',
  p_resolves_key text default null,
  p_owed_minor   bigint default 0
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
  perform internal.lock_wallets(p_payment.currency, internal.sellers_of(p_payment.payment_id));

  -- The shares follow from the sum that has gone back of a line, not from the single steps. So the
  -- order of two refunds makes no difference, and a full refund leaves nothing over.
  with target as (
    select e.*, internal.split(
      least(e.gross_minor, internal.line_gone(e.order_line_id)),
      array[e.commission_minor, e.provider_minor]) as part
    from core.earning as e
    where e.payment_id = p_payment.payment_id
  ),
  moved as (
    update core.earning as e
    set returned_commission = t.part[1], returned_minor = t.part[2]
    from target as t
    where e.earning_id = t.earning_id
      and (e.returned_commission, e.returned_minor) is distinct from (t.part[1], t.part[2])
    returning
      t.earning_id, t.provider_id,
      case when t.released_at is null then 'clearing' else 'available' end as kind,
      t.returned_commission - t.part[1] as commission_delta,
      t.returned_minor - t.part[2] as provider_delta
  )
  select
    coalesce(array_agg(internal.ledger_account_id(m.kind, p_payment.currency, m.provider_id)
                       order by m.earning_id) filter (where m.provider_delta <> 0), '{}')
      || internal.ledger_account_id('revenue', p_payment.currency),
    coalesce(array_agg(m.provider_delta order by m.earning_id)
             filter (where m.provider_delta <> 0), '{}')
      || coalesce(sum(m.commission_delta), 0)::bigint
    into v_accounts, v_amounts
  from moved as m;

  -- If more went back than was paid (refunded, and lost in a dispute), the platform bears the loss.
  perform internal.post_transfer(
    p_key, p_kind, p_kind, p_reference_id,
    v_accounts || internal.ledger_account_id(p_counter, p_payment.currency)
               || internal.ledger_account_id('owed', p_payment.currency)
               || internal.ledger_account_id('loss', p_payment.currency),
    v_amounts || p_amount_minor || -p_owed_minor
              || (p_owed_minor - p_amount_minor - (select sum(a.amount) from unnest(v_amounts) as a(amount)))::bigint,
    p_phase, p_resolves_key);
  perform internal.settle_subsidies(p_payment);
end
$$;

alter function internal.share_return owner to definer;

comment on function internal.share_return is $$
Adjust the shares of sellers and platform to what has gone back of each line, and post the
difference against a counter account; p_owed_minor of it was set aside for the customer before.
Subsidies follow in the same proportion. Locks the wallets of the payment's sellers.
$$;

create or replace function internal.share_by_line(p_payment_id uuid, p_amount_minor bigint)
returns table (order_line_id uuid, amount_minor bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with line as (
    select e.order_line_id, e.gross_minor, internal.line_left(e.order_line_id) as left_minor,
           row_number() over (order by e.order_line_id) as n
    from core.earning as e
    where e.payment_id = p_payment_id
  ),
  part as (
    -- If all of the payment has gone back already, share by the original amounts.
    select internal.split(
      p_amount_minor,
      case when sum(l.left_minor) > 0 then array_agg(l.left_minor order by l.n)
           else array_agg(l.gross_minor order by l.n) end) as amount
    from line as l
  )
  select l.order_line_id, p.amount[l.n]
  from line as l
  cross join part as p
  where p.amount[l.n] > 0;
end;

alter function internal.share_by_line owner to definer;

comment on function internal.share_by_line is $$
Share an amount without lines (a refund begun at Stripe, a dispute) over the lines of a payment, by
what is left of each.
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
    and e.provider_id is not null
    and p.dispute_state <> 'open'
    and (b.booking_id is null
         or b.status in ('completed', 'no_show_customer', 'no_show_provider', 'cancelled'))
    and coalesce(b.ends_at, e.created_at) + make_interval(days => m.clearing_days) <= now()
  order by e.created_at;
end;

alter function internal.due_earnings owner to definer;

comment on function internal.due_earnings is
  'Earnings that have cleared and are not released yet, the oldest first.';

create or replace function internal.release_earnings(p_ids uuid[])
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
  perform internal.lock_wallet(w.provider_id, w.currency)
  from (select distinct e.provider_id, e.currency from core.earning as e
        where e.earning_id = any (p_ids) order by e.provider_id, e.currency) as w;

  with released as (
    update core.earning as e
    set released_at = now()
    from internal.due_earnings() as d
    where e.earning_id = d.earning_id
      and e.earning_id = any (p_ids)
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

alter function internal.release_earnings owner to definer;

comment on function internal.release_earnings is $$
Move what is due of these earnings to what is available, and return how many were. Locks their
wallets first, and takes what is still due under those locks.
$$;

create or replace function api.release_due_earnings(p_limit integer default 1000)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_earning_id uuid;
  v_ids        uuid[];
  v_count      integer := 0;
begin
  v_ids := array(
    select d.earning_id from internal.due_earnings() as d
    where d.earning_id <> all (internal.aside('release_due_earnings'))
    limit least(p_limit, 10000));
  begin
    v_count := internal.release_earnings(v_ids);
  exception when others then
    -- One of them cannot be released. Find out which, in the order in which wallets are locked.
    for v_earning_id in
      select e.earning_id from core.earning as e
      where e.earning_id = any (v_ids)
      order by e.provider_id, e.currency, e.earning_id
    loop
      begin
        v_count := v_count + internal.release_earnings(array[v_earning_id]);
      exception when others then
        perform internal.set_aside('release_due_earnings', v_earning_id, sqlstate, sqlerrm);
      end;
    end loop;
  end;
  perform internal.release_subsidies(least(p_limit, 10000));
  return v_count;
end
$$;

alter function api.release_due_earnings owner to definer;

comment on function api.release_due_earnings is $$
Make earnings available whose booking ended clearing_days ago and that are not disputed, and what the
house adds to them; return how many. For the clock: safe to run twice, late or beside itself. Locks wallets in order.
$$;
