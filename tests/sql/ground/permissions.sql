-- Who may do what with which table, as the heads of sql/policies say in prose.
--
-- First what is granted at all, then what the policies let through when everything is granted:
-- each must hold without the other. Small letters: some rows; capitals: all rows.
--
--   s select   i insert   u update   d delete

begin;
select plan(111);

-- Two of everything: Alice's with Tara, Bob's with Uwe. Eve has a token and nothing else;
-- Sam works here.
select tests.offer('a', 'tara', 5000);
select tests.offer('b', 'uwe', 5000, p_starts => now() + interval '11 days');
select tests.paid('a', 'alice');
select tests.paid('b', 'bob');
select tests.make_staff('sam');

-- What only Uwe and Bob may still see.
update core.offering set is_active = false where title = 'b';
update core.slot set state = 'closed' where slot_id = tests.id('b');

create temp table pair as
select b.booking_id, b.slot_id, b.offering_id, b.provider_id, b.customer_id, p.payment_id,
       p.order_id, gen_random_uuid() as id
from core.booking as b
join core.payment as p using (booking_id);

-- What no story above has made, past the foreign keys: only its owners matter here.
set local session_replication_role = replica;
insert into core.availability_exception (provider_id, kind, during)
select provider_id, 'block', tstzrange(now(), now() + interval '1 hour') from pair;
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
select provider_id, 1, '09:00', '10:00', 'UTC' from pair;
insert into core.clock_failure (task, subject_id, last_error)
select 'expire_bookings', id, 'P0001' from pair;
insert into core.audit_log (audit_log_id, actor_id, actor_role, action, entity, hash)
select id, provider_id, 'x', 'x', 'x', '' from pair;
insert into core.balance_transaction (balance_transaction_id, external_id, kind, currency,
                                      amount_minor, fee_minor, happened_at)
