-- Every free text that somebody can write is in the export and in the erasure.

begin;
select plan(5);

-- Columns of text that no check, reference or generation confines to the house's own words.
create view free_text as
select c.relname || '.' || a.attname as name, c.relname, a.attname,
       format_type(a.atttypid, null) as type
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'core'::regnamespace
  and c.relkind = 'r'
  and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
  and not exists (
    select from pg_constraint as k
    where k.conrelid = c.oid and a.attnum = any (k.conkey)
      and (k.contype = 'f' or pg_get_constraintdef(k.oid) ~ (a.attname || ' = ANY')));

-- What becomes of each. `told`: exported, and gone with the person. `gone`: gone, and nothing the
-- person has said. `kept`: why.
create table fate (name text primary key, fate text, why text);
insert into fate values
  ('availability_exception.reason', 'told', null),
  ('booking.cancel_reason', 'told', null),
  ('booking.customer_notes', 'told', null),
  ('booking.idempotency_key', 'told', null),
  ('booking_event.reason', 'told', null),
  ('booking_note.provider_notes', 'told', null),
  ('busy_calendar.etag', 'told', null),
  ('busy_calendar.last_error', 'told', null),
  ('busy_calendar.url', 'told', null),
  ('calendar_feed.key_hash', 'kept', 'a digest of a random key; the row goes, held by erasure.sql'),
  ('call_off.reason', 'told', null),
  ('conversation.title', 'told', null),
  ('message.body', 'told', null),
  ('message_original.body', 'told', null),
  ('case_attachment.name', 'told', null),
  ('case_attachment.url', 'told', null),
  ('credential.issued_by', 'told', null),
  ('credential.name', 'told', null),
  ('credential.url', 'told', null),
  ('location.city', 'told', null),
  ('location.country', 'told', null),
  ('location.label', 'told', null),
  ('location.region', 'told', null),
  ('location_exact.address', 'told', null),
  ('location_exact.postal_code', 'told', null),
  ('subject.breed', 'told', null),
  ('subject.name', 'told', null),
  ('subject.notes', 'told', null),
  ('subject.size', 'told', null),
  ('subject_photo.url', 'told', null),
  ('support_case.booking_ref', 'told', null),
  ('support_case.description', 'told', null),
  ('support_case.kind', 'told', null),
  ('support_case.resolution', 'told', null),
  ('support_case.title', 'told', null),
  ('payment_method.brand', 'told', null),
  ('payment_method.external_id', 'told', null),
  ('payment_method.kind', 'told', null),
  ('payment_method.last4', 'told', null),
  ('promotion.features', 'told', null),
  ('referral_code.code', 'told', null),
  ('course.image_url', 'told', null),
  ('course.preview_url', 'told', null),
  ('course_body.body', 'told', null),
  ('course_section.title', 'told', null),
  ('course_section.description', 'told', null),
  ('section_body.body', 'told', null),
  ('section_body.video_url', 'told', null),
  ('lesson.title', 'told', null),
  ('lesson.description', 'told', null),
  ('lesson_body.body', 'told', null),
  ('lesson_body.video_url', 'told', null),
  ('lesson_attachment.name', 'told', null),
  ('lesson_attachment.url', 'told', null),
  ('certificate.learner_name', 'told', null),
  ('post.title', 'told', null),
  ('post.body', 'told', null),
  ('comment.body', 'told', null),
  ('report.reason', 'told', null),
  ('profile.goals', 'told', null),
  ('profile.social_links', 'told', null),
  ('certificate.provider_name', 'gone', 'the name of the day it was issued'),
  ('certificate.course_title', 'kept', 'what was completed'),
  ('post.hidden_reason', 'gone', 'what a moderator said of it'),
  ('comment.hidden_reason', 'gone', 'what a moderator said of it'),
  ('customer.goals', 'told', null),
  ('customer.interests', 'told', null),
  ('move_proposal.reason', 'told', null),
  ('offering.attrs', 'told', null),
  ('offering.category_code', 'told', null),
  ('offering.description', 'told', null),
  ('offering.prerequisites', 'told', null),
  ('offering.slug', 'told', null),
  ('offering.summary', 'told', null),
  ('offering.tags', 'told', null),
  ('offering_material.materials_url', 'told', null),
  ('offering_venue.meeting_url', 'told', null),
  ('offering_venue.place', 'told', null),
  ('order.asked', 'told', null),
  ('order.idempotency_key', 'told', null),
  ('payout.idempotency_key', 'told', null),
  ('payout_account.details', 'told', null),
  ('person.avatar_url', 'told', null),
  ('person.bio', 'told', null),
  ('person.display_name', 'told', null),
  ('person.first_name', 'told', null),
  ('person.last_name', 'told', null),
  ('person.legacy_ref', 'told', null),
  ('person.locale', 'told', null),
  ('person.username', 'told', null),
  ('person_private.contact_email', 'told', null),
  ('person_private.gender', 'told', null),
  ('person_private.phone', 'told', null),
  ('person_private.emergency_phone', 'told', null),
  ('provider.provider_type', 'told', null),
  ('provider.specialties', 'told', null),
  ('refund.reason', 'told', null),
  ('review.comment', 'told', null),
  ('review.reply', 'told', null),
  ('stock_item.sku', 'told', null),
  ('notification.payload', 'told', null),
  ('delivery.detail', 'gone', 'what a mail server answered'),
  ('outbox.payload', 'gone', 'ids, and links that prove an address'),
  ('payout_account.bank_ref', 'gone', 'Stripe''s id of a bank account'),
  ('payout_account.requirements', 'gone', 'what Stripe asks for'),
  ('stripe_event.payload', 'kept', 'emptied by another path, held by privacy.sql'),
  ('imported_row.legacy_ref', 'kept', 'the key of a row in another system, and not that of a person'),
  ('imported_row.source', 'kept', 'the name of another system'),
  ('audit_log.after', 'kept', 'what staff has done, and why'),
  ('audit_log.before', 'kept', 'what staff has done, and why'),
  ('ledger_transfer.description', 'kept', 'the books, written by staff'),
  ('payout_hold.reason', 'kept', 'written by staff'),
  ('reconciliation_finding.note', 'kept', 'written by staff'),
  ('booking.offering_title', 'kept', 'what was bought'),
  ('ticket.code', 'kept', 'random, and of the house''s own making'),
  ('subject.kind', 'kept', 'the house''s own words'),
  ('offering.title', 'kept', 'what was bought'),
  ('order_line.title', 'kept', 'what was bought'),
  ('coupon.code', 'kept', 'what orders were paid with'),
  ('refund.covered_lines', 'kept', 'ids of lines, and sums'),
  ('refund.cause', 'kept', 'a key of the house or of staff'),
  ('person.timezone', 'kept', 'a zone that the server knows'),
  ('availability_rule.timezone', 'kept', 'a zone that the server knows');

