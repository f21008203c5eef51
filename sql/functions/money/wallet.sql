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

create or replace function api.my_totals()
returns table (
  currency             text,
  paid_minor           bigint,
  refunded_minor       bigint,
  refund_pending_minor bigint,
  charged_back_minor   bigint,
  earned_minor         bigint,
  given_back_minor     bigint,
  paid_out_minor       bigint,
  payout_pending_minor bigint
)
language sql
stable
begin atomic
  with spent as (
    select p.currency, sum(p.captured_minor) as paid, sum(p.refunded_minor) as refunded,
           sum(p.refunding_minor) as pending, sum(p.lost_minor) as lost
    from core.payment as p
    where p.payer_id = internal.user_id() and p.captured_minor > 0
    group by p.currency
  ),
  earned as (
    select e.currency, sum(e.provider_minor) as earned, sum(e.returned_minor) as returned
    from core.earning as e
    where e.provider_id = internal.user_id()
    group by e.currency
  ),
  payout as (
    select p.currency,
           sum(l.amount_minor - l.reversed_minor) filter (where l.status = 'paid') as paid,
           sum(l.amount_minor) filter (where l.status = 'planned') as pending
    from core.payout as p
    join core.payout_leg as l using (payout_id)
    where p.provider_id = internal.user_id()
    group by p.currency
  )
  select
    currency, coalesce(s.paid, 0)::bigint, coalesce(s.refunded, 0)::bigint,
    coalesce(s.pending, 0)::bigint, coalesce(s.lost, 0)::bigint, coalesce(e.earned, 0)::bigint,
    coalesce(e.returned, 0)::bigint, coalesce(o.paid, 0)::bigint, coalesce(o.pending, 0)::bigint
  from spent as s
  full join earned as e using (currency)
  full join payout as o using (currency)
  order by currency;
end;

comment on function api.my_totals is $$
The caller's sums, one row per currency: what they paid, and of that what was refunded, what is
promised and has not arrived, and what their bank took back in disputes; what they earned after
commission, and of that what went back to customers; what was paid out to them, and what is on its
way.
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
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me    uuid := internal.user_id();
  v_limit integer := least(p_limit, 500);
begin
  -- With the rights of definer: the policies of the ledger, joined by `or`, would take all entries
  -- of an account from its index and sort them.
  return query
  select
    e.ledger_entry_id, e.created_at, a.kind, t.kind,
    case t.phase when 'pending' then internal.transfer_state(t.ledger_transfer_id, t.phase)
                 else 'posted' end,
    t.reference_kind, t.reference_id, t.description, e.currency,
    internal.shift_point(e.amount_minor, c.exponent),
    internal.shift_point(e.balance_after_minor, c.exponent),
    e.amount_minor, e.balance_after_minor
  from core.ledger_account as a
  -- The newest of each account, which its index has in order, whatever came before them.
  cross join lateral (
    select n.*
    from core.ledger_entry as n
    where n.ledger_account_id = a.ledger_account_id
      and (p_before is null or n.ledger_entry_id < p_before)
    order by n.ledger_entry_id desc
    limit v_limit
  ) as e
  join core.ledger_transfer as t using (ledger_transfer_id)
  join core.currency as c on c.currency = a.currency
  where a.person_id = v_me
    and (p_currency is null or a.currency = upper(p_currency))
  order by e.ledger_entry_id desc
  limit v_limit;
end
$$;

alter function api.my_statement owner to definer;

comment on function api.my_statement is $$
The caller's ledger entries, newest first, each with the balance of its account after it. For the
next page pass the last entry_id as p_before.
$$;

create or replace function api.my_statement_of(
  p_currency text,
  p_from     timestamptz,
  p_until    timestamptz
)
returns table (
  at            timestamptz,
  account       text,
  kind          text,
  description   text,
  reference     uuid,
  currency      text,
  amount        numeric,
  balance_after numeric
)
language sql
stable
begin atomic
  -- What was brought forward, then every entry.
  select o.at, o.account, o.kind, o.description, o.reference, upper(p_currency),
         internal.to_decimal(o.amount_minor, upper(p_currency)),
         internal.to_decimal(o.balance_minor, upper(p_currency))
  from (
    select p_from as at, a.kind as account, 'brought_forward' as kind, null as description,
           null::uuid as reference, null::bigint as amount_minor,
           coalesce(e.balance_after_minor, 0) as balance_minor, 0::bigint as n
    from core.ledger_account as a
    left join lateral (
      select f.balance_after_minor
      from core.ledger_entry as f
      where f.ledger_account_id = a.ledger_account_id and f.created_at < p_from
      order by f.ledger_entry_id desc
      limit 1) as e on true
    where a.person_id = internal.user_id() and a.currency = upper(p_currency)
    union all
    select e.created_at, a.kind, t.kind, t.description, t.reference_id, e.amount_minor,
           e.balance_after_minor, e.ledger_entry_id
    from core.ledger_account as a
    join core.ledger_entry as e using (ledger_account_id)
    join core.ledger_transfer as t using (ledger_transfer_id)
    where a.person_id = internal.user_id()
      and a.currency = upper(p_currency)
      and e.created_at >= p_from
      and e.created_at < p_until
  ) as o
  order by o.n, o.account
  limit 100000;
