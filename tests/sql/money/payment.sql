-- Payments: paid, late, refunded, disputed; each effect once, whatever Stripe repeats.

begin;
select plan(39);

select tests.offer('lesson', 'tara', 10001);
select tests.offer('request', 'tara', 5000, p_mode => 'request',
                   p_starts => now() + interval '20 days');
select tests.offer('gone', 'tara', 5000, p_starts => now() + interval '30 days');
select tests.offer('free', 'tara', 0, p_starts => now() + interval '40 days');
select tests.offer('yen', 'tara', 1050, 'JPY', p_starts => now() + interval '50 days');
select tests.offer('dinar', 'tara', 1500, 'KWD', p_starts => now() + interval '60 days');
select tests.offer('cheap', 'tara', 100, p_starts => now() + interval '70 days');
insert into core.coupon (coupon_id, code, kind, percent)
values (tests.id('most'), 'MOST', 'percent', 80);

-- Booked, declined, paid.
select tests.book('lesson', 'alice');
create view pay as select p.*, b.status as booking from core.payment as p
  join core.booking as b using (booking_id) where b.slot_id = tests.id('lesson');
select results_eq(
  'select status, amount_minor, booking from pay',
  $$ values ('requires_payment', 10001::bigint, 'pending_payment') $$,
  'a new booking waits for its payment');
select results_eq(
  $$ select path, params ->> 'amount', params ->> 'currency', state from core.stripe_command
     where payment_id = (select payment_id from pay) $$,
  $$ values ('/v1/payment_intents', '10001', 'eur', 'planned') $$,
  'the request to Stripe is planned with the booking');
select is(tests.event('evt_1', 'payment_intent.payment_failed',
  tests.intent((select payment_id from pay), 'requires_payment_method')), 'done',
  'an event of a declined card is applied');
select results_eq('select status, booking from pay', $$ values ('failed', 'pending_payment') $$,
  'a declined card leaves the booking waiting for its payment');
select tests.event('evt_2', 'payment_intent.succeeded',
  tests.intent((select payment_id from pay), 'succeeded'));
select results_eq('select status, booking from pay', $$ values ('captured', 'confirmed') $$,
  'a payment that succeeds confirms the booking');
select results_eq(
  $$ select tests.balance('tara', 'clearing'), tests.balance(null, 'revenue'),
            tests.balance(null, 'processor') $$,
  $$ values (8501::bigint, 1500::bigint, -10001::bigint) $$,
  'the commission and the provider''s part sum to what was paid');
select is(tests.event('evt_2b', 'payment_intent.succeeded',
  tests.intent((select payment_id from pay), 'succeeded')), 'done',
  'a repeated event of Stripe is applied without an error');
select is(tests.balance('tara', 'clearing'), 8501::bigint,
  'a repeated event of Stripe moves no money again');
select is(tests.event('evt_bad', 'payment_intent.succeeded',
  tests.intent((select payment_id from pay), 'succeeded') || '{"amount": 1}'), 'misfit',
  'an event with another amount than was asked for is not believed');
select is(tests.event('evt_x', 'payment_intent.succeeded',
  tests.intent((select payment_id from pay), 'succeeded') || '{"id": "pi_other", "metadata": {}}'),
  'ignored', 'an event of an intent that is not Convene''s is ignored');
select is(tests.event('evt_y', 'payment_intent.succeeded', jsonb_build_object('object',
  'payment_intent', 'id', 'pi_y', 'livemode', false,
  'metadata', jsonb_build_object('payment_id', gen_random_uuid()))),
  'missing', 'an event that names a payment which is not here is kept as missing');

-- Cancelled in time: all of it goes back.
select tests.stripe_does();
select set_config('tests.booking', (select booking_id::text from pay), true);
select tests.act_as('alice');
select results_eq(
  $$ select status, refund_minor from api.cancel_booking(current_setting('tests.booking')::uuid) $$,
  $$ values ('cancelled', 10001::bigint) $$, 'a customer who cancels early gets everything back');
select tests.act_as_nobody();
select results_eq(
  $$ select tests.balance('tara', 'clearing'), tests.balance(null, 'revenue'),
            tests.balance(null, 'refunding') $$,
  $$ values (0::bigint, 0::bigint, 10001::bigint) $$,
  'a refund takes its parts from the provider and the commission at once');