-- What the house writes itself.
insert into fate
select f.name, 'kept', 'the house''s own words'
from free_text as f
where f.relname in ('marketplace', 'role', 'currency', 'notification_type', 'cancellation_policy',
                    'stripe_command', 'event_cursor', 'balance_transaction', 'ledger_account',
                    'category', 'clock_failure')
   or f.name ~ '^audit_log\.(action|actor_role|entity|entity_id|hash)$'
   or f.name ~ '^stripe_event\.' and f.name <> 'stripe_event.payload'
   or f.name ~ '\.(currency|external_id|charge_id|failure|failure_code|last_error|topic|number)$'
   or f.name in ('dispute.reason', 'dispute.status', 'reconciliation_finding.external_id',
                 'ledger_transfer.idempotency_key', 'ledger_transfer.kind',
                 'ledger_transfer.reference_kind', 'booking.policy_tiers', 'booking_event.actor',
                 'booking_event.from_status', 'booking_event.to_status', 'notification.type')
on conflict do nothing;

select is_empty($$ select name from free_text where name not in (select name from fate) $$,
  'every free text has a written rule of what becomes of it');
select is_empty(
  $$ select f.name, f.type
     from free_text as f
     join fate using (name)
     where fate = 'told'
       and not exists (
         select from pg_constraint as k
         where k.conrelid = ('core.' || quote_ident(f.relname))::regclass and k.contype = 'c'
           and pg_get_constraintdef(k.oid) ~ ('length\(.*\m' || f.attname || '\M.*\) <= \d'))
       -- The house makes it: of limited words, or four digits.
       and f.name not in ('payment_method.last4', 'certificate.learner_name',
                          'notification.payload', 'support_case.kind', 'referral_code.code') $$,
  'every free text that somebody can write has a limit, whichever door it comes through');

