-- What came of a command: done, refused, unknown, looked up, or mended by staff.

begin;
select plan(31);

select tests.offer('lesson', 'tara', 5000);
select tests.offer('second', 'tara', 5000, p_starts => now() + interval '20 days');
select tests.offer('third', 'tara', 5000, p_starts => now() + interval '30 days');
select tests.make_staff('sam');
create table made as
select s.slot, tests.book(s.slot, s.who) as payment_id
from (values ('lesson', 'alice'), ('second', 'bob'), ('third', 'carl')) as s(slot, who);
alter table made add intent jsonb;
update made set intent = tests.intent(payment_id, 'requires_payment_method');
create view command as
select m.slot, m.intent, c.*
from made as m
join core.stripe_command as c using (payment_id);
create function tests.command(p_slot text)
returns uuid
language sql
security definer
as $$ select c.stripe_command_id from public.command as c where c.slot = p_slot $$;
create function tests.record(p_slot text, p_outcome jsonb)
returns text
language sql
as $$ select api.record_stripe_result(tests.command(p_slot), p_outcome) ->> 'state' $$;
create function tests.look_up(p_slot text, p_found jsonb default null)
returns text
language sql
as $$ select api.record_stripe_look_up(tests.command(p_slot), p_found) ->> 'state' $$;
create function tests.claimed()
returns bigint
language sql
as $$ select jsonb_array_length(api.claim_stripe_commands(100))::bigint $$;
grant select on made, command to service_role;
grant execute on all functions in schema tests to public;

-- Who.
select tests.act_as('alice');
select throws_ok($$ select tests.record('lesson', '{"outcome": "done"}') $$, '42501', null,
  'a person cannot record an answer of Stripe');
select throws_ok($$ select tests.look_up('lesson') $$, '42501', null,
  'a person cannot record a look-up at Stripe');
select tests.act_as_service();
select throws_ok($$ select api.record_stripe_result(gen_random_uuid(), '{"outcome": "done"}') $$,
  'M4304', 'command_not_found', 'an answer to an unknown command is refused');
select throws_ok($$ select api.record_stripe_look_up(gen_random_uuid(), null) $$,
  'M4304', 'command_not_found', 'a look-up of an unknown command is refused');

-- Done.
select is(tests.claimed(), 3::bigint, 'three payments plan three commands');
select is(
  tests.record('lesson', jsonb_build_object('outcome', 'done', 'request_id', 'req_1', 'body',
    (select c.intent from command as c where c.slot = 'lesson'))),
  'done', 'an answer of Stripe is recorded');
select is(tests.record('lesson', '{"outcome": "refused", "code": "late"}'), null,
  'a second answer to a finished command changes nothing');
select tests.act_as_nobody();
select results_eq(
  $$ select c.state, c.request_id, p.external_id = c.external_id, c.error from command as c
     join core.payment as p using (payment_id) where c.slot = 'lesson' $$,
  $$ values ('done', 'req_1', true, null::jsonb) $$,
  'a done command keeps Stripe''s id of the request and of the object');

-- Refused.
select tests.act_as_service();
select is(tests.record('second', '{"outcome": "refused", "status": 400, "code": "no"}'),
  'rejected', 'a refusal of Stripe is recorded');
select tests.act_as_nobody();
select results_eq(
  $$ select c.state, c.error ->> 'code', p.progress, p.failure_code from command as c
     join core.payment as p using (payment_id) where c.slot = 'second' $$,
  $$ values ('rejected', 'no', 'failed', 'no') $$, 'a payment that Stripe refuses has failed');

-- Unknown.
select tests.act_as_service();
select is(tests.record('third', '{"outcome": "unknown", "reason": "timeout"}'), 'unknown',
  'an answer of Stripe that was lost is recorded as unknown');
select is(tests.claimed(), 0::bigint,
  'a command whose answer was lost waits before it is sent again');
select tests.act_as_nobody();
update core.stripe_command set next_at = now();
select tests.act_as_service();
select is(tests.claimed(), 1::bigint, 'a command whose answer was lost is sent again');

-- A mistake of ours: nobody sends it again before staff has looked.
select is(tests.record('third', '{"outcome": "unknown", "reason": "bad_command"}'), 'unknown',
  'a command that Stripe cannot read is recorded as unknown');
select tests.act_as_nobody();
update core.stripe_command set next_at = now();
select is(
  (select o.payload ->> 'code' from core.outbox as o where o.topic = 'staff.stripe_refused'),
  'bad_command', 'staff is told of a command that Stripe cannot read');
select tests.act_as_service();
select is(tests.claimed(), 0::bigint, 'a command that Stripe cannot read is not sent again');
select tests.act_as('alice');
select throws_ok($$ select api.retry_stripe_command(tests.command('third')) $$, 'M3301',
  'staff_only', 'a customer cannot have a command sent again');
select tests.act_as_anonymous();
select throws_ok('select api.retry_stripe_command(gen_random_uuid())', '42501', null,
  'an anonymous caller cannot have a command sent again');
select tests.act_as('sam');
select is(api.retry_stripe_command(tests.command('third')), true,
  'staff has a command sent again that was taken out');
select is(api.retry_stripe_command(tests.command('lesson')), false,
  'a command that is done cannot be sent again');
select is(api.retry_stripe_command(gen_random_uuid()), false,
  'a command that does not exist cannot be sent again');
select tests.act_as_service();
select is(tests.claimed(), 1::bigint, 'a command that staff put back is claimed again');

-- Looked up, because the key is too old to send again.
select is(tests.look_up('third'), 'unknown', 'a look-up that finds nothing proves nothing yet');
select is(tests.claimed(), 0::bigint, 'a command that was looked up waits for the second look-up');
select tests.act_as_nobody();
update core.stripe_command
set missed_at = now() - interval '11 minutes', first_sent_at = now() - interval '24 hours'
where finished_at is null;
select tests.act_as_service();
select is(tests.look_up('third'), 'unknown',
  'two look-ups within a day of the first sending prove nothing yet');
select tests.act_as_nobody();
update core.stripe_command set first_sent_at = now() - interval '25 hours'
where finished_at is null;
select tests.act_as_service();
select is(tests.look_up('third'), 'rejected',
  'a second look-up a day later that finds nothing ends the command');
select tests.act_as_nobody();
select results_eq(
  $$ select generation, state, idempotency_key ~ format(':g%s$', generation)
     from command where slot = 'third' order by generation $$,
  $$ values (1, 'rejected', true), (2, 'planned', true) $$,
  'a command that never arrived is planned again under a new key');
delete from core.stripe_command where generation = 1 and kind = 'create_payment'
  and state = 'rejected' and payment_id = (select payment_id from made where slot = 'third');
select tests.act_as_service();
select tests.claimed();
select is(
  tests.look_up('third', (select c.intent from command as c where c.slot = 'third')), 'done',
  'a look-up that finds the object is the answer to its command');
select is(tests.look_up('third'), 'done', 'a look-up of a finished command changes nothing');
select tests.act_as_nobody();
select results_eq(
  $$ select p.external_id is not null from command as c
     join core.payment as p using (payment_id) where c.slot = 'third' $$,
  'values (true)', 'a payment has the intent that a look-up found');

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after every outcome');
select * from finish();
rollback;
