-- Deliveries: whether a message is still to be sent, leased to one mailer at a time.

begin;
select plan(31);

select tests.introduce('alice', 'eve');
update core.person set timezone = 'Europe/Copenhagen' where person_id = tests.id('alice');
insert into core.person_private (person_id, contact_email)
values (tests.id('alice'), 'alice@example.org');
insert into core.notification_preference (person_id, type, wants_email)
values (tests.id('alice'), 'payout_paid', false);
select internal.notify(tests.id('alice'), 'payout_paid', '{}');
select internal.notify(tests.id('alice'), 'payout_account_changed', '{}');
select internal.notify(tests.id('alice'), 'payout_failed', '{}');
select internal.notify(tests.id('eve'), 'review_received', '{}');
select internal.notify(tests.id('alice'), 'booking_confirmed',
                       jsonb_build_object('booking_id', tests.id('no such booking')));
create temp table message on commit drop as select o.topic, o.outbox_id from core.outbox as o;
grant select on message to service_role;

create function tests.claim(p_topic text)
returns jsonb
language sql
as $$ select api.claim_delivery(m.outbox_id) from message as m where m.topic = p_topic $$;
prepare record (integer, text) as
select count(api.record_delivery(m.outbox_id, $1, $2, 'x')) from message as m
where m.topic = 'payout_account_changed';
grant execute on all functions in schema tests to public;

-- Who.
select tests.act_as('alice');
select throws_ok($$ select api.claim_delivery(gen_random_uuid()) $$, '42501', null,
  'a person cannot claim a delivery');
select throws_ok($$ select api.record_delivery(gen_random_uuid(), 1, 'sent', '') $$, '42501',
  null, 'a person cannot record a delivery');

-- Whether to send.
select tests.act_as_service();
select throws_ok(
  $$ select api.claim_delivery(gen_random_uuid()) $$, 'M4603', 'message_not_found',
  'a delivery of an unknown message is refused, so that it becomes a dead letter');
select is(tests.claim('payout_paid') ->> 'reason', 'The receiver does not want it.',
  'mail that the receiver turned off is not sent');
select is(tests.claim('review_received') ->> 'reason', 'The receiver has no address.',
  'mail to a receiver without an address is not sent');
select is(tests.claim('booking_confirmed') ->> 'reason', 'It is no longer true.',
  'mail of a booking that is not confirmed any more is not sent');
select is(tests.claim('payout_paid') ->> 'reason', 'skipped',
  'a message that was not to be sent stays settled');

-- Leased to one mailer.
select is(
  tests.claim('payout_account_changed') #> '{message,recipient}',
  '{"address": "alice@example.org", "name": "alice", "locale": "en",
    "timezone": "Europe/Copenhagen"}',
  'a message to send is leased with the facts its mail is written from');
select is(tests.claim('payout_account_changed') ->> 'action', 'busy',
  'a second mailer is told that the message is leased');
select lives_ok($$ execute record(7, 'refused') $$,
  'a result from a mailer without the lease is ignored');
select is(tests.claim('payout_account_changed') ->> 'action', 'busy',
  'a mailer without the lease cannot release it');
select lives_ok($$ execute record(1, 'retry') $$, 'the mailer with the lease asks for a retry');
select is(tests.claim('payout_account_changed') ->> 'attempt', '2',
  'a message to retry is leased to another mailer as attempt 2');
select tests.act_as_nobody();
update core.delivery set claimed_until = now() where claimed_until is not null;
select tests.act_as_service();
select is(tests.claim('payout_account_changed') ->> 'attempt', '3',
  'a message whose lease ran out is leased to another mailer');
select lives_ok($$ execute record(1, 'sent') $$,
  'a mailer that lost its lease may still record that it sent the mail');
select is(tests.claim('payout_account_changed') ->> 'reason', 'sent',
  'mail that was sent is not sent again');

