-- Histories of events in every order, and random operations: what must not depend on luck.

-- What a history has led to: facts, states, and where the money is.
create or replace function tests.fingerprint()
returns jsonb
language sql
as $$
  select jsonb_build_object(
    'payments', (
      select jsonb_agg(jsonb_build_array(status, authorized_minor, captured_minor, refunded_minor,
                                         progress, is_cancelled, captured_at is not null)
                       order by payment_id)
      from core.payment),
    'bookings', (select jsonb_agg(status order by booking_id) from core.booking),
    'orders', (select jsonb_agg(status order by order_id) from core.order),
    'refunds', (
      select jsonb_agg(jsonb_build_array(cause, amount_minor, status, reserved_at is not null,
                                         settled_at is not null, reversed_at is not null)
                       order by cause)
      from core.refund),
    'disputes', (
      select jsonb_agg(jsonb_build_array(external_id, status, opened_at is not null,
                                         closed_at is not null) order by external_id)
      from core.dispute),
    'accounts', (
      select jsonb_agg(jsonb_build_array(a.kind, a.person_id, a.currency, a.sum)
                       order by a.kind, a.person_id)
      from (
        select a.kind, a.person_id, a.currency, sum(e.amount_minor) as sum
        from core.ledger_account as a
        join core.ledger_entry as e using (ledger_account_id)
        group by a.ledger_account_id
        having sum(e.amount_minor) <> 0
      ) as a),
    'transfers', (
      select jsonb_agg(jsonb_build_array(t.kind, t.phase, t.n) order by t.kind, t.phase)
      from (select kind, phase, count(*) as n from core.ledger_transfer group by 1, 2) as t),
    'earnings', (
      select jsonb_agg(jsonb_build_array(provider_minor, returned_minor, returned_commission)
                       order by earning_id)
      from core.earning),
    'commands', (
      select jsonb_agg(jsonb_build_array(c.kind, c.n) order by c.kind)
      from (select kind, count(*) as n from core.stripe_command group by 1) as c));
$$;

-- What the people of a history were told.
create or replace function tests.told()
returns jsonb
language sql
as $$
  select jsonb_build_object('told', (
    select jsonb_agg(jsonb_build_array(o.topic, o.person_id, o.n) order by o.topic, o.person_id)
    from (select topic, person_id, count(*) as n from core.outbox group by 1, 2) as o));
$$;

-- What could not be applied yet is tried again, as the sweep does.
create or replace function tests.sweep()
returns void
language plpgsql
as $$
declare
  v_id text;
begin
  for round in 1 .. 3 loop
    for v_id in select event_id from core.stripe_event where status = 'new' order by event_id loop
      perform tests.act_as_service();
      perform api.apply_stripe_event(v_id);
      perform tests.act_as_nobody();
    end loop;
  end loop;
end
$$;

-- Deliver events in an order (a number may come twice), look, and undo everything.
create or replace function tests.outcome_of(p_events jsonb, p_order integer[])
returns jsonb
language plpgsql
as $$
declare
  v_event jsonb;
begin
  for i in 1 .. cardinality(p_order) loop
    v_event := p_events -> (p_order[i] - 1);
    perform tests.event(format('evt_%s_%s', p_order[i], i), v_event ->> 'type', v_event -> 'object',
                        (v_event ->> 'created')::bigint);
  end loop;
  perform tests.sweep();
  set constraints all immediate;
  raise exception using errcode = 'T0001', message = (tests.fingerprint() || tests.told())::text;
exception
  when sqlstate 'T0001' then
    perform tests.act_as_nobody();
    return sqlerrm::jsonb;
end
$$;

-- Every order of the numbers 1 to n.
create or replace function tests.orders(p_n integer)
returns setof integer[]
language sql
as $$
  with recursive o(taken) as (
    select array[]::integer[]
    union all
    select o.taken || n
    from o, generate_series(1, p_n) as n
    where n <> all (o.taken)
  )
  select taken from o where cardinality(taken) = p_n;
$$;

-- The orders of a history that end differently from its own; each event comes twice, the second
-- time behind all the others; p_every thins the orders out. Notices of what a history passed through on its way (p_passing)
-- are told in the orders that pass through it.
create or replace function tests.unequal_orders(
  p_events  jsonb,
  p_every   integer,
  p_passing boolean default false
)
returns table (tried bigint, unequal bigint, example text)
language plpgsql
as $$
declare
  v_n        integer := jsonb_array_length(p_events);
  v_expected jsonb := tests.outcome_of(p_events, array(select generate_series(1, v_n)));
  v_order    integer[];
  v_outcome  jsonb;
