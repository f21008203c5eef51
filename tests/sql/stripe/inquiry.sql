-- Asking Stripe for what no event has told: the service alone asks, and joins the answer.

begin;
select plan(22);

select tests.offer('lesson', 'tara', 5000);
create table made as select tests.book('lesson', 'alice') as payment_id;
alter table made add intent jsonb;
select tests.stripe_does();
update made set intent = tests.intent(payment_id, 'succeeded');
grant select on made to service_role;

select tests.act_as('alice');
select throws_ok('select api.claim_stripe_inquiries()', '42501', null,
  'a person cannot ask what Stripe is to be asked for');
select throws_ok('select api.unexplained_objects()', '42501', null,
  'a person cannot ask what Stripe''s books do not explain');
select throws_ok($$ select api.record_stripe_object('{}') $$, '42501', null,
  'a person cannot record an object of Stripe');
select throws_ok('select api.close_stale_commands()', '42501', null,
  'a person cannot close commands to Stripe');

select tests.act_as_service();
select is(api.unexplained_objects(), '[]', 'without lines of Stripe''s books nothing is unexplained');
select is((select api.record_stripe_object(intent) from made), 'done',
  'an intent that Stripe answers with is joined');
select tests.act_as_nobody();
select is((select status from core.payment), 'captured',
  'a payment whose event was lost is paid by the answer of Stripe');
select tests.act_as_service();
select is(api.claim_stripe_inquiries(), '[]', 'Stripe is not asked for what is paid');
select is(api.close_stale_commands(), 0, 'a command that was answered is not closed');

-- A request whose authorisation was never heard of.
select tests.act_as_nobody();
select tests.offer('asked', 'tara', 7000, p_mode => 'request', p_starts => now() + interval '9 days');
create table request as select tests.book('asked', 'alice') as payment_id;
alter table request add intent jsonb;
grant select on request to service_role;
select tests.stripe_does();
update request set intent = tests.intent(payment_id, 'requires_capture');
update core.booking set hold_expires_at = now() - interval '1 minute'
where status = 'pending_payment';
select internal.settle_slot(tests.id('asked'));
update core.payment set created_at = now() - interval '16 minutes' where status = 'requires_payment';

select tests.act_as_service();
select is(api.expire_bookings(), 0, 'a request is not closed before Stripe was asked');
select is(
  api.claim_stripe_inquiries(),
  (select jsonb_build_array(jsonb_build_object('object', 'payment_intent', 'id', intent ->> 'id'))
   from request),
  'Stripe is asked for the intent of a request whose hold has ended');
select is(api.expire_bookings(), 0, 'a request is not closed before Stripe has answered');
select is((select api.record_stripe_object(intent, now()::text) from request), 'done',
  'the answer that a request is authorised is joined');
select is(api.expire_bookings(), 0, 'a request that is authorised is not closed');
select tests.act_as_nobody();
select is((select p.status || ' ' || b.status from core.payment as p join core.booking as b using (booking_id)
           where p.payment_id = (select payment_id from request)), 'authorized requested',
  'a request whose authorisation was found by asking waits for its provider');

-- Its provider accepts, and Stripe refuses to take the money once.
alter table request add booking_id uuid;
update request set booking_id = (select p.booking_id from core.payment as p
                                 where p.payment_id = request.payment_id);
grant select on request to authenticated;
select tests.act_as('tara');
select lives_ok('select api.accept_booking(booking_id) from request',
  'the provider accepts a request that was found by asking');
select tests.stripe_does('refused');
update core.stripe_command set finished_at = now() - interval '11 minutes'
where kind = 'capture_payment';
select tests.act_as_service();
select is((select api.record_stripe_object(intent, now()::text) from request), 'done',
  'Stripe says that the money is still authorised');
select tests.act_as_nobody();
select is((select array_agg(state order by generation) from core.stripe_command
           where kind = 'capture_payment'), '{rejected,planned}',
  'a capture that Stripe refused is asked for again, under a new key');
select is((select count(*)::int from tests.stripe_does()), 1, 'Stripe takes the money this time');
select is((select p.status || ' ' || b.status from core.payment as p join core.booking as b using (booking_id)
           where p.payment_id = (select payment_id from request)), 'captured confirmed',
  'a capture that was refused once ends as a paid booking');

-- A request that Stripe says is not paid is closed.
select tests.offer('unpaid', 'tara', 7000, p_mode => 'request', p_starts => now() + interval '8 days');
create table unpaid as select tests.book('unpaid', 'alice') as payment_id;
alter table unpaid add intent jsonb;
grant select on unpaid to service_role;
select tests.stripe_does();
update unpaid set intent = tests.intent(payment_id, 'requires_payment_method');
update core.booking set hold_expires_at = now() - interval '1 minute'
where status = 'pending_payment';
select tests.act_as_service();
select api.record_stripe_object(intent, now()::text) from unpaid;
select is(api.expire_bookings(), 1, 'a request that Stripe says is unpaid is closed');

select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after an inquiry');
select * from finish();
rollback;
