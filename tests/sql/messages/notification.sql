-- What people are told, what they wish, and what leaves the house.

begin;
select plan(35);

select tests.introduce('alice', 'tara', 'eve');
update core.person set timezone = 'Europe/Copenhagen' where person_id = tests.id('alice');
insert into core.person_private (person_id, contact_email)
values (tests.id('alice'), 'alice@example.org');

select internal.notify(tests.id('alice'), 'payout_paid', '{}');
select internal.notify(tests.id('alice'), 'payout_account_changed', '{}');
select internal.notify(tests.id('eve'), 'review_received', '{}');

select throws_ok(
  $$ select internal.notify(tests.id('alice'), 'no_such_type', '{}') $$, 'P0001', null,
  'a notification of an unknown type cannot be sent');

-- In the app.
select tests.act_as('alice');

select results_eq(
  'select api.mark_notifications_read(null)', 'values (2)',
  'a person marks all their notifications read');
select results_eq(
  'select api.mark_notifications_read(null)', 'values (0)',
  'marking notifications read again changes nothing');
select throws_ok(
  'select * from core.notification', '42501', null,
  'a person cannot read a core table');
select throws_ok(
  'select api.claim_outbox(1)', '42501', null, 'a person cannot claim the outbox');
select throws_ok(
  $$ select api.claim_delivery(gen_random_uuid()) $$, '42501', null,
  'a person cannot claim a delivery');
select throws_ok(
  $$ select api.record_delivery(gen_random_uuid(), 1, 'sent', '') $$, '42501', null,
  'a person cannot record a delivery');
select throws_ok(
  'select api.remind_of_bookings(1)', '42501', null, 'a person cannot run the clock''s reminders');

select tests.act_as_nobody();
select is(
  (select count(*) from core.notification as n where n.read_at is null), 1::bigint,
  'marking all read leaves the notifications of others unread');

-- Wishes.
select tests.act_as('alice');
select lives_ok(
  $$ select api.set_notification_preference('payout_paid', false) $$,
  'a person turns off mail that is not essential');
select throws_ok(
  $$ select api.set_notification_preference('booking_cancelled', false) $$,
  'M9601', 'notification_is_essential', 'a person cannot turn off essential mail');
select throws_ok(
  $$ select api.set_notification_preference('x', false) $$,
  'M4601', 'notification_type_not_found', 'a person cannot turn off mail of an unknown type');
select results_eq(
  $$ select p.type, p.wants_email from api.list_notification_preferences() as p
     where p.type in ('payout_paid', 'review_received') order by p.type $$,
  $$ values ('payout_paid', false), ('review_received', true) $$,
  'the list of preferences shows what was chosen and the defaults');
select throws_ok(
  $$ select api.set_quiet_hours('22:00', null) $$, '23502', null,
  'quiet hours without an end are refused');
select throws_ok(
  $$ select api.set_quiet_hours('22:00', '22:00') $$, '23514', null,
  'quiet hours of a whole day are refused');
select tests.act_as_anonymous();
select throws_ok(
  $$ select api.set_notification_preference('payout_paid', true) $$, '42501', null,
  'an anonymous caller cannot set a preference');

-- From the outbox to the queue.
select tests.act_as_service();
select is(
  jsonb_array_length(api.claim_outbox(100)), 3, 'the relay claims what is due in the outbox');
select is(
  api.claim_outbox(100), '[]', 'a claimed message cannot be claimed again within a minute');

select tests.act_as_nobody();
create temp table message on commit drop as
select o.topic, o.outbox_id from core.outbox as o;
grant select on message to service_role;

select tests.act_as_service();
select is(
  (select api.record_outbox(array_agg(m.outbox_id), array[1, 1, 1], array['x', null, null])
   from message as m), 3,
  'the relay records the outcome of each message it claimed');
select is(
  (select api.record_outbox(array_agg(m.outbox_id), array[2, 2, 2], array['x', 'x', 'x'])
   from message as m), 0,
  'the relay cannot record the outcome of another''s claim');

select tests.act_as_nobody();
select is(
  (select count(*) from core.outbox as o
   where o.sent_at is null and o.last_error = 'x'
     and o.available_at between now() + interval '1.4 seconds' and now() + interval '2.6 seconds'),
  1::bigint, 'a rejected message waits about two seconds');

-- Whether to send.
select tests.act_as_service();
select throws_ok(
  $$ select api.claim_delivery(gen_random_uuid()) $$, 'M4603', 'message_not_found',
  'a delivery of an unknown message is refused, so that it becomes a dead letter');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'reason' from message as m
   where m.topic = 'payout_paid'),
  'The receiver does not want it.', 'mail that the receiver turned off is not sent');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'reason' from message as m
   where m.topic = 'review_received'),
  'The receiver has no address.', 'mail to a receiver without an address is not sent');
select is(
  (select api.claim_delivery(m.outbox_id) #> '{message,recipient}' from message as m
   where m.topic = 'payout_account_changed'),
  '{"address": "alice@example.org", "name": "alice", "locale": "en",
    "timezone": "Europe/Copenhagen"}',
  'a message to send is leased with the facts its mail is written from');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'action' from message as m
   where m.topic = 'payout_account_changed'),
  'busy', 'a second mailer is told that the message is leased');
select lives_ok(
  $$ select api.record_delivery(m.outbox_id, 7, 'refused', '') from message as m
     where m.topic = 'payout_account_changed' $$,
  'a result from a mailer without the lease is ignored');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'action' from message as m
   where m.topic = 'payout_account_changed'),
  'busy', 'a mailer without the lease cannot release it');
select lives_ok(
  $$ select api.record_delivery(m.outbox_id, 1, 'retry', 'x') from message as m
     where m.topic = 'payout_account_changed' $$,
  'the mailer with the lease asks for a retry');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'attempt' from message as m
   where m.topic = 'payout_account_changed'),
  '2', 'a message to retry is leased to another mailer as attempt 2');
select lives_ok(
  $$ select api.record_delivery(m.outbox_id, 1, 'sent', '250') from message as m
     where m.topic = 'payout_account_changed' $$,
  'a mailer that lost its lease may still record that it sent the mail');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'reason' from message as m
   where m.topic = 'payout_account_changed'),
  'sent', 'mail that was sent is not sent again');

-- Turning mail off by its link.
select tests.act_as_nobody();
create temp table link on commit drop as
select m.topic, d.unsubscribe_key
from core.delivery as d
join message as m using (outbox_id);
grant select on link to anon;

select tests.act_as_anonymous();
select is(
  (select api.unsubscribe(l.unsubscribe_key) from link as l where l.topic = 'review_received'),
  'review_received', 'an unsubscribe link works without signing in');
select throws_ok(
  $$ select api.unsubscribe(l.unsubscribe_key)
     from link as l where l.topic = 'payout_account_changed' $$,
  'M9601', 'notification_is_essential', 'an unsubscribe link of essential mail is refused');
select throws_ok(
  $$ select api.unsubscribe(gen_random_uuid()) $$, 'M4602', 'unsubscribe_link_not_found',
  'an unknown unsubscribe link is not found');

select * from finish();
rollback;
