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
  'nobody is told what no template can say');

-- In the app.
select tests.act_as('alice');

select results_eq(
  'select api.mark_notifications_read(null)', 'values (2)',
  'a person marks all their notifications read');
select results_eq(
  'select api.mark_notifications_read(null)', 'values (0)',
  'and doing it again changes nothing');
select throws_ok(
  'select * from core.notification', '42501', null,
  'a person cannot name a core table');
select throws_ok(
  'select api.claim_outbox(1)', '42501', null, 'a person cannot claim the outbox');
select throws_ok(
  $$ select api.claim_delivery(gen_random_uuid()) $$, '42501', null,
  'a person cannot claim a delivery');
select throws_ok(
  $$ select api.record_delivery(gen_random_uuid(), 1, 'sent', '') $$, '42501', null,
  'a person cannot record a delivery');
select throws_ok(
  'select api.remind_of_bookings(1)', '42501', null, 'a person cannot play the clock');

select tests.act_as_nobody();
select is(
  (select count(*) from core.notification as n where n.read_at is null), 1::bigint,
  'those of others are still unread');

-- Wishes.
select tests.act_as('alice');
select lives_ok(
  $$ select api.set_notification_preference('payout_paid', false) $$,
  'a person turns off mail that is not essential');
select throws_ok(
  $$ select api.set_notification_preference('booking_cancelled', false) $$,
  'M9601', 'notification_is_essential', 'but not mail that is');
select throws_ok(
  $$ select api.set_notification_preference('x', false) $$,
  'M4601', 'notification_type_not_found', 'nor mail that does not exist');
select results_eq(
  $$ select p.type, p.wants_email from api.list_notification_preferences() as p
     where p.type in ('payout_paid', 'review_received') order by p.type $$,
  $$ values ('payout_paid', false), ('review_received', true) $$,
  'the list shows what they chose');
select throws_ok(
  $$ select api.set_quiet_hours('22:00', null) $$, '23502', null,
  'quiet hours have two ends');
select throws_ok(
  $$ select api.set_quiet_hours('22:00', '22:00') $$, '23514', null,
  'and are not the whole day');
select tests.act_as_anonymous();
select throws_ok(
  $$ select api.set_notification_preference('payout_paid', true) $$, '42501', null,
  'nobody wishes without signing in');

-- From the outbox to the queue.
select tests.act_as_service();
select is(
  jsonb_array_length(api.claim_outbox(100)), 3, 'the relay claims what is due');
select is(
  api.claim_outbox(100), '[]', 'what is claimed is nobody else''s for a minute');

select tests.act_as_nobody();
create temp table message on commit drop as
select o.topic, o.outbox_id from core.outbox as o;
grant select on message to service_role;

select tests.act_as_service();
select is(
  (select api.record_outbox(array_agg(m.outbox_id), array[1, 1, 1], array['x', null, null])
   from message as m), 3,
  'the relay records what became of each');
select is(
  (select api.record_outbox(array_agg(m.outbox_id), array[2, 2, 2], array['x', 'x', 'x'])
   from message as m), 0,
  'but not of a claim that is not its own');

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
  'an unknown message belongs to the dead letters');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'reason' from message as m
   where m.topic = 'payout_paid'),
  'The receiver does not want it.', 'what is unwanted is not sent');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'reason' from message as m
   where m.topic = 'review_received'),
  'The receiver has no address.', 'nor what has nowhere to go');
select is(
  (select api.claim_delivery(m.outbox_id) #> '{message,recipient}' from message as m
   where m.topic = 'payout_account_changed'),
  '{"address": "alice@example.org", "name": "alice", "locale": "en",
    "timezone": "Europe/Copenhagen"}',
  'the rest is leased, with the facts it is written from');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'action' from message as m
   where m.topic = 'payout_account_changed'),
  'busy', 'a second mailer is told that the first is at it');
select lives_ok(
  $$ select api.record_delivery(m.outbox_id, 7, 'refused', '') from message as m
     where m.topic = 'payout_account_changed' $$,
  'a mailer without the lease');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'action' from message as m
   where m.topic = 'payout_account_changed'),
  'busy', 'cannot give it up');
select lives_ok(
  $$ select api.record_delivery(m.outbox_id, 1, 'retry', 'x') from message as m
     where m.topic = 'payout_account_changed' $$,
  'the one with it');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'attempt' from message as m
   where m.topic = 'payout_account_changed'),
  '2', 'can, and another goes on');
select lives_ok(
  $$ select api.record_delivery(m.outbox_id, 1, 'sent', '250') from message as m
     where m.topic = 'payout_account_changed' $$,
  'a mail that is out is out, whoever sent it');
select is(
  (select api.claim_delivery(m.outbox_id) ->> 'reason' from message as m
   where m.topic = 'payout_account_changed'),
  'sent', 'and is not sent again');

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
  'review_received', 'whoever has the link needs no password');
select throws_ok(
  $$ select api.unsubscribe(l.unsubscribe_key) from link as l where l.topic = 'payout_account_changed' $$,
  'M9601', 'notification_is_essential', 'essential mail has no such link');
select throws_ok(
  $$ select api.unsubscribe(gen_random_uuid()) $$, 'M4602', 'unsubscribe_link_not_found',
  'and nobody guesses one');

select * from finish();
rollback;