select id, 'txn_' || id, 'charge', 'EUR', 1, 0, now() from pair;
insert into core.booking_note select booking_id, 'note' from pair;
insert into core.imported_row (row_id, kind, source, legacy_ref)
select booking_id, 'booking', 'x', booking_id::text from pair;
insert into core.booking_reminder (booking_id, starts_at, lead_min)
select booking_id, now(), 60 from pair;
insert into core.call_off (call_off_id, provider_id, during)
select id, provider_id, tstzrange(now(), now() + interval '1 hour') from pair;
insert into core.cancellation_policy (provider_id, name, tiers)
select provider_id, 'own', '[{"hours_before": 0, "refund_percent": 0}]' from pair;
insert into core.coupon (coupon_id, code, provider_id, kind, percent)
select id, upper('c' || left(id::text, 8)), provider_id, 'percent', 10 from pair;
insert into core.coupon_redemption (order_id, coupon_id, customer_id)
select order_id, id, customer_id from pair;
insert into core.move_proposal (move_proposal_id, booking_id, slot_id, seats, holds_seats, expires_at)
select id, booking_id, slot_id, 1, false, now() from pair;
insert into core.delivery (outbox_id) select id from pair;
insert into core.dispute (dispute_id, payment_id, external_id, amount_minor, status)
select id, payment_id, 'dp_' || id, 1, 'needs_response' from pair;
insert into core.dispute_line (dispute_id, order_line_id, amount_minor)
select p.id, l.order_line_id, 1 from pair as p join core.order_line as l using (order_id);
insert into core.refund_line (refund_id, order_line_id, amount_minor)
select p.id, l.order_line_id, 1 from pair as p join core.order_line as l using (order_id);
insert into core.conversation (conversation_id, kind, first_id, second_id, opened_by)
select id, 'pair', least(customer_id, provider_id), greatest(customer_id, provider_id), customer_id
from pair;
insert into core.conversation_member (conversation_id, person_id)
select id, unnest(array[customer_id, provider_id]) from pair;
insert into core.message (message_id, conversation_id, sender_id, recipient_id, body)
select id, id, customer_id, provider_id, 'hello' from pair;
insert into core.message_original (message_id, body) select id, 'hello' from pair;
insert into core.message_receipt (message_id, person_id) select id, provider_id from pair;
insert into core.support_case (support_case_id, person_id, provider_id, title)
select id, customer_id, provider_id, 'late' from pair;
insert into core.case_attachment (case_attachment_id, support_case_id, position, url)
select id, id, 1, 'https://example.org/' from pair;
insert into core.promotion (promotion_id, provider_id, kind, duration_days, currency)
select id, provider_id, 'profile_boost', 7, 'EUR' from pair;
insert into core.referral_code (person_id, code) select customer_id, left(id::text, 8) from pair;
insert into core.referral (referral_id, referrer_id, referee_id, reward_minor, currency)
select id, provider_id, customer_id, 0, 'EUR' from pair;
insert into core.payment_method (payment_method_id, person_id, external_id)
select id, customer_id, 'fp_' || id from pair;
insert into core.stock_item (offering_id) select offering_id from pair;
insert into core.category (category_id, name, slug) select id, 'c', 'c' || left(id::text, 8) from pair;
insert into core.offering_category (offering_id, category_id) select offering_id, id from pair;
insert into core.credential (provider_id, name) select provider_id, 'x' from pair;
insert into core.provider_rate_tier (provider_id, max_radius_m, rate_minor)
select provider_id, 1000, 1 from pair;
-- The places of the customers; those of providers are in location.sql.
insert into core.location (location_id, person_id, is_primary, area_latitude, area_longitude)
select id, customer_id, true, 1, 1 from pair;
insert into core.location_exact (location_id, address) select id, 'x' from pair;
insert into core.subject (subject_id, customer_id, name) select id, customer_id, 'x' from pair;
insert into core.subject_photo (subject_id, url) select id, 'https://example.org/' from pair;
update core.booking as b set subject_id = p.id from pair as p where p.booking_id = b.booking_id;
insert into core.notification_preference (person_id, type, wants_email)
select customer_id, 'booking_reminder', false from pair;
insert into core.quiet_hours (person_id, begins, ends)
select customer_id, '22:00', '06:00' from pair;
insert into core.favorite (person_id, provider_id) select customer_id, provider_id from pair;
insert into core.block (person_id, blocked_id) select customer_id, provider_id from pair;
insert into core.wish (person_id, offering_id) select customer_id, offering_id from pair;
insert into core.event (slot_id) select slot_id from pair;
insert into core.ticket (ticket_id, booking_id, seat, code)
select id, booking_id, 1, upper(left(translate(id::text, '-', ''), 16)) from pair;
insert into core.offering_material select offering_id, 'https://example.org/' from pair;
insert into core.busy_calendar (provider_id, url) select provider_id, 'https://x.example/' from pair;
insert into core.calendar_feed (person_id, key_hash)
select customer_id, sha256(convert_to(customer_id::text, 'UTF8')) from pair;
insert into core.offering_venue (offering_id, place) select offering_id, 'here' from pair;
insert into core.payout_account (payout_account_id, provider_id, rail, external_id)
select id, provider_id, 'stripe_connect', 'acct_' || id from pair;
insert into core.payout (payout_id, provider_id, payout_account_id, origin, amount_minor, currency)
select id, provider_id, id, 'schedule', 1, 'EUR' from pair;
insert into core.payout_hold (provider_id, reason) select provider_id, 'x' from pair;
insert into core.commission (provider_id, commission_bp) select provider_id, 1000 from pair;
insert into core.payout_leg (payout_leg_id, payout_id, amount_minor) select id, id, 1 from pair;
insert into core.payout_reversal (payout_reversal_id, payout_leg_id, refund_id, amount_minor)
select id, id, id, 1 from pair;
insert into core.person_private (person_id, phone) select customer_id, '1' from pair
on conflict do nothing;
insert into core.reconciliation_finding (reconciliation_finding_id, external_id, problem, currency)
select id, 'txn_' || id, 'unexpected', 'EUR' from pair;
insert into core.refund (refund_id, payment_id, cause, amount_minor)
select id, payment_id, 'policy', 1 from pair;
insert into core.review
  (review_id, booking_id, author_side, author_id, provider_id, offering_id, rating, status)