end;

comment on function api.my_statement_of is $$
The caller's statement of a time in one currency, the oldest first, with what each account had before
it. Asked for with `Accept: text/csv` (supabase.rpc(...).csv()) it is a file for a spreadsheet.
$$;

create or replace function api.statement(
  p_currency text default null,
  p_from     date default null,
  p_until    date default null
)
returns jsonb
language sql
stable
begin atomic
  with asked as (
    select
      p.person_id, p.locale, p.timezone,
      upper(coalesce(p_currency, v.currency, m.default_currency)) as currency,
      coalesce(p_from, date_trunc('month', now() at time zone p.timezone)::date) as first_day,
      coalesce(p_until, (now() at time zone p.timezone)::date) as last_day,
      m.name, m.support_email
    from core.person as p
    cross join core.marketplace as m
    left join core.provider as v on v.provider_id = p.person_id
    where p.person_id = internal.user_id()
  ),
  entry as (
    select s.*, to_char(s.at at time zone a.timezone, 'YYYY-MM-DD') as on_day,
           row_number() over () as n
    from asked as a
    cross join lateral api.my_statement_of(
      a.currency, a.first_day::timestamp at time zone a.timezone,
      (a.last_day + 1)::timestamp at time zone a.timezone) as s
  )
  select jsonb_build_object(
    'marketplace', a.name,
    'support_email', a.support_email,
    'owner', internal.name_of(a.person_id),
    'locale', a.locale,
    'currency', a.currency,
    'from', a.first_day,
    'until', a.last_day,
    'accounts', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'account', x.account, 'before', x.before, 'after', x.after) order by x.account), '[]')
      from (
        select e.account,
               (array_agg(e.balance_after order by e.n))[1]::text as before,
               (array_agg(e.balance_after order by e.n desc))[1]::text as after
        from entry as e
        group by e.account) as x),
    'entries', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'at', e.at, 'on', e.on_day, 'account', e.account, 'kind', e.kind,
        'description', e.description, 'reference', e.reference, 'amount', e.amount::text,
        'balance_after', e.balance_after::text) order by e.n), '[]')
      from entry as e
      where e.kind <> 'brought_forward'))
  from asked as a;
end;

comment on function api.statement is $$
The caller's statement of the days from p_from to p_until, by the clock of their time zone, as it
prints: what each account had before and has after, and every entry, the oldest first. By default of
this month and in the currency of their wallet. `GET /functions/v1/statement` is the same as a page.
$$;

create or replace function internal.require_same_movement(
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
      'This key already moved a different sum, or another person''s money.',
      'Use a new key for a new one.');
  end if;
end
$$;

alter function internal.require_same_movement owner to definer;

comment on function internal.require_same_movement is $$
Raises
  M9405 adjustment_key_reused  the key moved another sum, or another person's money
$$;

