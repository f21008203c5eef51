-- Events that contradict what is known here: kept, reported, and nothing moves. And events that
-- Stripe never explains: they step aside.

begin;
select plan(58);

select tests.introduce('sam');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'staff';
select tests.offer('open', 'tara', 25000, 'DKK');
select tests.offer('paid', 'tara', 25000, 'DKK', p_starts => now() + interval '20 days');
select tests.offer('other', 'tara', 25000, 'DKK', p_starts => now() + interval '30 days');
create table of as
select tests.book('open', 'alice') as open, tests.paid('paid', 'alice') as paid,
       tests.paid('other', 'alice') as other;
grant select on of to public;
select tests.onboard('tara');

-- What the money has come to; an event that is not believed changes nothing of it.
create table before as select tests.fingerprint() as fingerprint;

-- An intent whose id is not known yet: all that ties it to us is its metadata.
select is(tests.event(e.id, 'payment_intent.succeeded',
                      tests.intent(of.open, 'succeeded') || e.wrong, p_account => e.account),
          'misfit', 'an intent is not believed ' || e.why)
from of, (values
  ('evt_i1', 'of a connected account', '{}'::jsonb, 'acct_1'),
  ('evt_i2', 'without an amount', '{"amount": null}', null),
  ('evt_i3', 'without a currency', '{"currency": null}', null),
  ('evt_i4', 'of another amount', '{"amount": 25001}', null),
  ('evt_i5', 'in another currency', '{"currency": "usd"}', null),
  ('evt_i6', 'of real money, in a test', '{"livemode": true}', null),
  ('evt_i7', 'of unknown mode', '{"livemode": null}', null),
  ('evt_i8', 'without an id', '{"id": null}', null),
  ('evt_i9', 'with more received than was asked for', '{"amount_received": 50000}', null),
  ('evt_i10', 'with a part received', '{"amount_received": 1}', null),
  ('evt_i11', 'with less than nothing received', '{"amount_received": -25000}', null)
) as e(id, why, wrong, account);
select is(tests.event('evt_i12', 'payment_intent.succeeded',
                      tests.intent(of.paid, 'canceled') || '{"id": "pi_second"}'),
          'misfit', 'a second intent for the same payment is not believed')
from of;
select is(tests.event('evt_i13', 'payment_intent.succeeded',
                      tests.intent(of.open, 'succeeded') || '{"metadata": {}}'),
          'ignored', 'an intent that names nothing of ours is somebody else''s')
from of;
select is(tests.event('evt_i14', 'payment_intent.succeeded',
                      tests.intent(of.open, 'succeeded') || '{"metadata": {}}',
                      p_account => 'acct_1'),
          'ignored', 'an intent of a connected account is somebody else''s')
from of;

-- Charges.
create function charge(p_payment uuid) returns jsonb language sql as $$
  select jsonb_build_object('object', 'charge', 'id', 'ch_' || md5(p_payment::text),
    'status', 'succeeded', 'amount', 25000, 'currency', 'dkk', 'livemode', false,
    'payment_intent', 'pi_' || md5(p_payment::text), 'metadata', '{}'::jsonb)
$$;
select is(tests.event(e.id, 'charge.updated', charge(of.paid) || e.wrong, p_account => e.account),
          'misfit', 'a charge is not believed ' || e.why)
from of, (values
  ('evt_c1', 'of a connected account', '{}'::jsonb, 'acct_1'),
  ('evt_c2', 'without an amount', '{"amount": null}', null),
  ('evt_c3', 'in another currency', '{"currency": "usd"}', null),
  ('evt_c4', 'of the other mode', '{"livemode": true}', null),
  ('evt_c5', 'that succeeds as the second', '{"id": "ch_second"}', null)
) as e(id, why, wrong, account);

-- Refunds that somebody began at Stripe.
select is(tests.event(e.id, 'refund.created',
                      tests.refund(of.paid, 're_1', 25000, 'succeeded') || e.wrong,
                      p_account => e.account),
          'misfit', 'a refund is not believed ' || e.why)
