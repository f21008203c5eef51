-- Many at once, for races and benchmarks.

-- So many providers who have earned 85.00 EUR each, cleared, by a sale of 100.00 to alice, and an
-- account at Stripe to be paid to. Written down at once, without the bookings it would take, as
-- if it had been paid to the house's bank.
create or replace function tests.many_earn(p_count integer, p_account text)
returns void
language sql
as $$
  insert into core.person (person_id, display_name)
  select tests.id('p' || n), 'p' || n from generate_series(1, p_count) as n;
  insert into core.provider (provider_id)
  select tests.id('p' || n) from generate_series(1, p_count) as n;
  -- One account of Stripe's serves them all: what is counted is the transfers.
  alter table core.payout_account drop constraint if exists payout_account_external_id_key;
  insert into core.payout_account (payout_account_id, provider_id, rail, external_id,
                                   is_submitted, can_transfer, can_pay_out)
  select gen_random_uuid(), tests.id('p' || n), 'stripe_connect', p_account, true, true, true
  from generate_series(1, p_count) as n;

  insert into core.order (order_id, number, customer_id, currency, subtotal_minor, total_minor,
                          status)
  select tests.id('o' || n), 'o' || n, tests.id('alice'), 'EUR', 10000, 10000, 'paid'
  from generate_series(1, p_count) as n;
  insert into core.order_line (order_line_id, order_id, kind, title, customer_id, provider_id,
                               unit_minor, total_minor, commission_bp, commission_minor)
  select tests.id('l' || n), tests.id('o' || n), 'goods', 'A thing', tests.id('alice'),
         tests.id('p' || n), 10000, 10000, 1500, 1500
  from generate_series(1, p_count) as n;
  insert into core.payment (payment_id, order_id, payer_id, payee_id, currency, amount_minor,
                            captured_minor, captured_at, external_id)
  select tests.id('y' || n), tests.id('o' || n), tests.id('alice'), tests.id('p' || n), 'EUR',
         10000, 10000, now(), 'pi_many_' || n
  from generate_series(1, p_count) as n;
  insert into core.receipt (order_id, customer_id)
  select tests.id('o' || n), tests.id('alice') from generate_series(1, p_count) as n;
  insert into core.earning (earning_id, order_line_id, payment_id, provider_id, currency,
                            gross_minor, commission_minor, provider_minor, released_at)
  select tests.id('e' || n), tests.id('l' || n), tests.id('y' || n), tests.id('p' || n), 'EUR',
         10000, 1500, 8500, now()
  from generate_series(1, p_count) as n;

  select internal.ledger_account_id(k.kind, 'EUR')
  from unnest(array['bank', 'revenue']) as k(kind);
  insert into core.ledger_account (ledger_account_id, person_id, kind, currency)
  select tests.id(k.kind || n), tests.id('p' || n), k.kind, 'EUR'
  from generate_series(1, p_count) as n
  cross join unnest(array['clearing', 'available', 'held', 'reserved']) as k(kind);
  insert into core.ledger_balance (ledger_account_id)
  select tests.id(k.kind || n)
  from generate_series(1, p_count) as n
  cross join unnest(array['clearing', 'available', 'held', 'reserved']) as k(kind);
  insert into core.ledger_transfer (ledger_transfer_id, idempotency_key, kind, reference_kind,
                                    reference_id)
  select tests.id('t' || n), 'capture:' || tests.id('y' || n), 'capture', 'payment',
         tests.id('y' || n)
  from generate_series(1, p_count) as n;
  select internal.post_entries(array_agg(e.transfer_id), array_agg(e.account_id),
                               array_agg(e.amount))
  from (
    select tests.id('t' || n) as transfer_id, a.account_id, a.amount
    from generate_series(1, p_count) as n
    cross join lateral (values
      (internal.ledger_account_id('bank', 'EUR'), -10000::bigint),
      (internal.ledger_account_id('revenue', 'EUR'), 1500),
      (tests.id('available' || n), 8500)) as a(account_id, amount)
  ) as e;
$$;
