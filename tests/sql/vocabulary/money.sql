-- The vocabulary of tests about money: what is offered, booked, and heard from Stripe.

-- A slot of an offering of its own, ten days ahead unless said otherwise.
create or replace function tests.offer(
  p_slot     text,
  p_provider text,
  p_price    bigint,
  p_currency text default 'EUR',
  p_mode     text default 'instant',
  p_starts   timestamptz default now() + interval '10 days',
  p_capacity integer default 1
)
returns uuid
language sql
as $$
  select tests.introduce(p_provider);
  insert into core.provider (provider_id) values (tests.id(p_provider)) on conflict do nothing;
  insert into core.offering
    (offering_id, provider_id, title, duration_min, capacity, price_minor, currency, booking_mode,
     published_at)
  values (tests.id('offering ' || p_slot), tests.id(p_provider), p_slot, 60, p_capacity, p_price,
          p_currency, p_mode, now());
  insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at, capacity)
  values (tests.id(p_slot), tests.id('offering ' || p_slot), tests.id(p_provider), p_starts,
          p_starts + interval '1 hour', p_capacity)
  returning slot_id;
$$;

-- A booking of that slot; returns the payment.
create or replace function tests.book(
  p_slot     text,
  p_customer text,
  p_coupon   text default null
)
returns uuid
language plpgsql
as $$
declare
  v_booking_id uuid;
begin
  perform tests.introduce(p_customer);
  insert into core.customer (customer_id) values (tests.id(p_customer)) on conflict do nothing;
  perform tests.act_as_service();
  select b.booking_id into v_booking_id
  from api.book_slot(tests.id(p_customer), tests.id(p_slot),
                                       p_coupon_code => p_coupon) as b;
  perform tests.act_as_nobody();
  return (select payment_id from core.payment where booking_id = v_booking_id);
end
$$;

-- Goods of a provider, or of the house (null); so many of them, or any number.
create or replace function tests.goods(
  p_name     text,
  p_provider text,
  p_price    bigint,
  p_currency text default 'EUR',
  p_on_hand  integer default null
)
returns uuid
language plpgsql
as $$
begin
  if p_provider is not null then
    perform tests.introduce(p_provider);
    insert into core.provider (provider_id) values (tests.id(p_provider)) on conflict do nothing;
  end if;
  insert into core.offering (offering_id, provider_id, kind, title, price_minor, currency,
                             published_at)
  values (tests.id('offering ' || p_name), case when p_provider is not null then
            tests.id(p_provider) end, 'product', p_name, p_price, p_currency, now());
  if p_on_hand is not null then
    insert into core.stock_item (offering_id, on_hand)
    values (tests.id('offering ' || p_name), p_on_hand);
  end if;
  return tests.id('offering ' || p_name);
end
$$;

-- What a basket of slots and goods is to the api; a name may come several times.
create or replace function tests.items(variadic p_names text[])
returns jsonb
language sql
security definer
as $$
  select jsonb_agg(
    case when s.slot_id is not null then jsonb_build_object('slot_id', s.slot_id)
         else jsonb_build_object('offering_id', tests.id('offering ' || n.name)) end
    || jsonb_build_object('quantity', 1) order by n.n)
  from unnest(p_names) with ordinality as n(name, n)
  left join core.slot as s on s.slot_id = tests.id(n.name);
$$;

-- An order of those things; returns the payment.
create or replace function tests.basket(p_customer text, p_coupon text, variadic p_names text[])
returns uuid
language plpgsql
as $$
declare
  v_items jsonb := tests.items(variadic p_names);
  v_order jsonb;
begin
  perform tests.introduce(p_customer);
  insert into core.customer (customer_id) values (tests.id(p_customer)) on conflict do nothing;
  perform tests.act_as_service();
  v_order := api.place_order(v_items, p_coupon, p_customer_id => tests.id(p_customer));
  perform tests.act_as_nobody();
  return (select payment_id from core.payment
          where order_id = (v_order ->> 'order_id')::uuid);
end
$$;

