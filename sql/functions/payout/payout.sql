-- Payouts that a provider requests, and payouts that are due.
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
      'There is no account yet that can be paid.', 'Finish setting up the payout account.');
  elsif internal.payouts_are_held(p_provider_id) or internal.payouts_are_paused() then
    perform internal.refuse('M9404', 'payouts_held',
      'Payouts are stopped at the moment.', 'Write to support.');
  elsif v_account.usable_from > now() then
    perform internal.refuse('M9403', 'payout_account_cooling',
      format('The payout account was changed; it is paid to from %s on.', v_account.usable_from));
  end if;
  return v_account;
end
$$;

alter function internal.require_payout_account owner to definer;

comment on function internal.require_payout_account is $$
The account to which a provider can be paid now.

Raises
  M9402 payout_account_not_ready  there is none, or Stripe still asks for something
  M9403 payout_account_cooling    it was changed a short while ago
  M9404 payouts_held              staff holds theirs, or everybody's
$$;

create or replace function api.list_payouts(
  p_provider_id uuid default null,
  p_status      text default null,
  p_before      uuid default null,
  p_limit       integer default 50
)
returns table (
  payout_id    uuid,
  provider_id  uuid,
  amount_minor bigint,
  paid_minor   bigint,
  currency     text,
  origin       text,
  status       text,
  failure      text,
  requested_at timestamptz,
  processed_at timestamptz
)
language sql
stable
begin atomic
  select p.payout_id, p.provider_id, p.amount_minor, p.paid_minor, p.currency, p.origin, p.status,
         p.failure, p.requested_at, p.processed_at
  from core.payout as p
  where (p_provider_id is null or p.provider_id = p_provider_id)
    and (p_status is null or p.status = p_status)
    and (p_before is null or p.payout_id < p_before)
  order by p.payout_id desc
  limit least(p_limit, 500);
end;

comment on function api.list_payouts is $$
Payouts that the caller may see, the newest first: their own, and for staff all. For the next page
pass the last payout_id as p_before.
$$;