begin
  tried := 0;
  unequal := 0;
  if p_passing then
    v_expected := v_expected - 'told';
  end if;
  for v_order in
    select o.o
    from (select o, row_number() over () as n from tests.orders(v_n) as o) as o
    where o.n % p_every = 0
  loop
    v_outcome := tests.outcome_of(p_events, v_order || v_order[1 + tried % v_n]
                                            || v_order[1 + tried * 7 % v_n]);
    if p_passing then
      v_outcome := v_outcome - 'told';
    end if;
    tried := tried + 1;
    if v_outcome <> v_expected then
      unequal := unequal + 1;
      example := coalesce(example, format('%s: %s instead of %s', v_order, v_outcome, v_expected));
    end if;
  end loop;
  return next;
end
$$;

-- A history: [{type, object, created}].
create or replace function tests.history(p_payment_id uuid, p_name text)
returns jsonb
language sql
as $$
  with e(n, type, object) as (
    values
      (1, 'payment_intent.created', tests.intent(p_payment_id, 'requires_payment_method') - 'last_payment_error'),
      (2, 'payment_intent.requires_action', tests.intent(p_payment_id, 'requires_action')),
      (3, 'payment_intent.payment_failed', tests.intent(p_payment_id, 'requires_payment_method')),
      (4, 'payment_intent.processing', tests.intent(p_payment_id, 'processing')),
      (5, 'payment_intent.amount_capturable_updated', tests.intent(p_payment_id, 'requires_capture')),
      (6, 'payment_intent.succeeded', tests.intent(p_payment_id, 'succeeded')),
      (7, 'payment_intent.canceled', tests.intent(p_payment_id, 'canceled')),
      (8, 'charge.updated', jsonb_build_object('object', 'charge', 'status', 'succeeded',
        'amount', 10001, 'currency', 'eur', 'livemode', false,
        'id', 'ch_' || md5(p_payment_id::text), 'payment_intent', 'pi_' || md5(p_payment_id::text))),
      (10, 'refund.created', tests.refund(p_payment_id, 're_a', 3333, 'pending')),
      (11, 'refund.updated', tests.refund(p_payment_id, 're_a', 3333, 'succeeded')),
      (12, 'refund.created', tests.refund(p_payment_id, 're_b', 3334, 'succeeded')),
      (13, 'refund.failed', tests.refund(p_payment_id, 're_b', 3334, 'failed')),
      (14, 'charge.refunded', jsonb_build_object('object', 'list',
        'payment_intent', 'pi_' || md5(p_payment_id::text), 'id', 'x',
        'data', jsonb_build_array(tests.refund(p_payment_id, 're_a', 3333, 'succeeded')))),
      (20, 'charge.dispute.created', tests.dispute(p_payment_id, 'dp_a', 'needs_response', '[]')),
      (21, 'charge.dispute.funds_withdrawn', tests.dispute(p_payment_id, 'dp_a', 'needs_response',
        '[{"id": "txn_a", "amount": -10001, "fee": 1500, "net": -11501, "currency": "eur"}]')),
      (22, 'charge.dispute.updated', tests.dispute(p_payment_id, 'dp_a', 'under_review', '[]')),
      (23, 'charge.dispute.closed', tests.dispute(p_payment_id, 'dp_a', 'lost', '[]')),
      (24, 'charge.dispute.funds_reinstated', tests.dispute(p_payment_id, 'dp_a', 'under_review',
        '[{"id": "txn_a", "amount": -10001, "fee": 1500, "net": -11501, "currency": "eur"},
          {"id": "txn_b", "amount": 10001, "fee": 0, "net": 10001, "currency": "eur"}]')),
      (25, 'charge.dispute.closed', tests.dispute(p_payment_id, 'dp_a', 'won', '[]')),
      (26, 'charge.dispute.created', tests.dispute(p_payment_id, 'dp_w', 'warning_needs_response', '[]')),
      (27, 'charge.dispute.closed', tests.dispute(p_payment_id, 'dp_w', 'warning_closed', '[]'))
  ),
  h(name, ns) as (
    values
      ('paid after trouble', array[1, 2, 3, 4, 6, 8]),
      ('refunded at Stripe', array[6, 10, 11, 12, 13, 14]),
      ('dispute lost', array[6, 20, 21, 22, 23, 11]),
      ('dispute won', array[6, 20, 21, 24, 25, 8]),
      ('inquiry', array[1, 6, 26, 27, 10, 11]),
      ('captured at Stripe', array[1, 5, 6, 8, 10, 11]),
      ('authorisation lapsed', array[1, 2, 4, 5, 8, 7])
  )
  select jsonb_agg(jsonb_build_object('type', e.type, 'object', e.object, 'created', 1000 + x.i)
                   order by x.i)
  from h
  cross join unnest(h.ns) with ordinality as x(n, i)
  join e using (n)
  where h.name = p_name;
$$;