-- The line of a payment's order that has this title.
create or replace function tests.line(p_payment_id uuid, p_title text)
returns uuid
language sql
stable
security definer
as $$
  select l.order_line_id
  from core.order_line as l
  join core.payment as p using (order_id)
  where p.payment_id = p_payment_id and l.title = p_title;
$$;

-- The intent of a payment, as Stripe would show it.
create or replace function tests.intent(p_payment_id uuid, p_status text)
returns jsonb
language sql
as $$
  select jsonb_build_object(
    'object', 'payment_intent', 'id', 'pi_' || md5(payment_id::text), 'status', p_status,
    'livemode', false,
    'amount', amount_minor, 'currency', lower(currency),
    'amount_capturable', case when p_status = 'requires_capture' then amount_minor else 0 end,
    'amount_received', case when p_status = 'succeeded' then amount_minor else 0 end,
    'latest_charge', 'ch_' || md5(payment_id::text),
    'last_payment_error', case when p_status = 'requires_payment_method'
                               then jsonb_build_object('code', 'card_declined') end,
    'metadata', jsonb_build_object('payment_id', payment_id))
  from core.payment
  where payment_id = p_payment_id;
$$;

-- A refund that somebody began at Stripe.
create or replace function tests.refund(p_payment_id uuid, p_id text, p_amount bigint, p_status text)
returns jsonb
language sql
as $$
  select jsonb_build_object(
    'object', 'refund', 'id', p_id, 'amount', p_amount, 'currency', lower(currency),
    'status', p_status, 'payment_intent', 'pi_' || md5(payment_id::text),
    'metadata', '{}'::jsonb)
  from core.payment
  where payment_id = p_payment_id;
$$;

-- Stripe answers what was returned of a payment: by default nothing that is not known here.
create or replace function tests.returned(
  p_payment_id uuid,
  p_data       jsonb default '[]',
  p_asked_at   timestamptz default now()
)
returns void
language plpgsql
as $$
begin
  perform tests.act_as_service();
  perform api.record_stripe_object(jsonb_build_object(
    'object', 'list', 'data', p_data, 'returned_of', 'pi_' || md5(p_payment_id::text)),
    p_asked_at::text);
  perform tests.act_as_nobody();
end
$$;

-- A dispute of all of a payment; what the bank moved is in it when it was.
create or replace function tests.dispute(p_payment_id uuid, p_id text, p_status text, p_txns jsonb)
returns jsonb
language sql
as $$
  select jsonb_build_object(
    'object', 'dispute', 'id', p_id, 'amount', amount_minor, 'currency', lower(currency),
    'status', p_status, 'livemode', false, 'charge', 'ch_' || md5(payment_id::text),
    'payment_intent', 'pi_' || md5(p_payment_id::text), 'balance_transactions', p_txns)
  from core.payment
  where payment_id = p_payment_id;
$$;

-- An event arrives, is stored and applied; what it needs of Stripe is the object itself.
create or replace function tests.event(
  p_id      text,
  p_type    text,
  p_object  jsonb,
  p_created bigint default 1000,
  p_account text default null
)
returns text
language plpgsql
as $$
declare
  v_result jsonb;
begin
  perform tests.act_as_service();
  perform api.store_stripe_event(
    p_id, p_type, p_object ->> 'id', p_account, false, '2026-09-30', p_created,
    convert_to(jsonb_build_object('id', p_id, 'object', 'event', 'type', p_type,
      'created', p_created, 'livemode', false, 'account', p_account,
      'data', jsonb_build_object('object', p_object))::text, 'UTF8'));
  v_result := api.apply_stripe_event(p_id);
  if v_result ? 'fetch' then
    v_result := api.apply_stripe_event(p_id, p_object, now());
  end if;
  perform tests.act_as_nobody();
  return v_result ->> 'status';
end
$$;

-- The money of a payment arrives.
create or replace function tests.arrives(p_payment_id uuid)
returns text
language sql
as $$
  select tests.event('evt_paid_' || p_payment_id, 'payment_intent.succeeded',
                     tests.intent(p_payment_id, 'succeeded'));
