-- Payouts: asked for, due, refused, cancelled, taken back; and never more than is there.

begin;
select plan(54);

select tests.offer('first', 'tara', 10000);
select tests.offer('second', 'tara', 20000, p_starts => now() + interval '20 days');
select tests.offer('third', 'tara', 10000, p_starts => now() + interval '30 days');

create table paid as
select s.slot, tests.paid(s.slot, 'alice') as payment_id
from (values ('first'), ('second')) as s(slot);
select is(tests.balance('tara', 'clearing'), 25500::bigint, 'earnings clear first');
select is(tests.clear((select payment_id from paid where slot = 'first')), 1, 'a few days after');
select is(tests.clear((select payment_id from paid where slot = 'second')), 1, 'the booking');
select tests.act_as_service();
select is(api.release_due_earnings(), 0, 'they are released once');
select tests.act_as('tara');
select results_eq(
  'select currency, available, clearing, available_minor from api.my_wallet()',
  $$ values ('EUR', 255.00, 0.00, 25500::bigint) $$, 'the wallet shows them');
select results_eq(
  $$ select kind, amount, balance_after from api.my_statement() where account = 'available' $$,
  $$ values ('release', 170.00, 255.00), ('release', 85.00, 85.00) $$,
  'and the statement how they came, with running balances');

-- What stands in the way of a payout.
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k1') $$, 'M9402',
  'payout_account_not_ready', 'without an account nothing is paid');
select tests.act_as_nobody();
select tests.onboard('tara');
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(25501, 'EUR', 'k1') $$, 'M9401',
  'balance_too_small', 'more than there is cannot be asked for');
select throws_ok($$ select api.request_payout(0, 'EUR', 'k1') $$, 'M0402',
  'payout_request_invalid', 'nothing cannot be asked for');
select throws_ok($$ select api.request_payout(100, 'EUR', null) $$, 'M0402',
  'payout_request_invalid', 'nor without a key');
select tests.act_as('alice');
select throws_ok($$ select api.request_payout(100, 'EUR', 'k1') $$, 'M4001',
  'provider_not_found', 'nor by a customer');
select tests.act_as_nobody();

-- Asked for, repeated, cancelled.
select tests.act_as('tara');
select results_eq($$ select amount_minor, status from api.request_payout(12000, 'EUR', 'k1') $$,
  $$ values (12000::bigint, 'requested') $$, 'a payout is asked for');
select results_eq($$ select amount_minor, status from api.request_payout(12000, 'EUR', 'k1') $$,
  $$ values (12000::bigint, 'requested') $$, 'a repetition is answered, not refused');
select throws_ok($$ select api.request_payout(13000, 'EUR', 'k1') $$, 'M9406',
  'payout_key_reused', 'but not with another amount');
select results_eq('select available, reserved from api.my_wallet()',
  $$ values (135.00, 120.00) $$, 'its money is reserved');
select tests.act_as_nobody();
select results_eq(
  $$ select l.amount_minor, c.params ->> 'source_transaction' is not null
     from core.payout_leg as l
     join core.stripe_command as c on c.subject_id = l.payout_leg_id order by 1 $$,
  $$ values (3500::bigint, true), (8500, true) $$,
  'it is paid from the charges it was earned with, the oldest first');
select set_config('tests.payout', (select payout_id::text from core.payout), true);
select tests.act_as('alice');
select throws_ok($$ select api.cancel_payout(current_setting('tests.payout')::uuid) $$,
  'M4402', 'payout_not_found', 'a stranger cannot cancel it');
select tests.act_as('tara');
select results_eq($$ select status from api.cancel_payout(current_setting('tests.payout')::uuid) $$,
  $$ values ('cancelled') $$, 'its provider can');
select results_eq('select available, reserved from api.my_wallet()',
  $$ values (255.00, 0.00) $$, 'and has the money again');
select tests.act_as_nobody();
select is((select count(*) from tests.stripe_does() as k where k = 'transfer'), 0::bigint,
  'Stripe never hears of it');

-- Refused by Stripe, then due by schedule.
select tests.act_as('tara');
select api.request_payout(5000, 'EUR', 'k2');
select tests.act_as_nobody();
select tests.stripe_does('refused');
select results_eq(
  $$ select status, paid_minor, tests.balance('tara', 'available') from core.payout
     where idempotency_key = 'k2' $$,
  $$ values ('failed', 0::bigint, 25500::bigint) $$, 'a refusal gives the money back');
select tests.act_as_service();
select is(api.plan_due_payouts(), 1, 'what is due is planned');
select is(api.plan_due_payouts(), 0, 'once');
select tests.act_as_nobody();
select tests.stripe_does('unknown');
select is((select status from core.payout where origin = 'schedule'), 'requested',
  'an answer that was lost changes nothing');
update core.stripe_command set next_at = now() where state = 'unknown';
select tests.stripe_does();
select results_eq(
  $$ select status, paid_minor, tests.balance('tara', 'reserved') from core.payout
     where origin = 'schedule' $$,
  $$ values ('paid', 25500::bigint, 0::bigint) $$, 'the same command, sent again, pays it');
select is((select max(attempts) from core.stripe_command where kind = 'transfer'), 2,
  'the attempts are kept');