select results_eq('select tests.stripe_does()', $$ values ('refund') $$,
  'a refund plans one command for Stripe');
select results_eq(
  $$ select status, tests.balance(null, 'processor'), tests.balance(null, 'refunding') from pay $$,
  $$ values ('refunded', 0::bigint, 0::bigint) $$, 'a refund that Stripe made has left the ledger');
select tests.event('evt_3', 'refund.updated', tests.refund((select payment_id from pay),
  (select external_id from core.refund), 10001, 'failed'));
select results_eq(
  $$ select status, tests.balance('tara', 'clearing'), tests.balance(null, 'processor') from pay $$,
  $$ values ('refund_pending', 0::bigint, -10001::bigint) $$,
  'a refund that fails afterwards is still the customer''s, and not the provider''s');

-- Requested: authorised, accepted, captured.
select tests.book('request', 'alice');
create view req as select p.*, b.status as booking from core.payment as p
  join core.booking as b using (booking_id) where b.slot_id = tests.id('request');
select tests.event('evt_4', 'payment_intent.amount_capturable_updated',
  tests.intent((select payment_id from req), 'requires_capture'));
select results_eq('select status, booking from req', $$ values ('authorized', 'requested') $$,
  'an authorised payment puts the request to the provider');
select set_config('tests.booking', (select booking_id::text from req), true);
select tests.act_as('tara');
select lives_ok($$ select api.accept_booking(current_setting('tests.booking')::uuid) $$,
  'the provider accepts a request with an authorised payment');
select tests.act_as_nobody();
select results_eq(
  'select kind from tests.stripe_does() as kind order by kind',
  $$ values ('capture_payment'), ('create_payment') $$,
  'accepting a request plans the capture at Stripe');
select results_eq('select status, booking from req', $$ values ('captured', 'confirmed') $$,
  'an accepted request is confirmed and paid');

-- Paid after somebody else took the seat.
select tests.book('gone', 'alice');
update core.booking set hold_expires_at = now() - interval '1 minute'
where slot_id = tests.id('gone');
select internal.settle_slot(tests.id('gone'));
select tests.paid('gone', 'bob');
create view late as select p.*, b.status as booking from core.payment as p
  join core.booking as b using (booking_id)
  where b.slot_id = tests.id('gone') and b.customer_id = tests.id('alice');
select tests.event('evt_5', 'payment_intent.succeeded',
  tests.intent((select payment_id from late), 'succeeded'));
select tests.event('evt_6', 'payment_intent.succeeded',
  tests.intent((select payment_id from late), 'succeeded'));
select results_eq('select status from late', $$ values ('refund_pending') $$,
  'a payment for a seat that is gone is on its way back');
select is((select count(*) from core.refund where payment_id = (select payment_id from late)),
  1::bigint, 'a late payment whose event is repeated is refunded once');

-- Called off while the payer pays: whoever is first, the money ends where it belongs, and no
-- event is needed to know.
select tests.offer('race', 'tara', 5000, p_starts => now() + interval '90 days');
select tests.offer('stuck', 'tara', 5000, p_starts => now() + interval '100 days');
select tests.book('race', 'alice');
select tests.book('stuck', 'bob');
create view called_off as
select b.slot_id, p.payment_id, p.status, p.captured_minor, c.stripe_command_id, c.params, c.state
from core.payment as p
join core.booking as b using (booking_id)
left join core.stripe_command as c on c.payment_id = p.payment_id and c.kind = 'cancel_payment';
grant select on called_off to service_role;
select tests.stripe_does();
create table ended as select b.booking_id from core.booking as b
where b.slot_id in (tests.id('race'), tests.id('stuck'));
grant select on ended to service_role;
select tests.act_as_service();
select api.cancel_booking(b.booking_id) from ended as b;
select jsonb_array_length(api.claim_stripe_commands(100));
select tests.act_as_nobody();
select is((select params from called_off where slot_id = tests.id('race')),
  '{"cancellation_reason": "abandoned"}',
  'a cancellation at Stripe has a reason that Stripe accepts');