$$;

-- A booking paid with a good card.
create or replace function tests.paid(
  p_slot     text,
  p_customer text,
  p_coupon   text default null
)
returns uuid
language plpgsql
as $$
declare
  v_payment_id uuid := tests.book(p_slot, p_customer, p_coupon);
begin
  perform tests.event('evt_' || p_slot, 'payment_intent.succeeded',
                      tests.intent(v_payment_id, 'succeeded'));
  return v_payment_id;
end
$$;

-- What an account holds, of a person or (null) of the platform.
create or replace function tests.balance(p_person text, p_kind text, p_currency text default 'EUR')
returns bigint
language sql
as $$
  select coalesce(sum(e.amount_minor), 0)::bigint
  from core.ledger_account as a
  join core.ledger_entry as e using (ledger_account_id)
  where a.person_id is not distinct from case when p_person is not null then tests.id(p_person) end
    and a.kind = p_kind and a.currency = p_currency;
$$;

-- The provider has an account at Stripe that money can be sent to.
create or replace function tests.onboard(p_provider text)
returns uuid
language sql
as $$
  insert into core.payout_account
    (payout_account_id, provider_id, rail, external_id, is_submitted, can_transfer, can_pay_out)
  values (gen_random_uuid(), tests.id(p_provider), 'stripe_connect',
          'acct_' || md5(p_provider), true, true, true)
  returning payout_account_id;
$$;

-- The booking of a payment took place, and its earnings have cleared.
create or replace function tests.clear(p_payment_id uuid)
returns integer
language plpgsql
as $$
declare
  v_count integer;
begin
  update core.booking as b
  set status = 'completed', completed_at = now(),
      starts_at = now() - interval '9 days', ends_at = now() - interval '8 days'
  from core.payment as p
  where p.payment_id = p_payment_id and b.booking_id = p.booking_id;
  perform tests.act_as_service();
  v_count := api.release_due_earnings();
  perform tests.act_as_nobody();
  return v_count;
end
$$;

-- A slot was offered, booked by alice, paid, and took place; its earnings have cleared.
create or replace function tests.earned(
  p_slot     text,
  p_provider text,
  p_price    bigint,
  p_starts   timestamptz default now() + interval '10 days'
)
returns uuid
language plpgsql
as $$
declare
  v_payment_id uuid;
begin
  perform tests.offer(p_slot, p_provider, p_price, p_starts => p_starts);
  v_payment_id := tests.paid(p_slot, 'alice');
  perform tests.clear(v_payment_id);
  return v_payment_id;
end
$$;

-- Claim what is due and let Stripe do it; returns what was done.
create or replace function tests.stripe_does(p_outcome text default 'done')
returns setof text
language plpgsql
as $$
declare
  v_command jsonb;
begin
  perform tests.act_as_service();
  for v_command in select jsonb_array_elements(api.claim_stripe_commands(100)) loop
    perform tests.act_as_nobody();
    return next v_command ->> 'kind';
    perform tests.stripe_answers(v_command, p_outcome);
    perform tests.act_as_service();
  end loop;
  perform tests.act_as_nobody();
end
$$;

-- Record the answer to one command.
create or replace function tests.stripe_answers(p_command jsonb, p_outcome text default 'done')
returns jsonb
language plpgsql
as $$
declare
  v_params jsonb := p_command -> 'params';
  v_body   jsonb;
  v_result jsonb;
