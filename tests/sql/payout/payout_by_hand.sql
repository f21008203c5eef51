-- Payouts that staff makes by hand, to accounts that Stripe cannot reach.

begin;
select plan(18);

select tests.earned('first', 'tara', 10000);
select tests.earned('sent', 'uwe', 10000, now() + interval '20 days');
select tests.onboard('uwe');
select tests.make_staff('sam');
select tests.act_as_service();
select api.plan_due_payouts();
select tests.act_as_nobody();
select tests.stripe_does();
select set_config('tests.sent', (select payout_id::text from core.payout), true);

select tests.act_as('tara');
select api.set_manual_payout_account('IBAN DK50 0040 0440 1162 43');
select set_config('tests.manual', payout_id::text, true)
from api.request_payout(1000, 'EUR', 'k1');
prepare settle (text, boolean) as
select status from api.settle_payout(current_setting('tests.' || $1)::uuid, $2, 'closed');

-- Who, and which.
select throws_ok($$ execute settle('manual', true) $$, 'M3301', 'staff_only',
  'a provider cannot say that they were paid');
select tests.act_as('sam');
select throws_ok($$ execute settle('sent', true) $$, 'M4403', 'manual_payout_not_found',
  'staff cannot settle a payout that goes by Stripe');
select throws_ok($$ execute settle('manual', null) $$, 'M0208', 'answer_invalid',
  'staff says whether a payout was made');
select throws_ok($$ select api.settle_payout(gen_random_uuid(), true) $$, 'M4403',
  'manual_payout_not_found', 'staff cannot settle a payout that does not exist');
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'the schedule does not pay by hand');
select tests.act_as_nobody();
select is_empty(
  $$ select from core.stripe_command as c join core.payout_leg as l
       on l.payout_leg_id = c.subject_id
     where l.payout_id = current_setting('tests.manual')::uuid $$,
  'a payout by hand asks nothing of Stripe');

-- It fails.
select tests.act_as('sam');
select results_eq($$ execute settle('manual', false) $$, $$ values ('failed') $$,
  'staff settles a payout by hand as failed');
select tests.act_as_nobody();
select results_eq(
  $$ select tests.balance('tara', 'available'), failure from core.payout_leg
     where payout_id = current_setting('tests.manual')::uuid $$,
  $$ values (8500::bigint, 'closed') $$,
  'a failed payout by hand gives the money back and keeps the reason');
select tests.act_as('sam');
select results_eq($$ execute settle('manual', true) $$, $$ values ('failed') $$,
  'a failed payout by hand stays failed');

-- It is made.
select tests.act_as('tara');
select set_config('tests.manual', payout_id::text, true)
from api.request_payout(1000, 'EUR', 'k2');
select tests.act_as('sam');
select results_eq($$ execute settle('manual', true) $$, $$ values ('paid') $$,
  'staff settles a payout by hand as paid');
select results_eq($$ execute settle('manual', false) $$, $$ values ('paid') $$,
  'a paid payout by hand stays paid');
select tests.act_as_nobody();
select is(tests.balance('tara', 'available'), 7500::bigint,
  'a payout by hand that is settled twice is paid once');
select results_eq($$ select tests.balance(null, 'bank'), tests.balance(null, 'processor') $$,
  $$ values (1000::bigint, -11500::bigint) $$,
  'a payout by hand leaves the house''s bank, and Stripe''s balance as it is');
select results_eq(
  $$ select actor_id, count(*) from core.audit_log where action = 'settle_payout' group by 1 $$,
  $$ values (tests.id('sam'), 4::bigint) $$,
  'the audit log has every settling of a payout by hand and who did it');

-- It is called off before staff does it.
select tests.act_as('tara');
select set_config('tests.manual', payout_id::text, true)
from api.request_payout(1000, 'EUR', 'k3');
select results_eq(
  $$ select status from api.cancel_payout(current_setting('tests.manual')::uuid) $$,
  $$ values ('cancelled') $$, 'a provider cancels a payout by hand');
select tests.act_as('sam');
select results_eq($$ execute settle('manual', true) $$, $$ values ('cancelled') $$,
  'a cancelled payout by hand stays cancelled');
select tests.act_as_nobody();
select is(tests.balance('tara', 'available'), 7500::bigint,
  'a cancelled payout by hand gives the money back');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after payouts by hand');
select * from finish();
rollback;