from of, (values
  ('evt_r1', 'of a connected account', '{}'::jsonb, 'acct_1'),
  ('evt_r2', 'of three times the capture', '{"amount": 75000}', null),
  ('evt_r3', 'of nothing', '{"amount": 0}', null),
  ('evt_r4', 'of less than nothing', '{"amount": -100}', null),
  ('evt_r5', 'without an amount', '{"amount": null}', null),
  ('evt_r6', 'in dollars, of kroner', '{"currency": "usd"}', null),
  ('evt_r7', 'without a currency', '{"currency": null}', null),
  ('evt_r8', 'without an id', '{"id": null}', null),
  ('evt_r9', 'of the other mode', '{"livemode": true}', null)
) as e(id, why, wrong, account);

-- A refund of ours.
select tests.act_as('sam');
select set_config('tests.refund_id', r.refund_id::text, true)
from api.refund_payment((select other from of), 10000, null, 'k') as r;
select tests.act_as_nobody();
update before set fingerprint = tests.fingerprint();
select is(tests.event(e.id, 'refund.updated',
                      tests.refund(of.other, 're_2', 10000, 'succeeded') || jsonb_build_object(
                        'metadata', jsonb_build_object(
                          'refund_id', current_setting('tests.refund_id'))) || e.wrong),
          'misfit', 'a refund of ours is not believed ' || e.why)
from of, (values
  ('evt_o1', 'of another amount', '{"amount": 9999}'::jsonb),
  ('evt_o2', 'without an amount', '{"amount": null}'),
  ('evt_o3', 'in another currency', '{"currency": "usd"}'),
  ('evt_o4', 'of another intent', '{"payment_intent": "pi_other"}'),
  ('evt_o5', 'of no intent', '{"payment_intent": null}')
) as e(id, why, wrong);

-- Disputes.
select is(tests.event(e.id, 'charge.dispute.created',
                      tests.dispute(of.paid, 'dp_1', 'needs_response', '[]') || e.wrong,
                      p_account => e.account),
          'misfit', 'a dispute is not believed ' || e.why)
from of, (values
  ('evt_d1', 'of a connected account', '{}'::jsonb, 'acct_1'),
  ('evt_d2', 'of more than was paid', '{"amount": 25001}', null),
  ('evt_d3', 'without an amount', '{"amount": null}', null),
  ('evt_d4', 'in another currency', '{"currency": "usd"}', null),
  ('evt_d5', 'of another charge', '{"charge": "ch_other"}', null),
  ('evt_d6', 'of the other mode', '{"livemode": true}', null),
  ('evt_d7', 'that moves more than was paid', '{"balance_transactions": [
     {"id": "txn_1", "amount": -50000, "fee": 0, "net": -50000, "currency": "dkk"}]}', null)
) as e(id, why, wrong, account);

-- What Stripe was asked for, and what it answered.
create table body as
select tests.refund(of.other, 're_3', 1, 'succeeded') as refund,
       tests.intent(of.open, 'succeeded') as intent
from of;
grant select on body to public;
select tests.act_as_service();
select api.store_stripe_event('evt_f1', 'charge.refunded', 'ch', null, false, 'v', 1000,
  convert_to(jsonb_build_object('id', 'evt_f1', 'type', 'charge.refunded', 'livemode', false,
    'data', jsonb_build_object('object', charge(of.paid)))::text, 'UTF8'))
from of;
select is(api.apply_stripe_event('evt_f1') ->> 'status', 'new', 'a refunded charge is asked about');
select is(
  api.apply_stripe_event('evt_f1', jsonb_build_object('object', 'list', 'data',
    jsonb_build_array(body.refund)), now()) ->> 'status',
  'misfit', 'an answer about another payment is not believed')
