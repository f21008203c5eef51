-- Subsidies: what the platform adds to a seller's share, because it bears a coupon of its own that is
-- larger than its commission.
--
-- Of a line that is paid it is posted beside the earning, clears with it, and goes back in the same
-- proportion. A line that costs nothing has no payment and no earning: its subsidy is posted when it
-- would have cleared, if it took place. What stands is read from the ledger.

create or replace function internal.subsidy_posted(p_order_line_id uuid)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(e.amount_minor), 0)::bigint
  from core.ledger_transfer as t
  join core.ledger_entry as e using (ledger_transfer_id)
  join core.ledger_account as a using (ledger_account_id)
  where t.reference_kind = 'order_line'
    and t.reference_id = p_order_line_id
    and t.kind = 'subsidy'
    and a.person_id is not null;
end;

alter function internal.subsidy_posted owner to definer;

comment on function internal.subsidy_posted is
  'What of a line''s subsidy stands in its seller''s wallet, by the ledger.';

create or replace function internal.subsidy_is_released(p_order_line_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return exists (
  select from core.ledger_transfer as t
  where t.idempotency_key = 'subsidy:' || p_order_line_id || ':release');

alter function internal.subsidy_is_released owner to definer;

comment on function internal.subsidy_is_released is 'Whether a line''s subsidy has left clearing.';

create or replace function internal.post_subsidy(
  p_order_line_id uuid,
  p_provider_id   uuid,
  p_currency      text,
  p_account       text,
  p_delta_minor   bigint
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.post_transfer(
    format('subsidy:%s:%s', p_order_line_id, (
      select count(*) from core.ledger_transfer as t
      where t.reference_kind = 'order_line' and t.reference_id = p_order_line_id
        and t.kind = 'subsidy')),
    'subsidy', 'order_line', p_order_line_id,
    array[internal.ledger_account_id('discounts', p_currency),
          internal.ledger_account_id(p_account, p_currency, p_provider_id)],
    array[-p_delta_minor, p_delta_minor]);
end
$$;

alter function internal.post_subsidy owner to definer;

comment on function internal.post_subsidy is
  'Add to a line''s subsidy, or take of it. The caller holds the wallet, so that each has a number.';

create or replace function internal.settle_subsidies(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line  core.order_line;
  v_delta bigint;
begin
  for v_line in
    select l.* from core.order_line as l
    where l.order_id = p_payment.order_id and l.subsidy_minor > 0 and l.total_minor > 0
    order by l.provider_id, l.order_line_id
  loop
    perform internal.lock_wallet(v_line.provider_id, p_payment.currency);
    v_delta := round(v_line.subsidy_minor::numeric
                     * internal.line_left(v_line.order_line_id) / v_line.total_minor)::bigint
               - internal.subsidy_posted(v_line.order_line_id);
    continue when v_delta = 0;
    perform internal.post_subsidy(
      v_line.order_line_id, v_line.provider_id, p_payment.currency,
      case when internal.subsidy_is_released(v_line.order_line_id)
           then 'available' else 'clearing' end,
      v_delta);
  end loop;
end
$$;

alter function internal.settle_subsidies owner to definer;

comment on function internal.settle_subsidies is $$
Bring the subsidies of a payment's lines to what has not gone back of each. Safe to repeat. The caller
holds internal.lock_payment; locks the sellers' wallets.
$$;

create or replace function internal.settle_free_subsidy(p_booking core.booking)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line     core.order_line;
  v_currency text;
  v_delta    bigint;
begin
  select l.* into v_line
  from core.order_line as l
  where l.booking_id = p_booking.booking_id and l.total_minor = 0 and l.subsidy_minor > 0;
  -- Before it is due nothing was posted, and internal.due_subsidies looks at the booking itself.
  if not found or not internal.subsidy_is_released(v_line.order_line_id) then
    return;
  end if;

  select o.currency into strict v_currency from core.order as o where o.order_id = v_line.order_id;
  perform internal.lock_wallet(v_line.provider_id, v_currency);
  v_delta := case when internal.is_earned(p_booking.status) then v_line.subsidy_minor else 0 end
             - internal.subsidy_posted(v_line.order_line_id);
  if v_delta <> 0 then
    perform internal.post_subsidy(v_line.order_line_id, v_line.provider_id, v_currency,
                                  'available', v_delta);
  end if;
end
$$;

alter function internal.settle_free_subsidy owner to definer;

comment on function internal.settle_free_subsidy is $$
Bring the subsidy of a booking that cost nothing to what its outcome says, after it was made
available: its seller gives it back when it turns out that they did not come. Safe to repeat. The
caller holds the booking; locks the wallet.
$$;

create or replace function internal.due_subsidies()
returns table (order_line_id uuid, provider_id uuid, currency text, is_free boolean,
               amount_minor bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select l.order_line_id, l.provider_id, o.currency, l.total_minor = 0,
         case when l.total_minor = 0 then l.subsidy_minor
              else internal.subsidy_posted(l.order_line_id) end
  from core.order_line as l
  join core.order as o using (order_id)
  left join core.earning as e using (order_line_id)
  left join core.booking as b on b.booking_id = l.booking_id
  cross join core.marketplace as m
  where l.subsidy_minor > 0
    and not internal.subsidy_is_released(l.order_line_id)
    and case
      when l.total_minor > 0 then e.released_at is not null
      else o.status = 'paid'
           and l.called_off_at is null
           and (b.booking_id is null or internal.is_earned(b.status))
           and coalesce(b.ends_at, o.placed_at) + make_interval(days => m.clearing_days) <= now()
    end
  order by l.provider_id, o.currency, l.order_line_id;
end;

alter function internal.due_subsidies owner to definer;

comment on function internal.due_subsidies is $$
Subsidies that are to be made available: with their earning, or of a line that cost nothing when it
took place clearing_days ago. In the order in which wallets are locked.
$$;

create or replace function internal.release_subsidy(
  p_order_line_id uuid,
  p_provider_id   uuid,
  p_currency      text,
  p_is_free       boolean,
  p_amount_minor  bigint
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_wallet(p_provider_id, p_currency);
  -- Under the lock: a refund may have taken of it meanwhile.
  if not p_is_free then
    p_amount_minor := internal.subsidy_posted(p_order_line_id);
  end if;
  if p_amount_minor > 0 then
    perform internal.post_transfer(
      'subsidy:' || p_order_line_id || ':release', 'subsidy', 'order_line', p_order_line_id,
      array[case when p_is_free then internal.ledger_account_id('discounts', p_currency)
                 else internal.ledger_account_id('clearing', p_currency, p_provider_id) end,
            internal.ledger_account_id('available', p_currency, p_provider_id)],
      array[-p_amount_minor, p_amount_minor]);
  end if;
end
$$;

alter function internal.release_subsidy owner to definer;

comment on function internal.release_subsidy is
  'Make one subsidy available, once. Locks the wallet.';

create or replace function internal.release_subsidies(p_limit integer)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_due record;
begin
  for v_due in
    select d.* from internal.due_subsidies() as d
    where d.amount_minor > 0
      and d.order_line_id <> all (internal.aside('release_subsidies'))
    limit p_limit
  loop
    begin
      perform internal.release_subsidy(v_due.order_line_id, v_due.provider_id, v_due.currency,
                                       v_due.is_free, v_due.amount_minor);
    exception when others then
      perform internal.set_aside('release_subsidies', v_due.order_line_id, sqlstate, sqlerrm);
    end;
  end loop;
end
$$;

alter function internal.release_subsidies owner to definer;

comment on function internal.release_subsidies is
  'Make subsidies available, each once. For the clock. Locks wallets in order.';
