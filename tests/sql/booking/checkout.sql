-- Checkout: where the payment of a booking stands, for its two sides alone.

begin;
select plan(26);

select tests.offer('lesson', 'tara', 5000);
select tests.offer('free', 'tara', 0, p_starts => now() + interval '20 days');
select tests.offer('given up', 'tara', 7000, 'DKK', p_starts => now() + interval '30 days');
create table made as
select s.slot, tests.book(s.slot, 'alice') as payment_id
from (values ('lesson'), ('free'), ('given up')) as s(slot);
alter table made add booking_id uuid;
update made set booking_id = p.booking_id
from core.payment as p where p.payment_id = made.payment_id;
grant select on made to authenticated, service_role;
prepare checkout (text) as
select c ->> 'booking_status', c ->> 'payment_status', (c ->> 'amount')::integer, c ->> 'currency',
       (c ->> 'is_payable')::boolean
from api.booking_checkout((select booking_id from made where slot = $1)) as c;

select tests.act_as_anonymous();
select throws_ok('select api.booking_checkout(gen_random_uuid())', '42501', null,
  'an anonymous caller cannot see a checkout');
select tests.act_as('eve');
select throws_ok($$ execute checkout('lesson') $$, 'M4203', 'booking_not_found',
  'a stranger cannot see the checkout of a booking');
select throws_ok('select api.booking_checkout(gen_random_uuid())', 'M4203', 'booking_not_found',
  'the checkout of a booking that does not exist is not found');
select tests.act_as('alice');
select results_eq(
  $$ execute checkout('lesson') $$,
  $$ values ('pending_payment', 'requires_payment', 5000, 'EUR', true) $$,
  'the customer sees what is to be paid, in minor units');
select is(
  (select (api.booking_checkout(booking_id) ->> 'expires_at')::timestamptz from made
   where slot = 'lesson'),
  now() + interval '15 minutes', 'the customer sees until when the seat is held');
select results_eq(
  $$ execute checkout('free') $$, $$ values ('confirmed', 'captured', 0, 'EUR', false) $$,
  'a free booking has nothing to pay');
select tests.act_as('tara');
select results_eq(
  $$ execute checkout('lesson') $$,
  $$ values ('pending_payment', 'requires_payment', 5000, 'EUR', true) $$,
  'the provider sees the checkout of a booking with them');

-- The intent at Stripe.
select throws_ok('select api.payment_intent_of(gen_random_uuid())', '42501', null,
  'a provider cannot ask for the intent of a payment');
select tests.act_as_service();
select is((select api.payment_intent_of(payment_id) from made where slot = 'lesson'), null,
  'the intent of a payment is null before Stripe has answered');
select tests.act_as_nobody();
select tests.stripe_does();
select tests.act_as_service();
select is(
  (select api.payment_intent_of(payment_id) #>> '{}' = 'pi_' || md5(payment_id::text) from made
   where slot = 'lesson'),
  true, 'the service reads the intent that Stripe has answered with');
select tests.act_as('alice');
select is(
  (select api.booking_checkout(booking_id) ->> 'external_id' = 'pi_' || md5(payment_id::text)
   from made where slot = 'lesson'),
  true, 'the customer sees the intent they pay');

-- Nothing is left to pay.
select tests.act_as_nobody();
select tests.event('evt_1', 'payment_intent.succeeded', tests.intent(payment_id, 'succeeded'))
from made where slot = 'lesson';
select tests.act_as('alice');
select api.cancel_booking(booking_id) from made where slot = 'given up';
select results_eq(
  $$ execute checkout('lesson') $$, $$ values ('confirmed', 'captured', 5000, 'EUR', false) $$,
  'a booking that was paid cannot be paid again');
select results_eq(
  $$ select x.is_payable from (
       select (api.booking_checkout(booking_id) ->> 'is_payable')::boolean as is_payable
       from made where slot = 'given up') as x $$,
  'values (false)', 'a booking that was cancelled cannot be paid');