begin
  v_body := case p_command ->> 'kind'
    when 'create_payment' then tests.intent((v_params #>> '{metadata,payment_id}')::uuid, 'requires_payment_method')
                               - 'last_payment_error'
    when 'capture_payment' then tests.intent((v_params #>> '{metadata,subject_id}')::uuid, 'succeeded')
    when 'cancel_payment' then tests.intent((v_params #>> '{metadata,subject_id}')::uuid, 'canceled')
    when 'refund' then v_params || jsonb_build_object(
      'object', 'refund', 'id', 're_' || md5(p_command ->> 'idempotency_key'), 'status', 'succeeded',
      'currency', (select lower(p.currency) from core.payment as p
                   where p.payment_id = (v_params #>> '{metadata,payment_id}')::uuid))
    when 'transfer' then v_params || jsonb_build_object(
      'object', 'transfer', 'id', 'tr_' || md5(p_command ->> 'idempotency_key'))
    when 'reverse_transfer' then v_params || jsonb_build_object(
      'object', 'transfer_reversal', 'id', 'trr_' || md5(p_command ->> 'idempotency_key'),
      'transfer', split_part(p_command ->> 'path', '/', 4),
      'currency', (
        select lower(p.currency)
        from core.payout_reversal as v
        join core.payout_leg as l using (payout_leg_id)
        join core.payout as p using (payout_id)
        where v.payout_reversal_id::text = v_params #>> '{metadata,payout_reversal_id}'))
    when 'create_account' then v_params || jsonb_build_object(
      'object', 'account', 'id', 'acct_' || md5(p_command ->> 'idempotency_key'))
  end;
  perform tests.act_as_service();
  v_result := api.record_stripe_result(
    (p_command ->> 'stripe_command_id')::uuid,
    case p_outcome
      when 'done' then jsonb_build_object('outcome', 'done', 'status', 200, 'body', v_body)
      when 'refused' then '{"outcome": "refused", "status": 400, "code": "no"}'
      else '{"outcome": "unknown", "reason": "timeout", "alarm": false}'
    end);
  perform tests.act_as_nobody();
  return v_result;
end
$$;

-- A line of Stripe's books, as its API lists it.
create or replace function tests.line(
  p_id     text,
  p_type   text,
  p_source text,
  p_amount bigint,
  p_fee    bigint default 0,
  p_age    interval default '2 hours'
)
returns jsonb
language sql
return jsonb_build_object(
  'id', p_id, 'type', p_type, 'source', p_source, 'currency', 'eur', 'amount', p_amount,
  'fee', p_fee, 'created', extract(epoch from now() - p_age)::bigint);

-- Everything that does not add up; nothing, when all does.
create or replace function tests.ledger_problems()
returns setof text
language sql
as $$
  select 'not zero: ' || currency from core.ledger_entry group by currency having sum(amount_minor) <> 0
  union all
  select 'transfer not zero: ' || ledger_transfer_id
  from core.ledger_entry group by ledger_transfer_id, currency having sum(amount_minor) <> 0
  union all
  select 'balance is not the sum: ' || b.ledger_account_id
  from core.ledger_balance as b
  left join core.ledger_entry as e using (ledger_account_id)
  group by b.ledger_account_id
  having b.balance_minor <> coalesce(sum(e.amount_minor), 0)
  union all
  select 'running balance: ' || r.ledger_entry_id
  from (
    select e.ledger_entry_id, e.balance_after_minor,
           sum(e.amount_minor) over (partition by e.ledger_account_id order by e.ledger_entry_id) as sum
    from core.ledger_entry as e
  ) as r
  where r.balance_after_minor <> r.sum
  union all
  select 'negative: ' || a.kind || ' ' || a.person_id
  from core.ledger_balance as b
  join core.ledger_account as a using (ledger_account_id)
  where b.balance_minor < 0 and a.kind <> 'available'
  union all
  -- Of every payment: what came in is what went back, what is the house's, and what is the provider's.
  select 'payment: ' || p.payment_id
  from core.payment as p
  left join (
    select payment_id, sum(provider_minor - returned_minor) as provider,
           sum(commission_minor - returned_commission) as commission
    from core.earning group by payment_id
  ) as e using (payment_id)
  where p.captured_minor <> coalesce(e.provider + e.commission, 0) + internal.gone_back(p.payment_id)
    and p.processor <> 'none'
  union all
  -- Of every line, by other code: its seller has given up their part of what went back of it, by
  -- the states of refunds and disputes, and nothing of what went back of others.
  select 'line: ' || e.order_line_id
  from core.earning as e
  cross join lateral (
    select least(e.gross_minor, coalesce((
        select sum(x.amount_minor) from core.refund_line as x join core.refund as r using (refund_id)
        where x.order_line_id = e.order_line_id and r.resent_as is null
          and r.status not in ('owed', 'covered', 'dropped')), 0)
      + coalesce((
        select sum(x.amount_minor) from core.dispute_line as x join core.dispute as d using (dispute_id)
        where x.order_line_id = e.order_line_id and d.status = 'lost'), 0)) as gone
  ) as g
  where e.returned_commission <> round(g.gone * e.commission_minor / e.gross_minor)
     or e.returned_minor <> g.gone - round(g.gone * e.commission_minor / e.gross_minor)
  union all
  -- What the house adds to a line is in the proportion of what has not gone back of it.
  select 'subsidy: ' || l.order_line_id
  from core.order_line as l
  join core.earning as e using (order_line_id)
  where l.subsidy_minor > 0
    and internal.subsidy_posted(l.order_line_id) <> round(
      l.subsidy_minor::numeric * internal.line_left(l.order_line_id) / nullif(l.total_minor, 0))
  union all
  select 'refund: ' || r.refund_id
  from core.refund as r
  left join core.refund_line as l using (refund_id)
  where r.reserved_at is not null
  group by r.refund_id
  having r.amount_minor <> sum(l.amount_minor)
  union all
  select 'order: ' || o.order_id
  from core.order as o
  join core.order_line as l using (order_id)
  group by o.order_id
  having o.total_minor <> sum(l.total_minor) or o.discount_minor <> sum(l.discount_minor)
  union all
  -- Every order that money arrived for has a receipt, and the numbers, which are drawn at the commit,
  -- have no gap.
  select 'receipt: ' || p.order_id
  from core.payment as p
  left join core.receipt as r using (order_id)
  where (p.captured_at is not null and p.processor <> 'none') <> (r.order_id is not null)
  union all
  select 'receipts: ' || max(r.number) from core.receipt as r having max(r.number) <> count(r.number)
  union all
  -- What was called off is not sent, and what was sent is not called off.
  select 'sent, and called off: ' || l.order_line_id
  from core.order_line as l
  where l.called_off_at is not null and l.fulfilment in ('shipped', 'delivered', 'returned')
  union all
  -- What is set aside for customers is what failed and nobody has settled.
  select 'owed: ' || c.currency
  from core.currency as c
  where tests.balance(null, 'owed', c.currency) <> coalesce((
    select sum(r.amount_minor) from core.refund as r join core.payment as p using (payment_id)
    where p.currency = c.currency and r.failed_at is not null and r.resent_as is null
      and r.status in ('failed', 'rejected')), 0)
  union all
  -- Of every provider: what they earned and were given, less what they paid the house, is in the
  -- wallet or was paid out.
  select 'wallet: ' || w.person_id || ' ' || w.currency
  from (
    select a.person_id, a.currency, sum(b.balance_minor) as held
    from core.ledger_account as a
    join core.ledger_balance as b using (ledger_account_id)
    group by a.person_id, a.currency
  ) as w
  where w.held <> coalesce((
      select sum(e.provider_minor - e.returned_minor) from core.earning as e
      where e.provider_id = w.person_id and e.currency = w.currency), 0)
    + coalesce((
      select sum(e.amount_minor)
      from core.ledger_entry as e
      join core.ledger_transfer as t using (ledger_transfer_id)
      join core.ledger_account as a using (ledger_account_id)
      where t.kind in ('adjustment', 'bonus', 'purchase', 'subsidy')
        and a.person_id = w.person_id and a.currency = w.currency), 0)
    - coalesce((
      select sum(p.captured_minor - p.refunded_minor)
      from core.payment as p
      where p.processor = 'wallet' and p.payer_id = w.person_id and p.currency = w.currency), 0)
    - coalesce((
      select sum(l.amount_minor - l.reversed_minor)
      from core.payout as p
      join core.payout_leg as l using (payout_id)
      where p.provider_id = w.person_id and p.currency = w.currency and l.status = 'paid'), 0);
$$;
