-- Poison steps aside with a growing delay, in every queue, and staff sees it.

begin;
select plan(20);

select tests.introduce('sam', 'alice');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'staff';
select tests.offer('slot' || n, 'tara', 10000, p_starts => now() + make_interval(days => n))
from generate_series(2, 7) as n;

-- Commands: a worker claims them and dies, again and again.
select tests.book('slot' || n, 'alice') from generate_series(2, 4) as n;
select tests.act_as_service();
select is(jsonb_array_length(api.claim_stripe_commands(10)), 3, 'a worker claims three commands');
select tests.act_as_nobody();
select is((select count(*) from core.stripe_command where next_at > now()), 3::bigint,
  'a claimed command steps aside before it is sent');
update core.stripe_command set attempts = 8, lease_until = null, next_at = now() - interval '1 s';
select tests.act_as_service();
select api.claim_stripe_commands(10);
select tests.act_as_nobody();
select is((select min(next_at) > now() + interval '5 minutes' from core.stripe_command), true,
  'a command steps aside further each time it is claimed');
select tests.book('slot5', 'alice');
update core.stripe_command set lease_until = null;
select tests.act_as_service();
select is(jsonb_array_length(api.claim_stripe_commands(1)), 1,
  'a new command is not kept waiting by those that nobody could record');
select tests.act_as_nobody();

-- The outbox: a relay dies with what it has claimed.
update core.marketplace set support_email = 'help@convene.example';
select internal.announce('staff.stripe_refused', null, '{}');
update core.outbox set available_at = now(), attempts = 6;
create table fresh as select internal.announce('staff.stripe_refused', null, '{}') as outbox_id;
select tests.act_as_service();
select api.claim_outbox(1000);
select tests.act_as_nobody();
select is((select available_at from core.outbox where outbox_id = (select f.outbox_id from fresh as f)),
  now() + interval '1 minute', 'a message is due again a minute after it was claimed');
select is((select min(available_at) from core.outbox where attempts = 7),
  now() + interval '15 minutes', 'one that was claimed in vain again and again waits longer');

-- Stripe's books: one line that cannot be kept.
create function line(p_id text, p_currency text) returns jsonb language sql as $$
  select jsonb_build_object('id', p_id, 'type', 'charge', 'source', 'ch_x', 'amount', 100,
    'fee', 0, 'currency', p_currency, 'created', extract(epoch from now())::bigint)
$$;
select tests.act_as_service();
select is(api.keep_balance_transactions(jsonb_build_array(
    line('txn_1', 'eur'), line('txn_2', 'zzz'), line('txn_3', null), line('txn_4', 'eur'))), 2,
  'two lines that cannot be kept do not keep the others from being kept');
select is(api.finish_reconciliation(), 2, 'each of them is a finding');
select tests.act_as_nobody();
select is(
  (select count(*) from core.outbox where topic = 'staff.reconciliation_differs'), 2::bigint,
  'staff is told of each');
select results_eq(
  $$ select distinct checks, next_check_at from core.balance_transaction $$,
  $$ values (1, now() + interval '5 minutes') $$, 'a line that does not agree is asked later');
update core.balance_transaction set next_check_at = now(), checks = 9;
select tests.act_as_service();
select api.finish_reconciliation();
select tests.act_as_nobody();
select results_eq(
  $$ select distinct next_check_at from core.balance_transaction $$,
  $$ values (now() + interval '6 hours') $$,
  'a line that does not agree is asked for later each time');

-- Staff sees it.
select tests.act_as('alice');
select throws_ok($$ select * from api.list_stuck_work() $$, 'M3301', 'staff_only',
  'a customer does not see what is stuck');
select tests.act_as('sam');
select results_eq(
  $$ select distinct queue from api.list_stuck_work() order by queue $$,
  $$ values ('finding'), ('outbox'), ('stripe_command') $$, 'staff sees what of every queue is');
select tests.act_as_nobody();
select tests.act_as_service();
select api.store_stripe_event('evt_1', 'account.updated', 'acct_1', 'acct_1', false, 'v', 1000,
  '\x7b7d');
select api.apply_stripe_event('evt_1');
select tests.act_as('sam');
select results_eq(
  $$ select kind, attempts, next_at is null from api.list_stuck_work() where id = 'evt_1' $$,
  $$ values ('account.updated', 1, true) $$, 'an event that does not fit is among it, at once');
select results_eq(
  $$ select level, message like 'account.updated%', context ->> 'id' from avenrae.system_logs
     where source = 'stripe_event' $$,
  $$ values ('error', true, 'evt_1') $$,
  'what nobody tries again by itself is an error in the system logs of a sanctuary');
select ok(api.retry_stripe_event('evt_1'), 'staff has an event tried again that does not fit');

-- Mail that no server takes.
select tests.act_as_nobody();
insert into core.delivery (outbox_id, attempts, detail, claimed_until)
select f.outbox_id, 2, '451 busy', now() + interval '5 minutes' from fresh as f;
grant select on fresh to public;
select tests.act_as('sam');
select is_empty($$ select from api.list_stuck_work() where queue = 'delivery' $$,
  'a mail that failed twice is not stuck yet');
select tests.act_as_nobody();
update core.delivery set attempts = 3;
select tests.act_as('sam');
select results_eq(
  $$ select id, kind, attempts, next_at, problem from api.list_stuck_work() where queue = 'delivery' $$,
  $$ select f.outbox_id::text, 'staff.stripe_refused', 3, now() + interval '5 minutes', '451 busy'
     from fresh as f $$, 'a mail that failed three times is among what stands still');
select results_eq(
  $$ select level, message, context, created_at = now() from avenrae.system_logs
     where source = 'delivery' $$,
  $$ select 'warning', 'staff.stripe_refused: 451 busy', jsonb_build_object(
       'id', f.outbox_id, 'attempts', 3, 'next_at', now() + interval '5 minutes'), true
     from fresh as f $$, 'the system logs of a sanctuary say the same, as a warning: it goes on');
select tests.act_as_nobody();
update core.delivery set state = 'refused', settled_at = now();
select tests.act_as('sam');
select is_empty($$ select from api.list_stuck_work() where queue = 'delivery' $$,
  'a mail that was given up does not wait any more');

select * from finish();
rollback;
