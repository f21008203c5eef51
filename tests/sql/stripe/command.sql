-- Commands to Stripe: planned in the transaction of their cause, claimed by one worker at a time.

begin;
select plan(25);

select tests.offer('first', 'tara', 5000);
select tests.offer('second', 'tara', 5000, p_starts => now() + interval '20 days');
create table made as
select s.slot, tests.book(s.slot, s.who) as payment_id
from (values ('first', 'alice'), ('second', 'bob')) as s(slot, who);
grant select on made to service_role;
prepare claim_payment (text) as
select c ->> 'kind', c ->> 'path', c -> 'look_up'
from made as m
cross join lateral jsonb_array_elements(api.claim_payment_commands(m.payment_id)) as c
where m.slot = $1;
create function tests.end_leases()
returns void
language sql
security definer
as $$
  update core.stripe_command set lease_until = now(), next_at = now() where finished_at is null;
$$;
create function tests.claimed(p_kinds text[] default null, p_limit integer default 100)
returns text[]
language sql
as $$
  select array_agg(c ->> 'kind' order by c ->> 'kind')
  from jsonb_array_elements(api.claim_stripe_commands(p_limit, p_kinds)) as c;
$$;
grant execute on all functions in schema tests to public;

-- Who.
select tests.act_as('alice');
select throws_ok('select api.claim_stripe_commands()', '42501', null,
  'a person cannot claim commands to Stripe');
select throws_ok('select api.claim_payment_commands(gen_random_uuid())', '42501', null,
  'a person cannot claim the commands of a payment');
select throws_ok('select api.claim_account_command(gen_random_uuid())', '42501', null,
  'a person cannot claim the command of an account');

-- Of one payment, for the request that caused it.
select tests.act_as_service();
select results_eq(
  $$ execute claim_payment('first') $$,
  $$ values ('create_payment', '/v1/payment_intents', 'null'::jsonb) $$,
  'the commands of a payment are claimed by the request that caused them');
select is_empty($$ execute claim_payment('first') $$,
  'a claimed command cannot be claimed again within a minute');
select is(tests.claimed(), '{create_payment}',
  'the sweep claims what no request has claimed, and nothing else');
select is(tests.claimed(), null, 'the sweep claims nothing twice');

-- The worker died.
select tests.act_as_nobody();
create temp table sent as
select c.stripe_command_id, c.idempotency_key, c.params from core.stripe_command as c;
select tests.end_leases();
select tests.act_as_service();
select is(tests.claimed(p_limit => 1), '{create_payment}',
  'the sweep claims no more commands than it asks for');
select is(tests.claimed('{transfer,refund}'), null, 'the sweep claims only the kinds it asks for');
select is(tests.claimed('{create_payment}'), '{create_payment}',
  'a command whose lease ran out is claimed again');
select tests.act_as_nobody();
select results_eq(
  $$ select c.attempts from core.stripe_command as c join sent using (
       stripe_command_id, idempotency_key, params) $$,
  'values (2), (2)', 'a command is sent again with the same key and the same parameters');
select throws_ok(
  $$ update core.stripe_command set params = '{}' $$, '42501',
  'A planned command is never changed.',
  'the parameters of a command cannot be changed, not even by a superuser');
select throws_ok(
  $$ update core.stripe_command set idempotency_key = 'other' $$, '42501',
  'A planned command is never changed.',
  'the key of a command cannot be changed, not even by a superuser');
select is(
  internal.plan_command('create_payment', m.payment_id, '/v1/other', '{}'),
  (select c.stripe_command_id from core.stripe_command as c where c.payment_id = m.payment_id),
  'a command planned twice is planned once')
from made as m where m.slot = 'first';

-- Stripe forgets a key after a day.
select tests.end_leases();
update core.stripe_command set first_sent_at = now() - interval '21 hours'
where payment_id = (select payment_id from made where slot = 'second');
select tests.act_as_service();
select is_empty($$ execute claim_payment('second') $$,
  'the intent of a payment is not asked for again after twenty hours');
select tests.act_as_nobody();
select tests.stripe_does();
select tests.event('evt_1', 'payment_intent.succeeded', tests.intent(payment_id, 'succeeded'))
from made where slot = 'first';
select tests.clear(payment_id) from made where slot = 'first';
select tests.onboard('tara');
select tests.act_as_service();
select api.plan_due_payouts();
select is(tests.claimed('{transfer}'), '{transfer}', 'a transfer is claimed when it is planned');
select tests.act_as_nobody();
select tests.end_leases();
update core.stripe_command set first_sent_at = now() - interval '21 hours' where kind = 'transfer';
select tests.act_as_service();
select is(
  api.claim_stripe_commands(100, '{transfer}') #>> '{0,look_up,object}', 'transfer',
  'a transfer sent more than twenty hours ago is looked up before it is sent again');

-- While payouts are paused.
select tests.act_as_nobody();
select tests.end_leases();
update core.payout_setting set paused_at = now();
select tests.act_as_service();
select is(tests.claimed(), null, 'a transfer is not claimed while payouts are paused');
select tests.act_as_nobody();
update core.payout_setting set paused_at = null;
select tests.act_as_service();
select is(tests.claimed(), '{transfer}', 'a transfer is claimed when payouts are resumed');

-- What waits for another command.
select tests.act_as_nobody();
select tests.stripe_does();
select internal.plan_command(
  'refund', tests.id('r'), '/v1/refunds', '{}',
  p_after => internal.plan_command(
    'reverse_transfer', tests.id('v'), '/v1/transfers/t/reversals', '{}'));
select tests.act_as_service();
select is(tests.claimed(), '{reverse_transfer}',
  'a command that waits for another is not claimed before that one has ended');
select tests.act_as_nobody();
update core.stripe_command set state = 'rejected', finished_at = now()
where kind = 'reverse_transfer';
select tests.act_as_service();
select is(tests.claimed(), '{refund}',
  'a command that waits for another is claimed when that one has ended, however it ended');

-- Of an account.
select tests.act_as_nobody();
insert into core.provider values (tests.id('alice'));
select tests.act_as('alice');
select set_config('tests.account', api.open_payout_account() ->> 'payout_account_id', true);
prepare claim_account (uuid) as
select c ->> 'kind' from jsonb_array_elements(api.claim_account_command($1)) as c;
select tests.act_as_service();
select is_empty('execute claim_account(gen_random_uuid())',
  'an unknown account has no command to claim');
select results_eq(
  format('execute claim_account(%L)', current_setting('tests.account')),
  $$ values ('create_account') $$, 'the command that creates an account is claimed by its request');
select is_empty(
  format('execute claim_account(%L)', current_setting('tests.account')),
  'the command that creates an account is claimed once');

-- Taken back.
select tests.act_as_nobody();
select is(
  array(select internal.withdraw_commands('create_account', array[
    current_setting('tests.account')::uuid])), '{}',
  'a command that was claimed cannot be taken back');

select * from finish();
rollback;