select set_config('tests.intent', tests.intent(payment_id, 'succeeded')::text, true)
from called_off where slot_id = tests.id('race');
select tests.act_as_service();
select is(api.record_stripe_result(stripe_command_id, jsonb_build_object(
    'outcome', 'refused', 'status', 400, 'code', 'payment_intent_unexpected_state',
    'payment_intent', current_setting('tests.intent')::jsonb)) ->> 'state', 'rejected',
  'Stripe refuses to cancel an intent that was paid')
from called_off where slot_id = tests.id('race');
select is(api.record_stripe_result(stripe_command_id,
    '{"outcome": "refused", "status": 400, "code": "no"}') ->> 'state', 'rejected',
  'Stripe refuses to cancel an intent for another reason')
from called_off where slot_id = tests.id('stuck');
select throws_ok($$ select api.record_stripe_result(gen_random_uuid(), '{"outcome": "done"}') $$,
  'M4304', 'command_not_found', 'an answer of Stripe to an unknown command is refused');
select throws_ok($$ select api.record_stripe_look_up(gen_random_uuid(), null) $$,
  'M4304', 'command_not_found', 'a look-up of an unknown command is refused');
select tests.act_as_nobody();
select is((select captured_minor from called_off where slot_id = tests.id('race')), 5000::bigint,
  'the intent in Stripe''s refusal records that it was paid');
select is(
  (select r.amount_minor from core.refund as r join called_off as c using (payment_id)
   where c.slot_id = tests.id('race')), 5000::bigint,
  'a payment made while its booking was cancelled is refunded in full');
select is(
  (select string_agg(o.payload ->> 'kind', ' ') from core.outbox as o
   where o.topic = 'staff.stripe_refused'), 'cancel_payment',
  'staff is told of the refusal that the payment does not explain');

-- What costs nothing, and other currencies.
select tests.book('free', 'alice');
select results_eq(
  $$ select p.status, p.processor, b.status, exists (select from core.stripe_command as c
       where c.payment_id = p.payment_id)
     from core.payment as p join core.booking as b using (booking_id)
     where b.slot_id = tests.id('free') $$,
  $$ values ('captured', 'none', 'confirmed', false) $$,
  'a booking that costs nothing needs no Stripe');
select tests.book('yen', 'alice');
select tests.book('dinar', 'alice');
select results_eq(
  $$ select c.params ->> 'amount', c.params ->> 'currency',
            internal.to_decimal(p.amount_minor, p.currency)
     from core.payment as p join core.stripe_command as c using (payment_id)
     where p.currency in ('JPY', 'KWD') order by p.currency $$,
  $$ values ('1050', 'jpy', 1050::numeric), ('1500', 'kwd', 1.500) $$,
  'JPY 1050 is charged as 1050 and KWD 1.500 as 1500');
select throws_ok($$ select tests.book('cheap', 'alice', 'MOST') $$, 'M0301',
  'amount_not_chargeable', 'a price that a coupon makes too small to charge is refused');
select tests.act_as_nobody();

-- A dispute.
select tests.event('evt_7', 'charge.dispute.created', tests.dispute((select payment_id from req),
  'dp_1', 'needs_response', '[]'));
select is((select status from req), 'disputed', 'a payment with an open dispute is disputed');
select tests.event('evt_8', 'charge.dispute.funds_withdrawn', tests.dispute(
  (select payment_id from req), 'dp_1', 'needs_response',
  '[{"id": "txn_1", "amount": -5000, "fee": 1500, "net": -6500, "currency": "eur"}]'));
select tests.event('evt_9', 'charge.dispute.closed', tests.dispute(
  (select payment_id from req), 'dp_1', 'lost', '[]'));
select results_eq(
  $$ select status, tests.balance(null, 'disputed'), tests.balance(null, 'fees') from req $$,
  $$ values ('dispute_lost', 0::bigint, -1500::bigint) $$,
  'a lost dispute is borne by both sides, and its fee by the marketplace');

set constraints all immediate;
select is_empty('select tests.ledger_problems()',
  'the ledger adds up after payments, refunds and a dispute');
select tests.act_as('alice');
select throws_ok('select status from core.payment', '42501', null,
  'a customer cannot read the table of payments');
select tests.act_as_nobody();
select throws_ok('update core.payment set status = $$captured$$', '428C9', null,
  'the status of a payment is computed and cannot be written');
select is((select count(*) from core.stripe_event where event_id = 'evt_2'), 1::bigint,
  'an event of Stripe is kept once');

select * from finish();
rollback;