select id, booking_id, 'customer', customer_id, provider_id, offering_id, 5,
       case provider_id when tests.id('tara') then 'published' else 'hidden' end
from pair;
insert into core.waitlist_entry (waitlist_entry_id, slot_id, customer_id)
select id, slot_id, customer_id from pair;
insert into core.course (offering_id, provider_id, audience)
select offering_id, provider_id,
       case provider_id when tests.id('tara') then 'all' else 'learners' end from pair;
insert into core.course_body (offering_id, provider_id, body)
select offering_id, provider_id, 'x' from pair;
insert into core.course_section (section_id, offering_id, provider_id, audience, title, position)
select p.id, c.offering_id, c.provider_id, c.audience, 'x', 1
from pair as p join core.course as c using (offering_id);
insert into core.section_body (section_id, offering_id, provider_id, audience)
select id, offering_id, provider_id, 'learners' from pair;
insert into core.lesson (lesson_id, section_id, offering_id, provider_id, audience, title, position)
select p.id, p.id, c.offering_id, c.provider_id, c.audience, 'x', 1
from pair as p join core.course as c using (offering_id);
insert into core.lesson_body (lesson_id, offering_id, provider_id, audience)
select id, offering_id, provider_id, 'learners' from pair;
insert into core.lesson_attachment (lesson_id, offering_id, provider_id, audience, name, url)
select id, offering_id, provider_id, 'learners', 'x', 'https://example.org/' from pair;
insert into core.enrolment (enrolment_id, customer_id, offering_id, provider_id, enrolled_at)
select id, customer_id, offering_id, provider_id, now() from pair;
insert into core.section_progress (enrolment_id, section_id) select id, id from pair;
insert into core.lesson_progress (enrolment_id, lesson_id) select id, id from pair;
insert into core.certificate (number, enrolment_id, customer_id, learner_name, course_title, provider_name)
select id::text, id, customer_id, 'x', 'x', 'x' from pair;
insert into core.profile (customer_id) select customer_id from pair;
insert into core.profile_leave (customer_id, provider_id) select customer_id, provider_id from pair;
insert into core.post (post_id, author_id, title, body, is_published)
select id, customer_id, 'x', 'x', provider_id = tests.id('tara') from pair;
insert into core.comment (comment_id, post_id, author_id, body)
select id, id, customer_id, 'x' from pair;
insert into core.report (reporter_id, post_id, reason) select customer_id, id, 'x' from pair;
set local session_replication_role = origin;

select is_empty(
  $$ select c.oid::regclass from pg_class as c
     where c.relnamespace = 'core'::regnamespace and c.relkind = 'r'
       and c.relname not in ('marketplace', 'payout_setting', 'event_cursor')
       and 2 > (xpath('//c/text()', query_to_xml(
           format('select count(*) as c from %s', c.oid::regclass),
           true, false, '')))[1]::text::int $$,
  'every table has two rows, so that one of them belongs to somebody else');