-- Quiet hours.
select tests.act_as_nobody();
insert into core.quiet_hours (person_id, begins, ends)
select tests.id('alice'), (l.local - interval '1 hour')::time, (l.local + interval '1 hour')::time
from (select now() at time zone 'Europe/Copenhagen' as local) as l;
select internal.notify(tests.id('alice'), 'review_received', '{}');
select tests.act_as_service();
select is(
  (select api.claim_delivery(o) ->> 'reason' from tests.last_message('review_received') as o),
  'quiet hours', 'mail that can wait is not sent in the receiver''s quiet hours');
select tests.act_as_nobody();
select is(
  (select abs(extract(epoch from available_at - now() - interval '1 hour')) < 1
   from core.outbox where outbox_id = tests.last_message('review_received')),
  true, 'mail that can wait is due again when the quiet hours end');
update core.quiet_hours
set begins = ends, ends = (ends + interval '1 hour')::time;
select tests.act_as_service();
select is(
  (select api.claim_delivery(o) ->> 'action' from tests.last_message('review_received') as o),
  'send', 'mail is sent before the receiver''s quiet hours begin');

-- Refused for good, and secrets.
select is(tests.claim('payout_failed') ->> 'attempt', '1', 'another message is leased');
select tests.act_as_service();
select api.record_delivery(m.outbox_id, 1, 'refused', '550 no such user') from message as m
where m.topic = 'payout_failed';
select is(tests.claim('payout_failed') ->> 'reason', 'refused',
  'mail that the server refused for good is not sent again');
select tests.act_as_nobody();
select tests.introduce('sam');
select tests.make_staff('sam');
select tests.act_as('sam');
select results_eq('select topic, person_id, state, detail from api.list_failed_mail()',
  $$ values ('payout_failed', tests.id('alice'), 'refused', '550 no such user') $$,
  'staff sees which mail was refused for good, and why');
select is_empty($$ select from api.list_failed_mail(now() + interval '1 hour') $$,
  'staff asks for refused mail since a time');
select tests.act_as('alice');
select throws_ok('select * from api.list_failed_mail()', 'M3301', null,
  'a customer does not see the list of refused mail');

-- Who gave the address is told where they look, and not by another mail.
select tests.act_as('alice');
select results_eq(
  $$ select n.type, n.title, n.body, n.payload from api.list_notifications(true) as n
     where n.type = 'mail_refused' $$,
  $$ values ('mail_refused', 'Mail came back',
             'A mail to you was refused by your mail server. Check your address.',
             '{"topic": "payout_failed"}'::jsonb) $$,
  'a person is told in the app that mail to them is refused');
select tests.act_as_nobody();
create function tests.told_again()
returns bigint
language sql
as $$
  select internal.tell_refused(o.outbox_id)
  from core.outbox as o
  where o.topic = 'payout_failed' and o.person_id = tests.id('alice');
  select count(*) from core.notification where type = 'mail_refused';
$$;
select is(tests.told_again(), 1::bigint, 'a person who has not read the notice is not told again');
update core.notification set read_at = now() where type = 'mail_refused';
select is(tests.told_again(), 2::bigint, 'a person who has read the notice is told of the next refusal');
select tests.act_as('eve');
select is_empty($$ select from api.list_notifications() as n where n.type = 'mail_refused' $$,
  'nobody else is told that mail to a person is refused');
select is_empty(
  $$ select from api.list_notification_preferences() as p where p.type = 'mail_refused' $$,
  'what is never mailed is not among the mails to choose from');
select tests.act_as_nobody();
select is_empty($$ select from core.outbox as o where o.topic = 'mail_refused' $$,
  'no mail says that mail is refused');
select internal.announce('auth.email', tests.id('alice'),
  '{"template": "recovery", "address": "alice@example.org", "code": "123456"}');
select tests.act_as_service();
select api.claim_delivery(o), api.record_delivery(o, 1, 'sent', '')
from tests.last_message('auth.email') as o;
select tests.act_as_nobody();
select is(
  (select payload from core.outbox where topic = 'auth.email'), '{"template": "recovery"}',
  'the secrets of a mail are forgotten when it was sent');

select * from finish();
rollback;
