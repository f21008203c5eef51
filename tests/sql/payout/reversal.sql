-- Refunded after the payout: the transfer is taken back, or netted from what comes next.

begin;
select plan(11);

create table paid as select tests.earned('first', 'tara', 10000) as payment_id;
grant select on paid to service_role;
select tests.onboard('tara');
select tests.act_as_service();
select api.plan_due_payouts();
select tests.act_as_nobody();
select tests.stripe_does();
select is(tests.balance('tara', 'available'), 0::bigint, 'everything earned was paid out');

-- Taken back.
select tests.act_as_service();
select api.refund_payment((select payment_id from paid), 5000, 'half', 'r1');
select tests.act_as_nobody();
select is(tests.balance('tara', 'available'), -4250::bigint,
  'a refund after the payout takes the provider''s part below zero');
select results_eq('select tests.stripe_does()', $$ values ('reverse_transfer') $$,
  'the transfer is taken back before the payer is refunded');
select results_eq('select tests.stripe_does()', $$ values ('refund') $$,
  'the payer is refunded after the transfer was taken back');
select results_eq(
  $$ select tests.balance('tara', 'available'), v.amount_minor, v.status
     from core.payout_reversal as v $$,
  $$ values (0::bigint, 4250::bigint, 'done') $$,
  'a transfer that was taken back makes the wallet even');
select results_eq('select status, paid_minor from core.payout',
  $$ values ('paid', 8500::bigint) $$, 'a payout that was taken back in part stays paid');

-- Taking back fails.
select tests.act_as_service();
select api.refund_payment((select payment_id from paid), 5000, 'rest', 'r2');
select tests.act_as_nobody();
select tests.stripe_does('refused') limit 1;
select is((select count(*) from tests.stripe_does() as k where k = 'refund'), 1::bigint,
  'the payer is refunded although the transfer could not be taken back');
select is(tests.balance('tara', 'available'), -4250::bigint,
  'a wallet stays below zero when the transfer could not be taken back');
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'a wallet below zero is not paid out');
select tests.act_as_nobody();
select tests.earned('third', 'tara', 10000, now() + interval '30 days');
select is(tests.balance('tara', 'available'), 4250::bigint,
  'the next earning pays for what could not be taken back');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after reversals');
select * from finish();
rollback;