-- What is granted to anon, authenticated and service_role; then which rows it would be, were
-- everything granted: for nobody, Eve, Alice, Tara, Sam of the staff, and the house.
create temp table expected (name text, granted text, rows text);
insert into expected
values
  ('audit_log',                '- s s', '- - - - S S'),
  ('availability_exception',   's s s', 'S S S S S S'),
  ('availability_rule',        's siud siud', 'S S S Siud S SIUD'),
  ('balance_transaction',      '- - s', '- - - - - S'),
  ('block',                    '- s s', '- - s - - S'),
  ('booking',                  '- s s', '- - s s S S'),
  ('booking_event',            '- s s', '- - s s S S'),
  ('booking_note',             '- s s', '- - - s - S'),
  ('booking_reminder',         '- - -', '- - - - - -'),
  ('call_off',                 '- s s', '- - - s S S'),
  ('busy_calendar',            '- s s', '- - - s - S'),
  ('calendar_feed',            '- - -', '- - - - - -'),
  ('cancellation_policy',      's s s', 'S S S S S S'),
  ('case_attachment',          '- s s', '- - s - S S'),
  ('category',                 's s s', 'S S S S S S'),
  ('certificate',              '- s s', '- - s - - S'),
  ('clock_failure',            '- - s', '- - - - - S'),
  ('comment',                  's s s', 's s s s S S'),
  ('commission',               '- s s', '- - - s S S'),
  ('conversation',             '- s s', '- - s s - S'),
  ('conversation_member',      '- s s', '- - s s - S'),
  ('coupon',                   '- s s', '- - - s S S'),
  ('coupon_redemption',        '- s -', '- - s - S -'),
  ('course',                   's s s', 's s s s S S'),
  ('course_body',              's s s', '- - s s - S'),
  ('course_section',           's s s', 's s s s S S'),
  ('credential',               's s s', 'S S S S S S'),
  ('currency',                 's s s', 'S S S S S S'),
  ('customer',                 '- siu s', '- - siu s S S'),
  ('delivery',                 '- - s', '- - - - - S'),
  ('dispute',                  '- s s', '- - - s S S'),
  ('dispute_line',             '- s s', '- - - s S S'),
  ('earning',                  '- s s', '- - - s S S'),
  ('enrolment',                's s s', '- - s s S S'),
  ('event',                    's s s', 'S S S S S S'),
  ('event_cursor',             '- - s', '- - - - - S'),
  ('favorite',                 '- s s', '- - s - - S'),
  ('imported_row',             '- - s', '- - - - - S'),
  ('ledger_account',           '- s s', '- - - s S S'),
  ('ledger_balance',           '- s s', '- - - s S S'),
  ('ledger_entry',             '- s s', '- - - s S S'),
  ('ledger_transfer',          '- s s', '- - - s S S'),
  ('lesson',                   's s s', 's s s s S S'),
  ('lesson_attachment',        's s s', '- - s s - S'),
  ('lesson_body',              's s s', '- - s s - S'),
  ('lesson_progress',          '- s s', '- - s s S S'),
  ('location',                 's s s', '- - s s S S'),
  ('location_exact',           's s s', '- - s s S S'),
  ('marketplace',              's s s', 'S S S S S S'),
  ('message',                  '- s s', '- - s s - S'),
  ('message_original',         '- - -', '- - - - - -'),
  ('message_receipt',          '- s s', '- - s s - S'),
  ('move_proposal',            '- s s', '- - s s S S'),
  ('notification',             '- su s', '- - su su - S'),
  ('notification_preference',  '- s s', '- - s - - S'),
  ('notification_type',        '- s s', '- S S S S S'),
  ('occupancy',                's s s', 'S S S S S S'),
  ('offering',                 's siud s', 's s s siud S S'),
  ('offering_category',        's s s', 's s s s S S'),
  ('offering_material',        's s s', '- - s s S S'),
  ('offering_venue',           's s s', '- - s s S S'),
  ('order',                    '- s s', '- - s - S S'),
  ('order_line',               '- s s', '- - s s S S'),
  ('outbox',                   '- - -', '- - - - - -'),
  ('payment',                  '- s s', '- - s s S S'),
  ('payment_method',           '- s s', '- - s - - S'),
  ('payout',                   '- s s', '- - - s S S'),
  ('payout_account',           '- - s', '- - - - - S'),
  ('payout_hold',              '- s s', '- - - - S S'),
  ('payout_leg',               '- s s', '- - - s S S'),
  ('payout_reversal',          '- s s', '- - - - S S'),
  ('payout_setting',           '- - s', '- - - - - S'),
  ('person',                   's siu siu', 's s siu siu Siu SIU'),
  ('person_private',           '- siu s', '- - siud - S S'),
  ('person_role',              's s s', '- - s s S S'),
  ('post',                     's s s', 's s s s S S'),
  ('profile',                  '- s s', '- - s s - S'),
  ('profile_leave',            '- s s', '- - s s - S'),
  ('promotion',                '- s s', '- - - s S S'),
  ('provider',                 's siu s', 'S S S Siu S S'),
  ('provider_rate_tier',       's s s', 'S S S S S S'),
  ('quiet_hours',              '- s -', '- - s - - -'),
  ('reconciliation_finding',   '- - s', '- - - - - S'),
  ('referral',                 '- s s', '- - s s S S'),
  ('referral_code',            '- s s', '- - s - - S'),
  ('receipt',                  '- s s', '- - s - S S'),
  ('refund',                   '- s s', '- - s s S S'),
  ('refund_line',              '- s s', '- - s s S S'),
  ('report',                   '- s s', '- - s - S S'),
  ('review',                   's s s', 's s s s S S'),
  ('role',                     's s s', 'S S S S S S'),
  ('section_body',             's s s', '- - s s - S'),
  ('section_progress',         '- s s', '- - s s S S'),
  ('slot',                     's s s', 's s s s S S'),
  ('stock_item',               '- s s', '- - - s S S'),
  ('stripe_command',           '- - s', '- - - - - S'),
  ('stripe_event',             '- - s', '- - - - - S'),
  ('subject',                  '- s s', '- - s s - S'),
  ('subject_photo',            '- s s', '- - s s - S'),
  ('support_case',             '- s s', '- - s - S S'),
  ('ticket',                   '- s s', '- - s s S S'),
  ('waitlist_entry',           '- s s', '- - s s S S'),
  ('wish',                     '- s s', '- - s - - S');

