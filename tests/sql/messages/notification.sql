-- What people are told, what they wish, and what leaves the house.

begin;
select plan(15);

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

-- Turning mail off by its link.
select tests.act_as_nobody();
insert into core.delivery (outbox_id) select o.outbox_id from core.outbox as o;
create temp table link on commit drop as
select o.topic, d.unsubscribe_key
from core.delivery as d
join core.outbox as o using (outbox_id);
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