select is(
  (select api.booking_checkout(booking_id) ->> 'amount' from made where slot = 'given up'), '7000',
  'a booking that was cancelled still says what it would have cost');

-- The payment of an order, or of a booking's order: for who pays it alone.
prepare to_make (uuid, uuid) as
select p ->> 'status', p ->> 'payment_status', (p ->> 'is_payable')::boolean
from api.payment_to_make($1, $2) as p;
select tests.act_as_nobody();
select tests.offer('waiting', 'tara', 5000, p_starts => now() + interval '40 days');
select tests.book('waiting', 'alice');
select set_config('tests.waiting', b.booking_id::text, true),
       set_config('tests.order', l.order_id::text, true)
from core.booking as b join core.order_line as l using (booking_id)
where b.slot_id = tests.id('waiting');
select tests.act_as('alice');
select results_eq(
  format('execute to_make(null, %L)', current_setting('tests.waiting')),
  $$ values ('pending_payment', 'requires_payment', true) $$,
  'the customer asks for the payment of a booking that waits for money');
select results_eq(
  format('execute to_make(%L, null)', current_setting('tests.order')),
  $$ values ('pending_payment', 'requires_payment', true) $$,
  'the customer asks for the same payment by its order');
select throws_ok($$ execute to_make(null, null) $$, 'M0308', 'order_or_booking',
  'a payment of neither an order nor a booking cannot be asked for');
select tests.act_as('tara');
select throws_ok(
  format('execute to_make(null, %L)', current_setting('tests.waiting')), 'M4308',
  'order_not_found', 'the provider cannot ask for the payment that the customer makes');
select tests.act_as_nobody();
select tests.let_pass('16 minutes');
update core.order set expires_at = expires_at - interval '16 minutes';
select tests.act_as('alice');
select results_eq(
  format('select is_payable from (select (api.payment_to_make(null, %L) ->> %L)::boolean
          as is_payable) as p', current_setting('tests.waiting'), 'is_payable'),
  'values (false)', 'a payment whose time is over waits for no money');

-- Booking and its payment in one call, and ordering and its payment.
select tests.act_as_nobody();
select tests.offer('one call', 'tara', 5000, p_starts => now() + interval '50 days');
select tests.offer('other call', 'tara', 5000, p_starts => now() + interval '60 days');
prepare check_out (text) as
select c ->> 'booking_status', (c ->> 'amount')::integer, (c ->> 'is_payable')::boolean
from api.check_out_slot(tests.id($1), tests.id('one call'), p_idempotency_key => 'once') as c;
prepare check_out_items (jsonb) as
select p ->> 'status', (p ->> 'amount')::integer, (p ->> 'is_payable')::boolean
from api.check_out_items($1, p_idempotency_key => 'items') as p;
prepare made_of (text) as
select count(*) from core.booking as b where b.slot_id = tests.id($1);
select tests.act_as_anonymous();
select throws_ok($$ execute check_out('alice') $$, '42501', null,
  'an anonymous caller cannot check out a slot');
select throws_ok($$ execute check_out_items('[]') $$, '42501', null,
  'an anonymous caller cannot check out items');
select tests.act_as('bob');
select throws_ok($$ execute check_out('alice') $$, '42501', null,
  'nobody checks out a slot for somebody else');
select tests.act_as('alice');
select results_eq($$ execute check_out('alice') $$, $$ values ('pending_payment', 5000, true) $$,
  'a slot is booked, and what is to be paid is told');
select results_eq($$ execute check_out('alice') $$, $$ values ('pending_payment', 5000, true) $$,
  'the same call again tells the same');
select results_eq(
  format($$ execute check_out_items(%L) $$,
    jsonb_build_array(jsonb_build_object('slot_id', tests.id('other call')))),
  $$ values ('pending_payment', 5000, true) $$, 'items are ordered, and what is to be paid is told');
select tests.act_as_nobody();
select results_eq($$ execute made_of('one call') $$, 'values (1::bigint)',
  'one booking was made');

select * from finish();
rollback;