select results_eq(
  $$ select c.relname::text collate "default",
            string_agg(coalesce(nullif(concat(
              case when has_any_column_privilege(r.role, c.oid, 'select') then 's' end,
              case when has_any_column_privilege(r.role, c.oid, 'insert') then 'i' end,
              case when has_any_column_privilege(r.role, c.oid, 'update') then 'u' end,
              case when has_table_privilege(r.role, c.oid, 'delete') then 'd' end), ''), '-'), ' '
              order by r.role)
     from pg_class as c
     cross join unnest(array['anon', 'authenticated', 'service_role']) as r(role)
     where c.relnamespace = 'core'::regnamespace and c.relkind = 'r'
     group by 1 order by 1 $$,
  'select name, granted from expected order by name',
  'every privilege granted on a core table is in the list, and no other is');

select is_empty(
  $$ select c.oid::regclass, r.role
     from pg_class as c
     cross join unnest(array['anon', 'authenticated', 'service_role']) as r(role)
     where c.relnamespace = 'identity'::regnamespace and c.relkind = 'r'
       and (has_any_column_privilege(r.role, c.oid, 'select, insert, update')
            or has_table_privilege(r.role, c.oid, 'delete')) $$,
  'no table of identity is granted to a role of the API');

-- Now everything is granted, and the policies stand alone.
grant usage on schema core, internal to anon, authenticated, service_role;
grant all on all tables in schema core to anon, authenticated, service_role;
grant execute on all functions in schema internal to anon, authenticated, service_role;

-- How many rows a statement touches; -1 when a policy refuses it, 1 when something else does,
-- because then a policy has let it through.
create function pg_temp.touched(p_statement text)
returns bigint
language plpgsql
as $$
declare
  v_count bigint;
begin
  begin
    execute p_statement;
    get diagnostics v_count = row_count;
    raise exception using errcode = 'ZZ001', message = v_count;
  exception
    when insufficient_privilege then return -1;
    when sqlstate 'ZZ001' then return sqlerrm;
    when others then return 1;
  end;
end
$$;

create function pg_temp.letter(p_letter text, p_touched bigint, p_all bigint)
returns text
language sql
as $$
  select case when p_touched >= p_all then upper(p_letter) when p_touched > 0 then p_letter end
$$;

-- The columns that a client could name in an insert, and one it could change.
create temp table columns as
select c.relname::text as name,
       string_agg(quote_ident(a.attname), ', ' order by a.attnum) as writable,
       (array_agg(quote_ident(a.attname) order by a.attnum))[1] as first
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'core'::regnamespace and c.relkind = 'r'
  and a.attidentity = '' and a.attgenerated = ''
group by 1;

