-- Reconciliation: Stripe's fees reach the ledger, and what differs is found and told.

begin;
select plan(20);

-- A line of Stripe's books, as its API lists it.
create function tests.line(p_id text, p_type text, p_source text, p_amount bigint,
                           p_fee bigint default 0, p_age interval default '2 hours')
returns jsonb
language sql
return jsonb_build_object(
  'id', p_id, 'type', p_type, 'source', p_source, 'currency', 'eur', 'amount', p_amount,
  'fee', p_fee, 'created', extract(epoch from now() - p_age)::bigint);
create function tests.reconcile(variadic p_lines jsonb[] default '{}')
returns integer
language plpgsql
as $$
declare
  v_open integer;
begin
  perform tests.act_as_service();
  perform api.keep_balance_transactions(to_jsonb(p_lines));
  v_open := api.finish_reconciliation();
  perform tests.act_as_nobody();
  return v_open;
end
$$;

select tests.offer('lesson', 'tara', 10000);
select tests.offer('second', 'tara', 10000, p_starts => now() + interval '20 days');
create table paid as
select s.slot, tests.paid(s.slot, 'alice') as payment_id,
       (select 'ch_' || md5(p.payment_id::text) from core.payment as p
        join core.booking as b using (booking_id) where b.slot_id = tests.id(s.slot)) as charge_id
from (values ('lesson'), ('second')) as s(slot);
update paid set charge_id = 'ch_' || md5(payment_id::text);
grant select on paid to authenticated, service_role;

-- What agrees, and Stripe's fees.
select is(tests.reconcile(
  tests.line('txn_1', 'charge', (select charge_id from paid where slot = 'lesson'), 10000, 175),
  tests.line('txn_2', 'charge', (select charge_id from paid where slot = 'second'), 10000, 175)),
  0, 'two charges agree');
select is(tests.balance(null, 'fees'), -350::bigint, 'their fees are the house''s cost');
select is(tests.balance(null, 'processor'), -19650::bigint, 'and what lies at Stripe is less');
select tests.act_as_service();
select is(api.keep_balance_transactions(jsonb_build_array(tests.line('txn_1', 'charge', 'x', 1, 1))),
  0, 'a line is kept once');
select tests.act_as_nobody();
select is(tests.balance(null, 'fees'), -350::bigint, 'and its fee posted once');
select is(tests.reconcile(
  tests.line('txn_3', 'payout', 'po_1', -15000), tests.line('txn_4', 'stripe_fee', null, -200)),
  0, 'what only Stripe decides is taken from it');
select results_eq(
  $$ select tests.balance(null, 'bank'), tests.balance(null, 'fees'),
            tests.balance(null, 'processor') $$,
  $$ values (-15000::bigint, -550::bigint, -4450::bigint) $$, 'to the house''s bank, and as a bill');

-- What differs.
select is(tests.reconcile(tests.line('txn_5', 'charge', 'ch_nobody', 500, 0, '5 minutes')), 0,
  'what came a moment ago may still be on its way here');
update core.balance_transaction set happened_at = now() - interval '2 hours'
where external_id = 'txn_5';
select is(tests.reconcile(), 1, 'an hour later it is a finding');
select tests.reconcile();
select is((select count(*) from core.outbox where topic = 'staff.reconciliation_differs'),
  1::bigint, 'of which staff is told once');
update core.payment set charge_id = 'ch_nobody'
where payment_id = (select payment_id from paid where slot = 'lesson');
select is(tests.reconcile(), 1, 'so is another amount');
update core.payment set captured_at = now() - interval '4 days'
where payment_id = (select payment_id from paid where slot = 'second');
update core.balance_transaction set source_id = 'ch_other' where external_id = 'txn_2';
select is(tests.reconcile(), 2, 'and money that moved here alone');

select tests.act_as('tara');
select throws_ok('select * from api.list_reconciliation_findings()', 'M3301', 'staff_only',
  'findings are for staff');
select tests.act_as_service();
select results_eq(
  'select problem, expected_minor, found_minor from api.list_reconciliation_findings()
   order by problem, found_minor',
  $$ values ('differs', 10000::bigint, 500::bigint), ('missing', 10000, null) $$,
  'who may look at them');
select tests.act_as_nobody();

-- What is mended.
update core.balance_transaction set source_id = (select charge_id from paid where slot = 'second')
where external_id = 'txn_2';
select is(tests.reconcile(), 1, 'what agrees again is resolved');

-- A transfer nobody asked for.
select is(internal.payouts_are_paused(), false, 'payouts go on, so far');
select is(tests.reconcile(tests.line('txn_6', 'transfer', 'tr_nobody', -8500)), 2,
  'a transfer that nothing explains');
select is(internal.payouts_are_paused(), true, 'stops all payouts');
select is((api.reconcile_from())::text::bigint,
  extract(epoch from now() - interval '2 hours' - interval '3 days')::bigint,
  'the next run begins three days before the last line');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up');
select * from finish();
rollback;
