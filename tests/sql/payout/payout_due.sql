-- What is available is paid by schedule: refused, unanswered and sent again by Stripe.

begin;
select plan(12);

select tests.earned('first', 'tara', 10000);
select tests.earned('second', 'tara', 20000, now() + interval '20 days');
select tests.onboard('tara');
prepare wallet as
select tests.balance('tara', 'available'), tests.balance('tara', 'reserved');

-- Refused by Stripe.
select tests.act_as('tara');
select api.request_payout(5000, 'EUR', 'k');
select throws_ok('select api.plan_due_payouts()', '42501', null,
  'a provider cannot run the schedule of payouts');
select tests.act_as_nobody();
select tests.stripe_does('refused');
select results_eq(
  $$ select status, paid_minor from core.payout where idempotency_key = 'k' $$,
  $$ values ('failed', 0::bigint) $$, 'a payout that Stripe refuses has failed');
select results_eq('wallet', $$ values (25500::bigint, 0::bigint) $$,
  'the money of a payout that Stripe refuses is available again');

-- Due by schedule.
select tests.act_as_service();
select is(api.plan_due_payouts(), 1, 'the schedule plans a payout of what is available');
select is(api.plan_due_payouts(), 0, 'the schedule plans a payout once');
select tests.act_as_nobody();
select results_eq('wallet', $$ values (0::bigint, 25500::bigint) $$,
  'the schedule reserves all that is available');
select tests.stripe_does('unknown');
select is((select status from core.payout where origin = 'schedule'), 'requested',
  'an answer of Stripe that was lost leaves the payout requested');
update core.stripe_command set next_at = now() where state = 'unknown';
select tests.stripe_does();
select results_eq(
  $$ select status, paid_minor from core.payout where origin = 'schedule' $$,
  $$ values ('paid', 25500::bigint) $$, 'a transfer that is sent again pays the payout once');
select results_eq('wallet', $$ values (0::bigint, 0::bigint) $$,
  'the money of a paid payout has left the wallet');
select is((select max(attempts) from core.stripe_command where kind = 'transfer'), 2,
  'a transfer that is sent again counts its attempts');

-- What is lost is not paid out.
update core.stripe_command set next_at = now() where state <> 'done';
select is((select count(*) from tests.stripe_does()), 0::bigint,
  'a transfer that was made is not sent again');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after scheduled payouts');
select * from finish();
rollback;