from body;
select api.store_stripe_event('evt_f2', 'payment_intent.succeeded', 'pi', null, false, 'v', 1000,
  convert_to(jsonb_build_object('id', 'evt_f2', 'type', 'payment_intent.succeeded',
    'livemode', true,
    'data', jsonb_build_object('object', body.intent))::text, 'UTF8'))
from body;
select is(api.apply_stripe_event('evt_f2') ->> 'status', 'misfit',
  'an event stored under another mode than it names is not believed');
select tests.act_as_nobody();

select is(tests.fingerprint(), (select fingerprint from before),
  'nothing of all this moved anything');
select is(
  (select count(*) from core.outbox where topic = 'staff.stripe_event_misfit'),
  (select count(*) from core.stripe_event where status = 'misfit'),
  'staff is told of each');
select is(
  (select count(*) from core.stripe_event where status = 'misfit' and payload is not null
     and last_error like '22000 %does not fit%'),
  (select count(*) from core.stripe_event where status = 'misfit'),
  'each is kept, with the reason');

-- The same objects, as they should be, by the same path.
select is(tests.event('evt_g1', 'payment_intent.succeeded', tests.intent(of.open, 'succeeded')),
          'done', 'the intent as it should be captures')
from of;
select is(tests.event('evt_g2', 'charge.updated', charge(of.paid)), 'done',
          'the charge as it should be is joined')
from of;
select is(tests.event('evt_g3', 'refund.created',
                      tests.refund(of.paid, 're_1', 20000, 'succeeded')),
          'done', 'a refund begun at Stripe is posted')
from of;
select is(tests.event('evt_g4', 'refund.created',
                      tests.refund(of.paid, 're_9', 20000, 'succeeded')),
          'failed', 'a second one that is more than is left waits')
from of;
select is(tests.event('evt_g5', 'refund.failed', tests.refund(of.paid, 're_1', 20000, 'failed')),
          'done', 'a second refund waits until the first has failed')
from of;
select tests.act_as_service();
select is(api.apply_stripe_event('evt_g4') ->> 'status', 'done',
  'a second refund is posted when the first has failed');
select tests.act_as_nobody();
select is_empty($$ select * from tests.ledger_problems() $$,
  'the ledger adds up after a refund that waited');

-- Only staff has an event tried again.
select tests.act_as('alice');
select throws_ok($$ select api.retry_stripe_event('evt_i4') $$, 'M3301', 'staff_only',
  'a customer cannot have an event tried again');
select tests.act_as('sam');
select ok(api.retry_stripe_event('evt_i4') and not api.retry_stripe_event('evt_g1'),
  'staff can, of one that did not fit');
select tests.act_as_nobody();

-- Poison: Stripe answers nothing, or the process dies while it asks.
select tests.act_as_service();
select api.store_stripe_event('evt_p' || n, 'account.updated', 'acct_x', 'acct_x', false, 'v', 1000,
  convert_to(jsonb_build_object('id', 'evt_p' || n, 'type', 'account.updated', 'livemode', false,
    'account', 'acct_x', 'data', '{"object": {"object": "account", "id": "acct_x"}}'::jsonb)::text,
    'UTF8'))
from generate_series(1, 250) as n;
select count(api.apply_stripe_event(e.id))
from (select jsonb_array_elements_text(api.due_stripe_events(200)) as id) as e;
select is(jsonb_array_length(api.due_stripe_events(200)), 51,
  'what Stripe was asked about steps aside, so that the others have their turn');
select tests.act_as_nobody();
select is((select max(attempts) from core.stripe_event where event_id like 'evt_p%'), 1,
  'asking Stripe for an object counts as a try');
update core.stripe_event set attempts = 24, next_at = now() where event_id = 'evt_p1';
select tests.act_as_service();
select api.apply_stripe_event('evt_p1');
select tests.act_as_nobody();
select is((select status from core.stripe_event where event_id = 'evt_p1'), 'dead',
  'an event that Stripe never explains is given up');

select * from finish();
rollback;