-- Alice and Tara, and a row of everything, filled with words nobody else uses.
select tests.offer('lesson', 'tara', 10000);
select tests.paid('lesson', 'alice');
select tests.event('evt_r', 'refund.created', tests.refund(p.payment_id, 're_1', 100, 'succeeded'))
from core.payment as p;
set constraints all immediate;
set session_replication_role = replica;
-- No word is a URL, or a pair of letters: the checks of the columns would refuse it.
do $$
declare
  v_check record;
begin
  for v_check in
    select k.conname, k.conrelid::regclass as relation
    from pg_constraint as k
    where k.contype = 'c' and k.connamespace = 'core'::regnamespace
  loop
    execute format('alter table %s drop constraint %I', v_check.relation, v_check.conname);
  end loop;
end
$$;
insert into core.person_private (person_id)
select p from unnest(array[tests.id('alice'), tests.id('tara')]) as p on conflict do nothing;
insert into core.credential (provider_id, name) values (tests.id('tara'), 'x');
insert into core.location (location_id, person_id) values (tests.id('home'), tests.id('alice'));
insert into core.location_exact (location_id) values (tests.id('home'));
insert into core.subject (subject_id, customer_id, name)
values (tests.id('rex'), tests.id('alice'), 'x');
insert into core.subject_photo (subject_id, url) values (tests.id('rex'), 'x');
insert into core.availability_exception (provider_id, kind, during)
values (tests.id('tara'), 'block', tstzrange(now(), now() + interval '1 hour'));
insert into core.offering_venue (offering_id, place) values (tests.id('offering lesson'), 'x');
insert into core.busy_calendar (provider_id, url) values (tests.id('tara'), 'x');
insert into core.offering_material (offering_id, materials_url)
values (tests.id('offering lesson'), 'x');
insert into core.stock_item (offering_id) values (tests.id('offering lesson'));
insert into core.booking_note (booking_id, provider_notes) select booking_id, 'x' from core.booking;
insert into core.call_off (call_off_id, provider_id, during)
values (gen_random_uuid(), tests.id('tara'), tstzrange(now(), now() + interval '1 hour'));
insert into core.move_proposal
  (move_proposal_id, booking_id, slot_id, seats, holds_seats, expires_at)
select gen_random_uuid(), b.booking_id, b.slot_id, 1, false, now() from core.booking as b;
insert into core.review
  (review_id, booking_id, author_id, author_side, provider_id, offering_id, rating)
select gen_random_uuid(), b.booking_id, b.customer_id, 'customer', b.provider_id, b.offering_id, 5
from core.booking as b;
insert into core.payout_account (payout_account_id, provider_id, rail, details)
values (gen_random_uuid(), tests.id('tara'), 'manual', 'x');
insert into core.payout
  (payout_id, provider_id, payout_account_id, origin, amount_minor, currency)
select gen_random_uuid(), a.provider_id, a.payout_account_id, 'request', 1, 'EUR'
from core.payout_account as a;
insert into core.delivery (outbox_id, state, settled_at)
select o.outbox_id, 'sent', now() from core.outbox as o;
update core.booking
set status = 'cancelled', cancelled_by = 'customer', cancelled_at = now(),
    ends_at = now() - interval '1 day', starts_at = now() - interval '2 days';
