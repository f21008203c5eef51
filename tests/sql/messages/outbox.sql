-- The outbox: claimed by a relay, recorded by the same, and trimmed when it is old.

begin;
select plan(23);

select tests.introduce('alice', 'eve');
select internal.notify(tests.id('alice'), 'payout_paid', '{}');
select internal.notify(tests.id('alice'), 'payout_account_changed', '{}');
select internal.notify(tests.id('eve'), 'review_received', '{}');
create temp table message on commit drop as select o.topic, o.outbox_id from core.outbox as o;
grant select on message to service_role;
prepare record (integer, text) as
select api.record_outbox(array_agg(m.outbox_id order by m.topic), array[$1, $1, $1],
                         array[$2, null, null])
from message as m;

-- Who.
select tests.act_as('alice');
select throws_ok('select api.claim_outbox(1)', '42501', null,
  'a person cannot claim messages of the outbox');
select throws_ok($$ select api.record_outbox('{}', '{}', '{}') $$, '42501', null,
  'a person cannot record what became of messages');
select throws_ok('select api.trim_outbox()', '42501', null, 'a person cannot trim the outbox');

-- Claimed.
select tests.act_as_service();
select is(jsonb_array_length(api.claim_outbox(2)), 2, 'a relay claims as many as it asks for');
select is(jsonb_array_length(api.claim_outbox(100)), 1, 'a second relay claims the others');
select is(api.claim_outbox(100), '[]', 'a claimed message cannot be claimed again at once');
select tests.act_as_nobody();
update core.outbox set available_at = available_at - interval '1 minute';
select tests.act_as_service();
select is(
  (select array_agg(distinct c ->> 'attempt')
   from jsonb_array_elements(api.claim_outbox(100)) as c),
  '{2}', 'a message whose claim was not recorded within a minute is claimed again');

-- Recorded.
select results_eq($$ execute record(1, 'x') $$, 'values (0)',
  'a relay cannot record a claim that another has followed up');
select results_eq($$ execute record(2, 'x') $$, 'values (3)',
  'a relay records the outcome of each message it claimed');
select results_eq($$ execute record(2, null) $$, 'values (1)',
  'a message that was sent is not recorded again');
select tests.act_as_nobody();
update core.outbox set sent_at = null, attempts = 1
where topic = 'payout_account_changed';
select tests.act_as_service();
select results_eq($$ execute record(1, 'x') $$, 'values (1)',
  'a message may be rejected by the queue');
select tests.act_as_nobody();
select results_eq(
  $$ select last_error, available_at between now() + interval '1.4 seconds'
                                         and now() + interval '2.6 seconds'
     from core.outbox where sent_at is null $$,
  $$ values ('x', true) $$, 'a message rejected the first time waits about two seconds');
update core.outbox set attempts = 12 where sent_at is null;
select tests.act_as_service();
select results_eq($$ execute record(12, 'y') $$, 'values (1)',
  'a message may be rejected by the queue many times');
select tests.act_as_nobody();
select is(
  (select available_at between now() + interval '11 minutes' and now() + interval '19 minutes'
   from core.outbox where sent_at is null),
  true, 'a message rejected many times waits about fifteen minutes');

-- Trimmed.
select tests.act_as_service();
select is(api.trim_outbox(), 0, 'a message of today is not trimmed');
select tests.act_as_nobody();
update core.outbox
set outbox_id = internal.uuid_v7_floor(now() - interval '91 days')
where topic = 'review_received';
insert into core.outbox (outbox_id, topic, person_id, payload)
values (internal.uuid_v7_floor(now() - interval '92 days'), 'payout_paid', tests.id('alice'), '{}');
select tests.act_as_service();
select is(api.trim_outbox(), 1, 'a message that was sent is trimmed after ninety days');
select is(api.trim_outbox(), 0, 'the outbox is trimmed once');
select tests.act_as_nobody();
select is(
  (select count(*) from core.outbox where sent_at is null), 2::bigint,
  'a message that was never sent is not trimmed');

-- Alarms to staff.
select tests.act_as_nobody();
delete from core.outbox;
select internal.announce('staff.fraud_warning', null, '{}');
select tests.act_as_service();
select is(api.claim_outbox(9), '[]', 'an alarm that nobody would read is not taken out of the outbox');
select tests.act_as_nobody();
select tests.make_staff('sam');
insert into core.person_private (person_id, contact_email)
values (tests.id('sam'), 'sam@convene.example')
on conflict (person_id) do update set contact_email = excluded.contact_email;
select tests.act_as('sam');
select is((select problem from api.list_stuck_work() where queue = 'outbox'), null,
  'an alarm that somebody would read does not stand still');
select tests.act_as_nobody();
select is(internal.address_of_staff(), 'sam@convene.example',
  'without an address of the house alarms go to a member of staff');
update core.marketplace set support_email = 'help@convene.example';
select is(internal.address_of_staff(), 'help@convene.example',
  'alarms go to the address of the house when there is one');
select tests.act_as_service();
select is(jsonb_array_length(api.claim_outbox(9)), 1, 'an alarm that waited is sent');
select tests.act_as_nobody();
select * from finish();
rollback;
