-- A provider asks for a payout, repeats the request, and calls it off.

begin;
select plan(26);

select tests.earned('first', 'tara', 10000);
select tests.earned('second', 'tara', 20000, now() + interval '20 days');

-- What stands in the way.
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k1') $$, 'M9402',
  'payout_account_not_ready', 'a provider without a payout account cannot ask for a payout');
select tests.act_as_nobody();
select tests.onboard('tara');
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(25501, 'EUR', 'k1') $$, 'M9401',
  'balance_too_small', 'a payout of more than is available is refused');
select throws_ok($$ select api.request_payout(0, 'EUR', 'k1') $$, 'M0402',
  'payout_request_invalid', 'a payout of nothing is refused');
select throws_ok($$ select api.request_payout(100, 'XXX', 'k1') $$, 'M0402',
  'payout_request_invalid', 'a payout in an unknown currency is refused');
select throws_ok($$ select api.request_payout(100, 'EUR', null) $$, 'M0402',
  'payout_request_invalid', 'a payout without a key is refused');
select tests.act_as('alice');
select throws_ok($$ select api.request_payout(100, 'EUR', 'k1') $$, 'M4001',
  'provider_not_found', 'a customer cannot ask for a payout');

-- Asked for and repeated.
select tests.act_as('tara');
select results_eq($$ select amount_minor, status from api.request_payout(12000, 'EUR', 'k1') $$,
  $$ values (12000::bigint, 'requested') $$, 'a provider asks for a payout');
select results_eq($$ select amount_minor, status from api.request_payout(12000, 'EUR', 'k1') $$,
  $$ values (12000::bigint, 'requested') $$, 'a repeated request returns the same payout');
select throws_ok($$ select api.request_payout(13000, 'EUR', 'k1') $$, 'M9406',
  'payout_key_reused', 'the key of a payout cannot be reused for another amount');
select results_eq('select available, reserved from api.my_wallet()',
  $$ values (135.00, 120.00) $$, 'the money of a requested payout is reserved once');
select tests.act_as_nobody();
select results_eq(
  $$ select l.amount_minor, c.params ->> 'source_transaction' is not null
     from core.payout_leg as l
     join core.stripe_command as c on c.subject_id = l.payout_leg_id order by 1 $$,
  $$ values (3500::bigint, true), (8500, true) $$,
  'a payout is paid from the charges it was earned with, the oldest first');

-- Called off.
select set_config('tests.payout', (select payout_id::text from core.payout), true);
prepare cancel as select status from api.cancel_payout(current_setting('tests.payout')::uuid);
select tests.act_as('alice');
select throws_ok('cancel', 'M4402', 'payout_not_found', 'a stranger cannot cancel a payout');
select tests.act_as('tara');
select results_eq('cancel', $$ values ('cancelled') $$, 'a provider cancels their payout');
select results_eq('cancel', $$ values ('cancelled') $$,
  'cancelling a payout again changes nothing');
select results_eq('select available, reserved from api.my_wallet()',
  $$ values (255.00, 0.00) $$, 'the money of a cancelled payout is available again');
select tests.act_as_nobody();
select is((select count(*) from tests.stripe_does() as k where k = 'transfer'), 0::bigint,
  'Stripe is not asked for the transfer of a cancelled payout');

-- Sent already.
select tests.act_as('tara');
select set_config('tests.payout', payout_id::text, true)
from api.request_payout(12000, 'EUR', 'k2');
select tests.act_as_nobody();
select tests.stripe_does();
select tests.act_as('tara');
select throws_ok('cancel', 'M9407', 'payout_under_way',
  'a payout that was sent cannot be cancelled');
select results_eq('select available, reserved from api.my_wallet()',
  $$ values (135.00, 0.00) $$, 'the money of a payout that was sent has left the wallet');

-- By the fields of a row.
select tests.act_as('tara');
select set_config('tests.asked', api.save_payout(jsonb_build_object(
  'payout_id', tests.id('key'), 'amount', 10.50, 'currency', 'EUR'))::text, true);
select is((select amount_minor from api.request_payout(1050, 'EUR', tests.id('key')::text)),
  1050::bigint, 'a payout is asked for in a decimal, and its id is the key');
select is(api.save_payout(jsonb_build_object('payout_id', tests.id('key'), 'amount', 1), 'merge'),
  current_setting('tests.asked')::uuid, 'the same row again is the same payout');
select throws_ok($$ select api.save_payout(jsonb_build_object('payout_id', tests.id('key'))) $$,
  '23505', null, 'the same row again is refused when asked so');
select throws_ok($$ select api.save_payout('{"amount": 1, "status": "paid"}') $$, '42501', null,
  'nobody writes the status of a payout');
select throws_ok($$ select api.save_payout(jsonb_build_object('amount', 1, 'provider_id',
  tests.id('uwe'))) $$, '42501', null, 'nobody asks for the payout of another');
select throws_ok($$ select api.save_payout('{"amount": 10.505, "currency": "EUR"}') $$, 'M0015',
  'amount_too_fine', 'half a cent cannot be paid out');
select throws_ok($$ select api.save_payout('{"amount": 100000, "currency": "EUR"}') $$, 'M9401',
  'balance_too_small', 'more than there is cannot be paid out by a row either');

select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after requested payouts');
select * from finish();
rollback;