insert into core.support_case (support_case_id, person_id, title)
values (tests.id('case'), tests.id('alice'), 'x');
insert into core.case_attachment (case_attachment_id, support_case_id, position, url)
values (tests.id('case'), tests.id('case'), 1, 'x');
insert into core.payment_method (payment_method_id, person_id, external_id)
values (tests.id('card'), tests.id('alice'), 'x');
insert into core.referral_code (person_id, code) values (tests.id('alice'), 'x');
insert into core.promotion (promotion_id, provider_id, kind, duration_days, currency)
values (tests.id('boost'), tests.id('tara'), 'profile_boost', 1, 'EUR');
insert into core.conversation (conversation_id, kind, opened_by)
values (tests.id('talk'), 'group', tests.id('alice'));
insert into core.conversation_member (conversation_id, person_id)
values (tests.id('talk'), tests.id('alice'));
insert into core.message (message_id, conversation_id, sender_id, body)
values (tests.id('talk'), tests.id('talk'), tests.id('alice'), 'x');
insert into core.message_original (message_id, body) values (tests.id('talk'), 'x');
insert into core.course (offering_id, provider_id)
values (tests.id('offering lesson'), tests.id('tara'));
insert into core.course_body (offering_id, provider_id, body)
values (tests.id('offering lesson'), tests.id('tara'), 'x');
insert into core.course_section (section_id, offering_id, provider_id, title, position)
values (tests.id('section'), tests.id('offering lesson'), tests.id('tara'), 'x', 1);
insert into core.section_body (section_id, offering_id, provider_id)
values (tests.id('section'), tests.id('offering lesson'), tests.id('tara'));
insert into core.lesson (lesson_id, section_id, offering_id, provider_id, title, position)
values (tests.id('part'), tests.id('section'), tests.id('offering lesson'), tests.id('tara'), 'x', 1);
insert into core.lesson_body (lesson_id, offering_id, provider_id)
values (tests.id('part'), tests.id('offering lesson'), tests.id('tara'));
insert into core.lesson_attachment (lesson_id, offering_id, provider_id, name, url)
values (tests.id('part'), tests.id('offering lesson'), tests.id('tara'), 'x', 'x');
insert into core.enrolment (enrolment_id, customer_id, offering_id, provider_id)
values (tests.id('place'), tests.id('alice'), tests.id('offering lesson'), tests.id('tara'));
insert into core.certificate
  (number, enrolment_id, customer_id, learner_name, course_title, provider_name)
values ('1', tests.id('place'), tests.id('alice'), 'x', 'x', 'x');
insert into core.post (post_id, author_id, title, body)
values (tests.id('post'), tests.id('alice'), 'x', 'x');
insert into core.comment (post_id, author_id, body)
values (tests.id('post'), tests.id('alice'), 'x');
insert into core.report (reporter_id, post_id, reason)
values (tests.id('alice'), tests.id('post'), 'x');
insert into core.profile (customer_id) values (tests.id('alice'));
update core.ledger_balance set balance_minor = 0;
update core.booking_event
set actor = 'customer', actor_id = tests.id('alice');

create function fill() returns void language plpgsql as $$
declare
  v_word record;
begin
  for v_word in
    select f.* from free_text as f join fate using (name) where fate in ('told', 'gone')
  loop
    execute format(
      case v_word.type
        when 'text' then 'update core.%1$I as t set %2$I = left(%3$L || ctid::text, 60)'
        when 'text[]' then 'update core.%1$I as t set %2$I = array[%3$L]'
        else 'update core.%1$I as t set %2$I = jsonb_build_object(''w'', %3$L)' end,
      v_word.relname, v_word.attname, 'canary-' || v_word.name || '!');
  end loop;
end
$$;
select fill();
set session_replication_role = origin;

create table copies (copy text);
grant insert on copies to public;
select tests.act_as('alice');
insert into copies select api.export_my_data()::text;
select tests.act_as('tara');
insert into copies select api.export_my_data()::text;
select tests.act_as_nobody();
select is_empty($$
  select name from fate
  where fate = 'told' and not exists (
    select from copies where strpos(copy, 'canary-' || name || '!') > 0)
$$, 'the export has every word the person has written');

select tests.act_as('alice');
select api.erase_me();
select tests.act_as('tara');
select api.erase_me();
select tests.act_as_nobody();

create function left_over() returns setof text language plpgsql as $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid from pg_class as c
    where c.relnamespace = 'core'::regnamespace and c.relkind = 'r' and c.relname <> 'audit_log'
  loop
    return query execute format(
      'select distinct (regexp_matches(t::text, ''canary-([a-z_.]+)'', ''g''))[1] from %s as t',
      v_table);
  end loop;
end
$$;
select is_empty('select * from left_over()', 'the erasure leaves none of them');
select throws_ok($$ update core.booking_event set reason = 'another' $$, '42501', null,
  'the history of a booking is changed in no other way');

select * from finish();
rollback;
