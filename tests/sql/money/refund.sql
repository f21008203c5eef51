-- Refunds by staff: how much, how often, of what; and in the steps a currency has.

begin;
select plan(19);
-- What a policy gives back is asked here, not the time after a booking that costs nothing.
update core.marketplace set cancel_grace_min = 0;

select tests.make_staff('sam');
select tests.offer('lesson', 'tara', 10000);
select tests.offer('disputed', 'tara', 10000, p_starts => now() + interval '20 days');
select tests.offer('dinar', 'tara', 1510, 'KWD', p_starts => now() + interval '30 days');
select tests.offer('shilling', 'tara', 1000000, 'UGX', p_starts => now() + interval '40 days');
create table paid as
select s.slot, tests.paid(s.slot, 'alice') as payment_id
from (values ('lesson'), ('disputed'), ('dinar'), ('shilling')) as s(slot);
grant select on paid to authenticated, service_role;
create function paid(p_slot text) returns uuid language sql stable
return (select p.payment_id from paid as p where p.slot = p_slot);
select is((select amount_minor from core.payment where payment_id = paid('shilling')),
  1000000::bigint, 'an amount of UGX has two decimals at Stripe');

-- Who, and of what.
select tests.act_as('tara');
select throws_ok($$ select api.refund_payment(paid('lesson')) $$, 'M3301', 'staff_only',
  'a provider cannot refund a payment');
select tests.act_as('sam');
select throws_ok($$ select api.refund_payment(gen_random_uuid()) $$, 'M4302',
  'payment_not_found', 'a payment that does not exist cannot be refunded');

-- How much, and how often.
select throws_ok($$ select api.refund_payment(paid('lesson'), 10001, null, 'k') $$, 'M9304',
  'refund_too_large', 'a refund of more than was paid is refused');
select throws_ok($$ select api.refund_payment(paid('lesson'), 0, null, 'k') $$, 'M9304',
  'refund_too_large', 'a refund of nothing is refused');
select results_eq(
  $$ select amount_minor from api.refund_payment(paid('lesson'), 4000, null, 'k') $$,
  $$ values (4000::bigint) $$, 'staff refunds a part of a payment');
select results_eq(
  $$ select amount_minor from api.refund_payment(paid('lesson'), 4000, null, 'k') $$,
  $$ values (4000::bigint) $$, 'a repeated refund with the same key returns the same answer');
select throws_ok($$ select api.refund_payment(paid('lesson'), 3000, null, 'k') $$, 'M9305',
  'refund_key_reused', 'a refund''s key cannot be reused for another amount');
select throws_ok($$ select api.refund_payment(paid('lesson'), 6001, null, 'l') $$, 'M9304',
  'refund_too_large', 'a refund of more than is left of the payment is refused');
select results_eq(
  $$ select amount_minor from api.refund_payment(paid('lesson'), null, null, 'l') $$,
  $$ values (6000::bigint) $$, 'a refund without an amount returns the rest');
select throws_ok($$ select api.refund_payment(paid('lesson'), null, null, 'm') $$, 'M9304',
  'refund_too_large', 'a payment that was refunded in full cannot be refunded again');
select tests.act_as_nobody();
select is((select count(*) from core.refund where payment_id = paid('lesson')), 2::bigint,
  'a refund repeated with its key is made once');

-- While the payer's bank has it.
select tests.event('evt_dp', 'charge.dispute.created',
  tests.dispute(paid('disputed'), 'dp_1', 'needs_response', '[]'));
select tests.act_as('sam');
select throws_ok($$ select api.refund_payment(paid('disputed'), 100, null, 'k') $$, 'M9303',
  'payment_disputed', 'a disputed payment cannot be refunded');

-- Steps.
select throws_ok($$ select api.refund_payment(paid('dinar'), 755, null, 'k') $$, 'M0302',
  'refund_between_steps', 'a refund in KWD between steps of ten fils is refused');
select throws_ok($$ select api.refund_payment(paid('shilling'), 50050, null, 'k') $$, 'M0302',
  'refund_between_steps', 'a refund in UGX of a part of a shilling is refused');
select lives_ok($$ select api.refund_payment(paid('shilling'), 50000, null, 'k') $$,
  'a refund in UGX of whole shillings is made');
select tests.act_as_nobody();
update core.booking set policy_tiers = '[{"hours_before": 0, "refund_percent": 50}]'
where slot_id = tests.id('dinar');
select set_config('tests.booking',
  (select booking_id::text from core.booking where slot_id = tests.id('dinar')), true);
select tests.act_as('alice');
select results_eq(
  $$ select refund_minor from api.cancel_booking(current_setting('tests.booking')::uuid) $$,
  $$ values (760::bigint) $$, 'half of 1.510 KWD is refunded as 0.760, the nearest step of Stripe');
select tests.act_as_nobody();
select is(
  (select params ->> 'amount' from core.stripe_command
   where kind = 'refund' and payment_id = paid('dinar')), '760',
  'the refund of half of 1.510 KWD asks Stripe for 760');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after refunds');
select * from finish();
rollback;