-- Refunded after the payout: taken back first; if that fails, netted from what comes next.
grant select on paid to service_role;
select tests.act_as_service();
select api.refund_payment((select payment_id from paid where slot = 'first'), 5000, 'half', 'r1');
select tests.act_as_nobody();
select is(tests.balance('tara', 'available'), -4250::bigint, 'a refund takes the provider''s part');
select results_eq('select tests.stripe_does()', $$ values ('reverse_transfer') $$,
  'the transfer is taken back first');
select results_eq('select tests.stripe_does()', $$ values ('refund') $$, 'then the payer is paid');
select is(tests.balance('tara', 'available'), 0::bigint, 'and the wallet is even');
select tests.act_as_service();
select api.refund_payment((select payment_id from paid where slot = 'first'), 5000, 'rest', 'r2');
select tests.act_as_nobody();
select tests.stripe_does('refused') limit 1;
select is((select count(*) from tests.stripe_does() as k where k = 'refund'), 1::bigint,
  'a reversal that is refused does not keep the payer waiting');
select is(tests.balance('tara', 'available'), -4250::bigint, 'the wallet stays negative');
select tests.paid('third', 'bob');
select tests.clear((select p.payment_id from core.payment as p join core.booking as b using (booking_id)
                    where b.slot_id = tests.id('third')));
select is(tests.balance('tara', 'available'), 4250::bigint, 'and what is earned next pays for it');

-- Guards.
select tests.act_as('tara');
select api.set_manual_payout_account('IBAN DK50 0040 0440 1162 43');
select is(api.my_payout_account() ->> 'details_last4', '2 43', 'bank details are shown masked');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k3') $$, 'M9403',
  'payout_account_cooling', 'a changed account is not paid to at once');
select throws_ok($$ select api.pause_payouts(true) $$, 'M3301', 'staff_only',
  'the kill switch is staff''s');
select tests.act_as_nobody();

-- Held by staff, one provider or all; and what is on its way is not called back.
select tests.introduce('sam');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'staff';
update core.payout_account set usable_from = now() - interval '1 second';
select tests.act_as('sam');
select lives_ok($$ select api.hold_payouts(tests.id('tara'), 'a closer look') $$, 'staff holds');
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k3') $$, 'M9404',
  'payouts_held', 'a provider''s payouts');
select tests.act_as('sam');
select api.hold_payouts(tests.id('tara'), '');
select api.pause_payouts(true);
select tests.act_as('tara');
select throws_ok($$ select api.request_payout(1000, 'EUR', 'k3') $$, 'M9404',
  'payouts_held', 'or everybody''s');
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'the schedule keeps to it too');
select tests.act_as('sam');
select api.pause_payouts(false);
select tests.act_as('tara');
select results_eq($$ select amount_minor, status from api.request_payout(1000, 'EUR', 'k3') $$,
  $$ values (1000::bigint, 'requested') $$, 'until it is lifted');
select tests.act_as_nobody();

-- By hand: no command to Stripe, and staff says how it ended.
select set_config('tests.manual', (select payout_id::text from core.payout
                                   where idempotency_key = 'k3'), true);
select set_config('tests.sent', (select payout_id::text from core.payout
                                 where origin = 'schedule'), true);
select is((select count(*) from core.stripe_command as c join core.payout_leg as l
           on l.payout_leg_id = c.subject_id
           where l.payout_id = current_setting('tests.manual')::uuid), 0::bigint,
  'a payout by hand is nothing to Stripe');
select tests.act_as('tara');
select throws_ok($$ select api.settle_payout(current_setting('tests.manual')::uuid, true) $$,
  'M3301', 'staff_only', 'a provider does not say that they were paid');
select throws_ok($$ select api.cancel_payout(current_setting('tests.sent')::uuid) $$, 'M9407',
  'payout_under_way', 'nor calls back what was sent');
select tests.act_as('sam');
select throws_ok($$ select api.settle_payout(current_setting('tests.sent')::uuid, true) $$,
  'M4403', 'manual_payout_not_found', 'what goes by Stripe, Stripe settles');
select throws_ok($$ select api.settle_payout(gen_random_uuid(), true) $$,
  'M4403', 'manual_payout_not_found', 'and what is not there nobody does');
select results_eq(
  $$ select status from api.settle_payout(current_setting('tests.manual')::uuid, false, 'closed') $$,
  $$ values ('failed') $$, 'a transfer by hand can fail');
select tests.act_as_nobody();
select is(tests.balance('tara', 'available'), 4250::bigint, 'which gives the money back');
select tests.act_as('tara');
select api.request_payout(1000, 'EUR', 'k4');
select tests.act_as_nobody();
select set_config('tests.manual', (select payout_id::text from core.payout
                                   where idempotency_key = 'k4'), true);
select tests.act_as('sam');
select results_eq(
  $$ select status from api.settle_payout(current_setting('tests.manual')::uuid, true) $$,
  $$ values ('paid') $$, 'or be made');
select results_eq(
  $$ select status from api.settle_payout(current_setting('tests.manual')::uuid, false) $$,
  $$ values ('paid') $$, 'and then it stays made');
select tests.act_as_nobody();
select is(tests.balance('tara', 'available'), 3250::bigint, 'and is paid once');
select is((select count(*) from core.audit_log where action = 'settle_payout'), 3::bigint,
  'all of it is in the audit log');
select isnt_empty(
  $$ select from core.audit_log where action in ('hold_payouts', 'pause_payouts') $$,
  'and so is who held what');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up');
select * from finish();
rollback;