create or replace function internal.move_wallet(
  p_person_id      uuid,
  p_amount_minor   bigint,
  p_currency       text,
  p_counter        text,
  p_kind           text,
  p_key            text,
  p_reference_kind text,
  p_reference_id   uuid,
  p_description    text
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_wallet(p_person_id, p_currency);
  perform internal.require_same_movement(p_key, p_person_id, p_amount_minor, p_currency);
  return internal.post_transfer(
    p_key, p_kind, p_reference_kind, p_reference_id,
    array[internal.ledger_account_id(p_counter, p_currency),
          internal.ledger_account_id('available', p_currency, p_person_id)],
    array[-p_amount_minor, p_amount_minor],
    p_description => left(p_description, 500));
end
$$;

alter function internal.move_wallet owner to definer;

comment on function internal.move_wallet is $$
Move money between what a person can be paid (`available`) and an account of the platform: a
positive amount goes to the person. Once per key: false if it was moved before. Locks the wallet.

Raises
  M9405 adjustment_key_reused  the key moved another sum, or another person's money
$$;

create or replace function internal.pay_house(
  p_person_id      uuid,
  p_amount_minor   bigint,
  p_currency       text,
  p_key            text,
  p_reference_kind text,
  p_reference_id   uuid,
  p_description    text
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_available bigint;
begin
  perform internal.lock_wallet(p_person_id, p_currency);
  select b.balance_minor into v_available
  from core.ledger_balance as b
  where b.ledger_account_id = internal.ledger_account_id('available', p_currency, p_person_id);

  -- A repeated request is answered first: meanwhile the money may be gone.
  if v_available < p_amount_minor
     and not exists (select from core.ledger_transfer as t where t.idempotency_key = p_key) then
    perform internal.refuse('M9401', 'balance_too_small',
      format('%s %s are available.', internal.to_decimal(v_available, p_currency), p_currency));
  end if;
  return internal.move_wallet(p_person_id, -p_amount_minor, p_currency, 'revenue', 'purchase',
                              p_key, p_reference_kind, p_reference_id, p_description);
end
$$;

alter function internal.pay_house owner to definer;

comment on function internal.pay_house is $$
Pay the platform out of a person's wallet, at once and only with money that is available. Once per
key: false if it was paid before. The caller has checked who pays, and p_key names what for,
`promotion:<id>`. Locks the wallet.

Raises
  M9401 balance_too_small      less than that is available
  M9405 adjustment_key_reused  the key paid another sum, or out of another wallet
$$;

create or replace function internal.repay_from_house(
  p_person_id      uuid,
  p_amount_minor   bigint,
  p_currency       text,
  p_key            text,
  p_reference_kind text,
  p_reference_id   uuid,
  p_description    text
)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
return internal.move_wallet(
  p_person_id, p_amount_minor, p_currency, 'revenue', 'purchase', p_key, p_reference_kind,
  p_reference_id, p_description);

alter function internal.repay_from_house owner to definer;

comment on function internal.repay_from_house is $$
Give back to a wallet what internal.pay_house took, all or part of it, under a key of its own,
`promotion:<id>:back`. Once per key. The caller knows how much was paid. Locks the wallet.

Raises
  M9405 adjustment_key_reused  the key gave back another sum, or to another wallet
$$;

create or replace function internal.give_bonus(
  p_person_id    uuid,
  p_amount_minor bigint,
  p_currency     text,
  p_key          text,
  p_description  text
)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
return internal.move_wallet(
  p_person_id, p_amount_minor, p_currency, 'bonuses', 'bonus', p_key, 'person', p_person_id,
  p_description);

alter function internal.give_bonus owner to definer;

comment on function internal.give_bonus is $$
Give a bonus of the platform to a wallet, once per key, such as `referral:<id>`. The caller has
checked that it is due. Locks the wallet.

Raises
  M9405 adjustment_key_reused  the key gave another sum, or to another person
$$;

create or replace function internal.require_payable_from_wallet(p_payment core.payment)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order     core.order;
  v_available bigint;
begin
  select o.* into v_order from core.order as o where o.order_id = p_payment.order_id;
  if v_order.status <> 'pending' or v_order.expires_at <= now()
     or p_payment.release_asked_at is not null or p_payment.is_cancelled then
    perform internal.refuse('M9312', 'order_not_open',
      format('The order is %s, or its time is over.', v_order.status), 'Order again.');
  elsif exists (select from core.order_line as l
                where l.order_id = v_order.order_id and l.provider_id is not null) then
    perform internal.refuse('M9313', 'seller_not_house',
      'A wallet pays only for what the house itself sells.', 'Pay with a card.');
  end if;

  -- Stock is locked before wallets.
  perform internal.lock_goods(v_order.order_id);
  perform internal.lock_enrolments(v_order.order_id);
  v_available := internal.available_minor(p_payment.payer_id, p_payment.currency);
  if v_available < p_payment.amount_minor then
    perform internal.refuse('M9401', 'balance_too_small', format('%s %s are available.',
      internal.to_decimal(v_available, p_payment.currency), p_payment.currency));
  end if;

  -- What a card could still pay must not be paid twice.
  if p_payment.external_id is not null
     or not exists (select from internal.withdraw_commands(
                      'create_payment', array[p_payment.payment_id])) then
    perform internal.refuse('M9314', 'card_payment_open',
      'A payment by card has begun for this order.', 'Pay with the card, or order again.');
  end if;
end
$$;

alter function internal.require_payable_from_wallet owner to definer;

comment on function internal.require_payable_from_wallet is $$
Refuse an order that a wallet cannot pay; otherwise its card payment is withdrawn. The caller holds
the order. Locks the stock, then the payer's wallet.

Raises
  M9312 order_not_open     it is paid or called off, or its time is over
  M9313 seller_not_house   a provider sells something of it
  M9314 card_payment_open  Stripe has been asked for a payment by card
  M9401 balance_too_small  less than its sum is available
$$;

create or replace function api.pay_order_from_wallet(p_order_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payment core.payment;
begin
  perform internal.require_actor();
  select p.* into v_payment
  from core.payment as p
  where p.order_id = p_order_id
    and (p.payer_id = internal.user_id() or internal.is_service())
  order by p.attempt desc
  limit 1;
  if not found then
    perform internal.refuse('M4308', 'order_not_found', 'You have no such order.');
  end if;

  v_payment := internal.lock_bare_payment(v_payment.payment_id);
  if v_payment.processor <> 'wallet' then
    perform internal.require_payable_from_wallet(v_payment);
    update core.payment as p
    set processor = 'wallet', captured_minor = p.amount_minor
    where p.payment_id = v_payment.payment_id;
    perform internal.settle_payment(v_payment.payment_id);
  end if;
  return (
    select internal.order_view(o) from core.order as o where o.order_id = v_payment.order_id);
end
$$;

alter function api.pay_order_from_wallet owner to definer;

comment on function api.pay_order_from_wallet is $$
Pay an order of the caller's out of their wallet, at once: what the house itself sells, with money
that is available. A refund of it comes back into the wallet. Safe to repeat. Locks the order, the
stock and the wallet.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4308 order_not_found    there is none, or it is somebody else's
  M9312 order_not_open     it is paid or called off, or its time is over
  M9313 seller_not_house   a provider sells something of it
  M9314 card_payment_open  Stripe has been asked for a payment by card
  M9401 balance_too_small  less than its sum is available
$$;

create or replace function api.order_from_wallet(
  p_items           jsonb,
  p_coupon_code     text default null,
  p_idempotency_key text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_order jsonb := api.place_order(p_items, p_coupon_code, p_idempotency_key);
begin
  if v_order ->> 'status' = 'paid' then
    return v_order;
  end if;
  return api.pay_order_from_wallet((v_order ->> 'order_id')::uuid);
end
$$;

alter function api.order_from_wallet owner to definer;

comment on function api.order_from_wallet is $$
Order what the house sells, and pay it out of the caller's wallet in the same step, so that no
payment by card is begun. Safe to retry with the same key.

Raises
  what api.place_order and api.pay_order_from_wallet list
$$;

create or replace function internal.require_movement(
  p_amount_minor    bigint,
  p_reason          text,
  p_idempotency_key text
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(p_amount_minor, 0) = 0 or nullif(btrim(p_reason), '') is null
     or nullif(p_idempotency_key, '') is null then
    perform internal.refuse('M0401', 'adjustment_incomplete',
      'An adjustment has an amount, a reason and a key.');
  end if;
end
$$;

comment on function internal.require_movement is $$
Raises
  M0401 adjustment_incomplete  amount, reason or key is missing
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
  perform internal.require_movement(p_amount_minor, p_reason, p_idempotency_key);
  v_posted := internal.move_wallet(
    p_person_id, p_amount_minor, p_currency, 'grants', 'adjustment',
    'adjustment:' || p_idempotency_key, 'person', p_person_id, p_reason);
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

create or replace function api.grant_bonus(
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
  v_given boolean;
begin
  perform internal.require_staff();
  perform internal.require_movement(greatest(p_amount_minor, 0), p_reason, p_idempotency_key);
  v_given := internal.give_bonus(
    p_person_id, p_amount_minor, p_currency, 'bonus:' || p_idempotency_key, p_reason);
  if v_given then
    perform internal.audit('grant_bonus', 'person', p_person_id::text, null, jsonb_build_object(
      'amount_minor', p_amount_minor, 'currency', p_currency, 'reason', p_reason));
  end if;
  return v_given;
end
$$;

alter function api.grant_bonus owner to definer;

comment on function api.grant_bonus is $$
Give a person a bonus out of the platform's `bonuses`; it can be paid out at once. For staff;
audited. Safe to repeat: false if the key was used before.

Raises
  M0401 adjustment_incomplete  the amount is not positive, or reason or key is missing
  M3301 staff_only             the caller is not staff
  M9405 adjustment_key_reused  the key belongs to another bonus
$$;

create or replace function api.save_wallet(p_wallet jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_actor();
  perform internal.refuse('M3401', 'balance_is_counted',
    'A balance is the sum of what has happened and cannot be written.',
    'Money comes in by paid bookings and goes out by request_payout; staff corrects a wallet with '
    'adjust_wallet(p_person_id, p_amount_minor, p_currency, p_reason, p_idempotency_key).');
end
$$;

alter function api.save_wallet owner to definer;

comment on function api.save_wallet is $$
Refuse to write a balance, and say what to use instead. For lenses whose clients would do it.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3401 balance_is_counted  always
$$;