create or replace function api.list_manual_payouts(p_limit integer default 100)
returns table (
  payout_id     uuid,
  reference     text,
  provider_id   uuid,
  provider_name text,
  contact_email text,
  amount_minor  bigint,
  amount        numeric,
  currency      text,
  details       text,
  is_held       boolean,
  requested_at  timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select p.payout_id, 'Payout ' || p.seq, p.provider_id, internal.name_of(p.provider_id),
         v.contact_email, p.amount_minor, internal.to_decimal(p.amount_minor, p.currency),
         p.currency, a.details,
         internal.payouts_are_held(p.provider_id) or internal.payouts_are_paused(), p.requested_at
  from core.payout as p
  join core.payout_account as a using (payout_account_id)
  left join core.person_private as v on v.person_id = p.provider_id
  where a.rail = 'manual' and p.status = 'requested'
  order by p.payout_id
  limit least(p_limit, 1000);
end
$$;

alter function api.list_manual_payouts owner to definer;

comment on function api.list_manual_payouts is $$
Payouts that wait for staff to make them by hand, the oldest first, with all that is needed: whom to
pay, how much, where to, and which reference to write on it. Of one that is held nothing is to be
paid now. When it is made, record it with api.settle_payout. For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;

create or replace function internal.payout_min(p_currency text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((m.payout_min ->> p_currency)::bigint, 1) from core.marketplace as m;
end;

alter function internal.payout_min owner to definer;

comment on function internal.payout_min is
  'The least payout of a currency; 1 where marketplace.payout_min says nothing.';

create or replace function internal.require_payout_size(
  p_provider_id  uuid,
  p_amount_minor bigint,
  p_currency     text
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_available bigint;
  v_clearing  bigint;
begin
  select coalesce(sum(b.balance_minor) filter (where a.kind = 'available'), 0),
         coalesce(sum(b.balance_minor) filter (where a.kind = 'clearing'), 0)
    into v_available, v_clearing
  from core.ledger_account as a
  join core.ledger_balance as b using (ledger_account_id)
  where a.person_id = p_provider_id and a.currency = p_currency;

  if v_available < p_amount_minor then
    perform internal.refuse('M9401', 'balance_too_small',
      format('%s %s can be paid out.',
             internal.to_decimal(greatest(v_available, 0), p_currency), p_currency));
  elsif p_amount_minor < internal.payout_min(p_currency)
        -- Who sells nothing any more can take the rest.
        and not (p_amount_minor = v_available and v_clearing = 0) then
    perform internal.refuse('M9408', 'payout_too_small',
      format('The least payout is %s %s.',
             internal.to_decimal(internal.payout_min(p_currency), p_currency), p_currency));
  end if;
end
$$;

alter function internal.require_payout_size owner to definer;

comment on function internal.require_payout_size is $$
Refuse a payout of more than is available, or of less than the least. The caller holds the wallet.

Raises
  M9401 balance_too_small  less than that is available
  M9408 payout_too_small   under the least payout, and not the last of the wallet
$$;

create or replace function api.request_payout(
  p_amount_minor    bigint,
  p_currency        text,
  p_idempotency_key text,
  p_payout_id       uuid default null
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
begin
  if coalesce(p_amount_minor, 0) < 1 or nullif(p_idempotency_key, '') is null
     or not exists (select from core.currency as c where c.currency = v_currency) then
    perform internal.refuse('M0402', 'payout_request_invalid',
      'A payout has an amount above zero, a currency and a key.');
  end if;

  -- Everyone who wants this money waits here; the look-up of the key comes after the lock.
  perform internal.lock_wallet(v_provider_id, v_currency);
  select p.* into v_payout
  from core.payout as p
  where p.provider_id = v_provider_id and p.idempotency_key = p_idempotency_key;

  if not found then
    v_account := internal.require_payout_account(v_provider_id);
    perform internal.require_payout_size(v_provider_id, p_amount_minor, v_currency);
    insert into core.payout as p
      (payout_id, provider_id, payout_account_id, origin, amount_minor, currency,
       idempotency_key)
    values (coalesce(p_payout_id, internal.uuid_v7()), v_provider_id,
            v_account.payout_account_id, 'request', p_amount_minor, v_currency, p_idempotency_key)
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
Request a payout from the caller's wallet, in minor units. The money is reserved at once and paid by
the next run. Safe to repeat: the same key returns the payout made the first time. p_payout_id is
its id, if its client has made one. Locks the wallet.

Raises
  M0402 payout_request_invalid    no amount, key, or known currency
  M1001 sign_in_required, M4001 provider_not_found
  M9401 balance_too_small         less than that is available
  M9402 payout_account_not_ready, M9403 payout_account_cooling, M9404 payouts_held
  M9406 payout_key_reused         the key belongs to a different payout
  M9408 payout_too_small          under marketplace.payout_min, and not the last of the wallet
  23505                           there is a payout of this id
$$;

create or replace function api.save_payout(p_payout jsonb, p_if_exists text default 'fail')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_currency    text;
  v_given       uuid := (p_payout ->> 'payout_id')::uuid;
  v_id          uuid;
begin
  perform internal.require_fields(p_payout,
    'payout_id', 'provider_id', 'amount_minor', 'amount', 'currency', 'status');
  perform internal.require_identity(coalesce((p_payout ->> 'provider_id')::uuid, v_provider_id));
  if coalesce(p_payout ->> 'status', 'requested') <> 'requested' then
    raise exception using errcode = '42501', message = 'The status of a payout is not written.';
  end if;
  -- What was asked for stays: the same row again is the same payout.
  select p.payout_id into v_id
  from core.payout as p
  where p.provider_id = v_provider_id
    and (p.payout_id = v_given or p.idempotency_key = v_given::text);
  if found then
    return case when internal.found_to_save('payout', p_if_exists) then v_id end;
  end if;

  select upper(coalesce(p_payout ->> 'currency', p.currency)) into v_currency
  from core.provider as p
  where p.provider_id = v_provider_id;
  select r.payout_id into v_id
  from api.request_payout(
    coalesce((p_payout ->> 'amount_minor')::bigint,
             internal.to_minor((p_payout ->> 'amount')::numeric, v_currency)),
    v_currency, coalesce(v_given, gen_random_uuid())::text, v_given) as r;
  return v_id;
end
$$;

alter function api.save_payout owner to definer;

comment on function api.save_payout is $$
Request a payout, and return its id. p_payout: {"payout_id"? (an id that the client has made: a
repeated request is one payout), "provider_id"? (the caller), "amount_minor" (or "amount", a
decimal), "currency"? (the provider's)}. For lenses; others call api.request_payout.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0014 amount_invalid, M0015 amount_too_fine, M0101 currency_unknown
  23505  there is a payout of this id, and p_if_exists is fail or it is another provider's
  42501  provider_id is somebody else, or a status is given
  and what api.request_payout raises
$$;

create or replace function internal.payout_failures(p_payout_account_id uuid, p_currency text)
returns table (failures integer, last_at timestamptz)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select count(*)::integer, max(p.processed_at)
  from core.payout as p
  where p.payout_account_id = p_payout_account_id
    and p.currency = p_currency
    and p.status = 'failed'
    and p.origin = 'schedule'
    and p.seq > coalesce((
      select max(q.seq)
      from core.payout as q
      where q.payout_account_id = p_payout_account_id
        and q.currency = p_currency
        and q.paid_minor > 0), 0);
end;

alter function internal.payout_failures owner to definer;

comment on function internal.payout_failures is
  'How often in a row the schedule''s payouts to an account have failed, and when the last did.';

create or replace function internal.pay_again_at(p_payout_account_id uuid, p_currency text)
returns timestamptz
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return (
  select f.last_at
         + least(interval '1 hour' * power(2, least(f.failures, 10)), interval '7 days')
  from internal.payout_failures(p_payout_account_id, p_currency) as f
  where f.failures > 0);

alter function internal.pay_again_at owner to definer;

comment on function internal.pay_again_at is $$
When the schedule pays an account again that payouts to have failed: two hours after the first
failure, twice as long after each more, at most a week; null when none failed. Another account
begins anew.
$$;

create or replace function internal.is_payout_time(p_provider_id uuid, p_currency text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select case m.payout_schedule
    when 'hourly' then true
    when 'manual' then false
    else not exists (
      select
      from core.payout as p
      where p.provider_id = p_provider_id
        and p.currency = p_currency
        and p.origin = 'schedule'
        and p.status not in ('failed', 'cancelled')
        and p.requested_at >= date_trunc(
          case m.payout_schedule when 'daily' then 'day' when 'weekly' then 'week'
                                 else 'month' end,
          now() at time zone m.default_timezone) at time zone m.default_timezone)
  end
  from core.marketplace as m;
end;

alter function internal.is_payout_time owner to definer;

comment on function internal.is_payout_time is $$
Whether the schedule may pay a provider now: not a second time in the same day, week or month
(marketplace.payout_schedule). A payout that failed does not count.
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

  -- A wallet that another run has locked is left to that run, which pays all that is in it.
  with due as (
    select b.ledger_account_id, b.balance_minor, a.person_id, a.currency, p.payout_account_id
    from core.ledger_balance as b
    join core.ledger_account as a using (ledger_account_id)
    join core.payout_account as p on p.provider_id = a.person_id
    where a.kind = 'available'
      and b.balance_minor >= internal.payout_min(a.currency)
      and internal.is_payout_time(a.person_id, a.currency)
      and p.replaced_at is null
      and not internal.payouts_are_held(a.person_id)
      and coalesce(internal.pay_again_at(p.payout_account_id, a.currency) <= now(), true)
      and p.usable_from <= now()
      and p.status = 'active'
      and p.rail = 'stripe_connect'
      and internal.is_active(a.person_id)
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
Plan payouts of all that is available, for providers paid by Stripe Connect whose time has come
(marketplace.payout_schedule) and who have the least payout together; returns how many. Call it until it returns 0. Safe to run twice at once, late, or after a crash. For the house.
$$;

create or replace trigger payout_touch before update on core.payout
  for each row execute function internal.on_row_touched();

create or replace function internal.plan_legs(p_payout_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Use the oldest earnings first. What they do not cover was granted by the platform.
  with room as (
    select
      p.payout_id, e.earning_id, p.amount_minor as wanted, h.room,
      sum(h.room) over (partition by p.payout_id order by e.released_at, e.earning_id) as up_to
    from core.payout as p
    join core.earning as e on e.provider_id = p.provider_id and e.currency = p.currency
    -- What a dispute holds back is not paid; the rest of the same line is.
    cross join lateral (
      select e.provider_minor - e.returned_minor - e.allocated_minor
             - coalesce(sum(l.held_minor), 0)::bigint as room
      from core.dispute_line as l
      join core.dispute as d using (dispute_id)
      where l.order_line_id = e.order_line_id and d.closed_at is null
    ) as h
    where p.payout_id = any (p_payout_ids)
      and e.released_at is not null
      and e.allocated_minor + e.returned_minor < e.provider_minor
      and h.room > 0
  ),
  covered as (
    select r.payout_id, r.earning_id,
           least(r.room, r.wanted - (r.up_to - r.room))::bigint as amount_minor
    from room as r
    where r.up_to - r.room < r.wanted
  ),
  leg as (
    select c.payout_id, c.earning_id, c.amount_minor from covered as c
    union all
    select p.payout_id, null, p.amount_minor - coalesce(sum(c.amount_minor), 0)::bigint
    from core.payout as p
    left join covered as c using (payout_id)
    where p.payout_id = any (p_payout_ids)
    group by p.payout_id
    having p.amount_minor > coalesce(sum(c.amount_minor), 0)
  ),
  allocated as (
    update core.earning as e
    set allocated_minor = e.allocated_minor + l.amount_minor
    from leg as l
    where e.earning_id = l.earning_id
  )
  insert into core.payout_leg (payout_leg_id, payout_id, earning_id, amount_minor)
  select internal.uuid_v7(), l.payout_id, l.earning_id, l.amount_minor
  from leg as l
  order by l.payout_id, l.earning_id;

  perform internal.reserve_legs(p_payout_ids);
  perform internal.plan_transfers(p_payout_ids);
end
$$;

alter function internal.plan_legs owner to definer;

comment on function internal.plan_legs is $$
Make the legs of payouts, one for each earning they are paid from: leg, ledger reservation and
command to Stripe, for all payouts at once. One payout per wallet; the caller holds the wallets
and has checked that the money is there.
$$;

create or replace function internal.reserve_legs(p_payout_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_transfer_ids uuid[];
  v_from         uuid[];
  v_to           uuid[];
  v_amounts      bigint[];
begin
  select
    array_agg(internal.uuid_v7() order by l.payout_leg_id),
    array_agg(f.ledger_account_id order by l.payout_leg_id),
    array_agg(t.ledger_account_id order by l.payout_leg_id),
    array_agg(l.amount_minor order by l.payout_leg_id)
    into v_transfer_ids, v_from, v_to, v_amounts
  from core.payout_leg as l
  join core.payout as p using (payout_id)
  join core.ledger_account as f
    on f.person_id = p.provider_id and f.currency = p.currency and f.kind = 'available'
  join core.ledger_account as t
    on t.person_id = p.provider_id and t.currency = p.currency and t.kind = 'reserved'
  where l.payout_id = any (p_payout_ids);

  insert into core.ledger_transfer
    (ledger_transfer_id, idempotency_key, kind, phase, reference_kind, reference_id)
  select v_transfer_ids[l.n], 'payout:' || l.payout_leg_id || ':reserve', 'payout', 'pending',
         'payout', l.payout_id
  from (
    select g.*, row_number() over (order by g.payout_leg_id) as n
    from core.payout_leg as g
    where g.payout_id = any (p_payout_ids)
  ) as l;

  perform internal.post_entries(
    v_transfer_ids || v_transfer_ids, v_from || v_to,
    array(select -a.amount from unnest(v_amounts) with ordinality as a(amount, n) order by a.n)
      || v_amounts);
end
$$;

alter function internal.reserve_legs owner to definer;

comment on function internal.reserve_legs is
  'Set the money of legs aside: a pending ledger transfer each, from available to reserved.';

create or replace function internal.plan_transfers(p_payout_ids uuid[])
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.plan_command(
    'transfer', l.payout_leg_id, '/v1/transfers',
    jsonb_build_object(
      'amount', l.amount_minor,
      'currency', lower(p.currency),
      'destination', a.external_id,
      'source_transaction', y.charge_id,
      'transfer_group', coalesce('order_' || y.order_id, 'payout_' || p.payout_id),
      'metadata', jsonb_build_object('payout_id', p.payout_id, 'payout_leg_id', l.payout_leg_id)))
  from core.payout as p
  join core.payout_leg as l using (payout_id)
  join core.payout_account as a using (payout_account_id)
  left join core.earning as e using (earning_id)
  left join core.payment as y using (payment_id)
  where p.payout_id = any (p_payout_ids)
    and a.rail = 'stripe_connect';
end;

alter function internal.plan_transfers owner to definer;

comment on function internal.plan_transfers is $$
Plan the Stripe transfers of payouts that go by Connect, each from the charge it was earned
with. So a transfer never fails because the balance at Stripe is not settled yet.
$$;

create or replace function api.cancel_payout(p_payout_id uuid)
returns table (payout_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payout core.payout;
  v_leg    core.payout_leg;
  v_ids    uuid[];
begin
  select p.* into v_payout from core.payout as p where p.payout_id = p_payout_id;
  if not found or not (internal.is_service() or internal.is_staff()
                       or v_payout.provider_id = internal.require_user_id()) then
    perform internal.refuse('M4402', 'payout_not_found',
      format('You have no payout %s.', p_payout_id));
  end if;
  perform internal.lock_wallet(v_payout.provider_id, v_payout.currency);

  -- A transfer can be withdrawn until it is claimed; a payout by hand until staff has recorded it.
  v_ids := array(select l.payout_leg_id from core.payout_leg as l
                 where l.payout_id = p_payout_id and l.status = 'planned');
  if exists (select from core.stripe_command as c
             where c.kind = 'transfer' and c.subject_id = any (v_ids)) then
    v_ids := array(select internal.withdraw_commands('transfer', v_ids));
  end if;

  if cardinality(v_ids) = 0 and v_payout.status <> 'cancelled' then
    perform internal.refuse('M9407', 'payout_under_way', 'This payout is already on its way.');
  end if;

  for v_leg in
    select l.* from core.payout_leg as l where l.payout_leg_id = any (v_ids)
  loop
    perform internal.finish_leg(v_leg, 'cancelled');
  end loop;

  return query
  select p.payout_id, p.status from core.payout as p where p.payout_id = p_payout_id;
end
$$;

alter function api.cancel_payout owner to definer;

comment on function api.cancel_payout is $$
Cancel a payout before it is sent; the money is available again. Safe to repeat.

Raises
  M4402 payout_not_found  there is none, or it is somebody else's
  M9407 payout_under_way  Stripe has been asked already
$$;

create or replace function api.settle_payout(
  p_payout_id uuid,
  p_is_paid   boolean,
  p_reference text default null
)
returns table (payout_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payout core.payout;
  v_leg    core.payout_leg;
begin
  perform internal.require_staff();
  perform internal.require_choice(p_is_paid, 'p_is_paid');
  select p.* into v_payout
  from core.payout as p
  join core.payout_account as a using (payout_account_id)
  where p.payout_id = p_payout_id and a.rail = 'manual';
  if not found then
    perform internal.refuse('M4403', 'manual_payout_not_found',
      format('There is no payout %s that is made by hand.', p_payout_id));
  end if;

  perform internal.lock_wallet(v_payout.provider_id, v_payout.currency);
  for v_leg in
    select l.* from core.payout_leg as l
    where l.payout_id = p_payout_id and l.status = 'planned'
  loop
    perform internal.finish_leg(
      v_leg, case when p_is_paid then 'paid' else 'failed' end,
      case when not p_is_paid then coalesce(p_reference, 'failed') end);
  end loop;
  perform internal.audit('settle_payout', 'payout', p_payout_id::text, null,
    jsonb_build_object('is_paid', p_is_paid, 'reference', p_reference));

  return query
  select p.payout_id, p.status from core.payout as p where p.payout_id = p_payout_id;
end
$$;

alter function api.settle_payout owner to definer;

comment on function api.settle_payout is $$
Record how a payout by hand has ended: paid, or failed, which makes the money available again. For
staff; audited. A payout that has ended stays as it is.

Raises
  M0208 answer_invalid  p_is_paid is neither true nor false
  M3301 staff_only               the caller is not staff
  M4403 manual_payout_not_found  there is none, or it goes by Stripe
$$;
