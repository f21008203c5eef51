-- What is available is paid by schedule: refused, unanswered and sent again by Stripe.

begin;
select plan(18);

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

-- Refused again and again: tried less and less often, and told once.
select tests.earned('third', 'tara', 10000, now() + interval '30 days');
create function tests.try_again(p_later interval) returns integer language plpgsql as $$
declare
  v_planned integer;
begin
  update core.payout set requested_at = requested_at - p_later,
    processed_at = processed_at - p_later where origin = 'schedule';
  perform tests.act_as_service();
  v_planned := api.plan_due_payouts();
  perform tests.act_as_nobody();
  perform tests.stripe_does('refused');
  return v_planned;
end $$;
select is(tests.try_again('0'), 1, 'the schedule tries what has become available');
select is(tests.try_again('1 hour'), 0, 'an account that Stripe refused is not tried an hour later');
select is(tests.try_again('1 hour'), 1, 'an account that Stripe refused is tried after two hours');
select is(tests.try_again('2 hours'), 0, 'a second failure doubles the wait');
select is(tests.try_again('2 hours'), 1, 'after four hours the schedule tries for the third time');
select results_eq(
  $$ select topic, count(*) from core.outbox where topic like '%payout_failed' and created_at = now()
     and payload ->> 'payout_id' in (select payout_id::text from core.payout
                                     where origin = 'schedule') group by 1 order by 1 $$,
  $$ values ('payout_failed', 1::bigint), ('staff.payout_failed', 1) $$,
  'provider and staff are told once of an account that is refused');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after scheduled payouts');
select * from finish();
rollback;
