-- Reconciliation: Stripe's fees reach the ledger, and what differs is found and told.

begin;
select plan(27);

create function tests.reconcile(variadic p_lines jsonb[] default '{}')
returns integer
language plpgsql
as $$
declare
  v_open integer;
begin
  update core.balance_transaction set next_check_at = now();
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
  0, 'two charges that both sides know agree');
select is(tests.balance(null, 'fees'), -350::bigint,
  'the fees of Stripe are costs of the marketplace in the ledger');
select is(tests.balance(null, 'processor'), -19650::bigint,
  'the balance at Stripe is less the fees');
select tests.act_as_service();
select is(
  api.keep_balance_transactions(jsonb_build_array(tests.line('txn_1', 'charge', 'x', 1, 1))),
  0, 'a balance transaction that is known is not kept again');
select tests.act_as_nobody();
select is(tests.balance(null, 'fees'), -350::bigint,
  'a balance transaction that comes again posts its fee once');
select is(tests.reconcile(
  tests.line('txn_3', 'payout', 'po_1', -15000), tests.line('txn_4', 'stripe_fee', null, -200)),
  0, 'payouts and fees that only Stripe decides are posted without a finding');
select results_eq(
  $$ select tests.balance(null, 'bank'), tests.balance(null, 'fees'),
            tests.balance(null, 'processor') $$,
  $$ values (-15000::bigint, -550::bigint, -4450::bigint) $$,
  'a payout of Stripe goes to the bank, and a bill of Stripe to the fees');

-- What differs.
select is(tests.reconcile(tests.line('txn_5', 'charge', 'ch_nobody', 500, 0, '5 minutes')), 0,
  'an unknown charge of a moment ago is no finding yet');
update core.balance_transaction set happened_at = now() - interval '2 hours'
where external_id = 'txn_5';
select is(tests.reconcile(), 1, 'an unknown charge of two hours ago is a finding');
select tests.reconcile();
select is((select count(*) from core.outbox where topic = 'staff.reconciliation_differs'),
  1::bigint, 'staff is told of a finding once');
update core.payment set charge_id = 'ch_nobody'
where payment_id = (select payment_id from paid where slot = 'lesson');
select is(tests.reconcile(), 1, 'a charge of another amount than the payment is a finding');
update core.payment set captured_at = now() - interval '4 days'
where payment_id = (select payment_id from paid where slot = 'second');
update core.balance_transaction set source_id = 'ch_other' where external_id = 'txn_2';
select is(tests.reconcile(), 2, 'a payment that Stripe''s books do not have is a finding');

select tests.act_as('tara');
select throws_ok('select * from api.list_reconciliation_findings()', 'M3301', 'staff_only',
  'a provider cannot list the findings');
select tests.act_as_service();
select results_eq(
  'select problem, expected_minor, found_minor from api.list_reconciliation_findings()
   order by problem, found_minor',
  $$ values ('differs', 10000::bigint, 500::bigint), ('missing', 10000, null) $$,
  'the service lists the findings with what was expected and found');
select tests.act_as_nobody();

-- What is mended.
update core.balance_transaction set source_id = (select charge_id from paid where slot = 'second')
where external_id = 'txn_2';
select is(tests.reconcile(), 1, 'a finding is resolved when both sides agree again');

-- What will never agree is closed with a reason.
select tests.act_as('tara');
select throws_ok($$ select api.close_finding('txn_5', 'mine') $$, 'M3301', 'staff_only',
  'a provider cannot close a finding');
select tests.act_as_service();
select throws_ok($$ select api.close_finding('txn_5', ' ') $$, 'M0307', 'note_required',
  'a finding is not closed without a reason');
select throws_ok($$ select api.close_finding('txn_none', 'why') $$, 'M4307', 'finding_not_found',
  'a finding that does not exist cannot be closed');
select is(api.close_finding('txn_5', 'booked by hand'), true, 'staff closes a finding with a reason');
select is(api.close_finding('txn_5', 'booked by hand'), false, 'a finding is closed only once');
select tests.act_as_nobody();
select is(tests.reconcile(), 0, 'a finding that staff closed stays closed');
update core.payment set captured_minor = 9000
where payment_id = (select payment_id from paid where slot = 'lesson');
select is(tests.reconcile(), 1, 'a closed finding opens again when it becomes another');
update core.payment set captured_minor = 10000
where payment_id = (select payment_id from paid where slot = 'lesson');

-- A transfer nobody asked for.
select is(internal.payouts_are_paused(), false, 'an unknown charge does not pause payouts');
select is(tests.reconcile(tests.line('txn_6', 'transfer', 'tr_nobody', -8500)), 2,
  'a transfer at Stripe that no payout explains is a finding');
select is(internal.payouts_are_paused(), true,
  'a transfer at Stripe that no payout explains pauses all payouts');
select is((api.reconcile_from())::text::bigint,
  extract(epoch from now() - interval '2 hours' - interval '3 days')::bigint,
  'the next run begins three days before the last balance transaction');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after reconciliation');
select * from finish();
rollback;