create function pg_temp.cells(p_name text)
returns text
language plpgsql
as $$
declare
  v_who    text;
  v_cells  text[] := '{}';
  v_column columns;
  v_all    bigint;
  v_rows   bigint;
  v_insert bigint;
  v_copy   text;
  v_update text;
  v_delete text := format('delete from core.%I', p_name);
  v_copies text[];
begin
  select * into v_column from columns where name = p_name;
  v_update := format('update core.%I set %s = %2$s', p_name, v_column.first);
  execute format('select count(*) from core.%I', p_name) into v_all;
  execute format(
    $q$ select array_agg(format(
          'insert into core.%%I (%%s) select %%s from jsonb_populate_record(null::core.%%I, %%L)',
          $1, $2, $2, $1, to_jsonb(t)))
        from core.%I as t $q$, p_name)
    into v_copies using p_name, v_column.writable;
  foreach v_who in array array['nobody', 'eve', 'alice', 'tara', 'sam', 'house'] loop
    perform tests.act_as_any(v_who);
    execute format('select count(*) from core.%I', p_name) into v_rows;
    v_insert := 0;
    foreach v_copy in array v_copies loop
      v_insert := v_insert + greatest(pg_temp.touched(v_copy), 0);
    end loop;
    v_cells := v_cells || coalesce(nullif(concat(
      pg_temp.letter('s', v_rows, v_all), pg_temp.letter('i', v_insert, v_all),
      pg_temp.letter('u', pg_temp.touched(v_update), v_all),
      pg_temp.letter('d', pg_temp.touched(v_delete), v_all)), ''), '-');
    perform tests.act_as_nobody();
  end loop;
  return array_to_string(v_cells, ' ');
end
$$;

select is(
  pg_temp.cells(name), rows, format('the policies of core.%s let through %s', name, rows))
from expected order by name;

-- Moving a row without looking: an update that names no row and reads no column is held by the
-- policy's check alone.
create function pg_temp.moved(p_who text, p_to text)
returns setof text
language plpgsql
as $$
declare
  v_column record;
  v_count  bigint;
begin
  for v_column in
    select c.conrelid::regclass as name, a.attname
    from pg_constraint as c
    join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
    where c.connamespace = 'core'::regnamespace
      and (c.contype = 'f'
             and c.confrelid in ('core.person'::regclass, 'core.provider'::regclass,
                                 'core.customer'::regclass)
           or c.conname = 'person_pkey')
  loop
    perform tests.act_as(p_who);
    v_count := pg_temp.touched(
      format('update %s set %I = %L', v_column.name, v_column.attname, tests.id(p_to)));
    perform tests.act_as_nobody();
    if v_count > 0 then
      return next format('%s.%s', v_column.name, v_column.attname);
    end if;
  end loop;
end
$$;

select is_empty($$ select pg_temp.moved('eve', 'eve') $$, 'a stranger cannot take another''s row');
select is_empty($$ select pg_temp.moved('alice', 'eve') $$, 'a customer cannot give a row away');
select is_empty($$ select pg_temp.moved('tara', 'eve') $$, 'a provider cannot give a row away');
create policy update_hole on core.customer for update to authenticated using (true);
select results_eq(
  $$ select pg_temp.moved('eve', 'eve') $$, $$ values ('core.customer.customer_id') $$,
  'a policy that lets a stranger take a row is found by this test');

-- Null is no decision, and a condition takes it for false. A list may be filtered by one, and
-- internal.set_preference checks for its caller.
select is_empty(
  $$ select p.proname, a.name
     from pg_proc as p
     join pg_namespace as n on n.oid = p.pronamespace and n.nspname = 'api'
     cross join lateral unnest(p.proargnames[1:p.pronargs], p.proargtypes::oid[]) as a(name, type)
     where a.type = 'boolean'::regtype and p.provolatile = 'v'
       and has_function_privilege('authenticated', p.oid, 'execute')
       and p.prosrc !~ format('require_choice\(%1$s, ''%1$s''\)', a.name)
       and p.proname not like 'auth\_%' and p.proname <> 'set_notification_preference' $$,
  'whoever decides says true or false');

select * from finish();
rollback;
