-- Lines of Stripe's books: kept once, and what only Stripe decides is posted with them.

begin;
select plan(16);

create function tests.keep(variadic p_lines jsonb[])
returns integer
language plpgsql
as $$
declare
  v_count integer;
begin
  perform tests.act_as_service();
  v_count := api.keep_balance_transactions(to_jsonb(p_lines));
  perform tests.act_as_nobody();
  return v_count;
end
$$;
prepare books as
select tests.balance(null, 'processor'), tests.balance(null, 'fees'), tests.balance(null, 'bank');

-- Where to begin.
select tests.act_as('eve');
select throws_ok('select api.reconcile_from()', '42501', null,
  'a person cannot ask where reconciliation begins');
select throws_ok($$ select api.keep_balance_transactions('[]') $$, '42501', null,
  'a person cannot keep lines of Stripe''s books');
select tests.act_as_service();
select is((api.reconcile_from())::text::bigint, extract(epoch from now())::bigint,
  'without payments reconciliation begins now');
select tests.act_as_nobody();
select tests.offer('lesson', 'tara', 10000);
select tests.paid('lesson', 'alice');
select tests.act_as_service();
select is((api.reconcile_from())::text::bigint,
  extract(epoch from now() - interval '1 day')::bigint,
  'the first reconciliation begins a day before the first payment');

-- A charge and its fee.
select tests.act_as_nobody();
select results_eq('books', $$ values (-10000::bigint, 0::bigint, 0::bigint) $$,
  'what was paid lies at Stripe');
select is(tests.keep(tests.line('txn_1', 'charge', 'ch_1', 10000, 175)), 1,
  'a line of Stripe''s books is kept');
select results_eq('books', $$ values (-9825::bigint, -175::bigint, 0::bigint) $$,
  'the fee of a charge is a cost of the marketplace, and what lies at Stripe is less');
select is(tests.keep(tests.line('txn_1', 'charge', 'ch_1', 10000, 175)), 0,
  'a line that comes again is not kept again');
select results_eq('books', $$ values (-9825::bigint, -175::bigint, 0::bigint) $$,
  'the fee of a line that comes again is posted once');
select is(
  tests.keep(tests.line('txn_1', 'charge', 'ch_1', 10000, 175),
             tests.line('txn_2', 'charge', 'ch_2', 5000, 100)), 1,
  'several lines at once are kept where they are new');

-- What is between Stripe and the bank.
select is(tests.keep(tests.line('txn_3', 'payout', 'po_1', -5000)), 1,
  'a payout to the bank is kept');
select results_eq('books', $$ values (-4725::bigint, -275::bigint, -5000::bigint) $$,
  'a payout of Stripe goes from Stripe to the bank');
select is(tests.keep(tests.line('txn_4', 'stripe_fee', null, -200)), 1, 'a bill of Stripe is kept');
select results_eq('books', $$ values (-4525::bigint, -475::bigint, -5000::bigint) $$,
  'a bill of Stripe is a cost of the marketplace');
select tests.act_as_service();
select is((api.reconcile_from())::text::bigint,
  extract(epoch from now() - interval '2 hours' - interval '3 days')::bigint,
  'the next reconciliation begins three days before the last line');

select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after Stripe''s own lines');
select * from finish();
rollback;
