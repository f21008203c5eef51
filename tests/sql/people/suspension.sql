-- Suspended: nothing is changed, sold or paid, whatever a token says.

begin;
select plan(30);

select tests.introduce('sam', 'zoe');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'staff';
select tests.offer('lesson', 'tara', 10000);
select tests.offer('free', 'tara', 0, p_starts => now() + interval '20 days');
select tests.offer('other', 'otto', 10000);
select tests.paid('lesson', 'alice');
select tests.onboard('tara');
insert into core.customer (customer_id) values (tests.id('zoe'));

-- Every function of api that changes something asks whether its caller may, or says here why
-- not.
create table exempt (name text, why text);
insert into exempt values
  ('verify_provider', 'asks internal.is_staff, which asks'),
  ('erase_me', 'a right of everybody'),
  ('erase_person', 'a right of everybody'),
  ('unsubscribe', 'a right of everybody'),
  ('mark_notifications_read', 'one''s own, and harms nobody'),
  ('set_notification_preference', 'one''s own, and harms nobody'),
  ('set_quiet_hours', 'one''s own, and harms nobody'),
  ('leave_waitlist', 'gives back what others wait for'),
  ('cancel_booking', 'gives back what others paid or wait for'),
  ('keep_seats', 'gives back what others paid or wait for'),
  ('decline_booking', 'gives back what others paid or wait for'),
  ('keep_seats', 'gives back what others paid or wait for'),
  ('call_off_slot', 'gives back what others paid'),
  ('unpublish_offering', 'sells less'),
  ('remove_slot', 'sells less'),
  ('remove_offering', 'sells less'),
  ('leave_conversation', 'one''s own, and harms nobody'),
  ('mark_messages_read', 'one''s own, and harms nobody'),
  ('remove_calendar_feed', 'tells less'),
  ('read_calendar_feed', 'asks whether its owner is active; the key is the permission'),
  ('remove_location', 'tells less'),
  ('remove_credential', 'tells less'),
  ('retire_subject', 'tells less'),
  ('remove_subject_photo', 'tells less'),
  ('remove_payment_method', 'one''s own, and harms nobody'),
  ('cancel_payout', 'is paid less'),
  ('count_guess', 'binds the caller alone');

create view calls as
select p.oid, p.pronamespace::regnamespace::text || '.' || p.proname as name,
       (regexp_matches(pg_get_functiondef(p.oid), '(?:internal|api)\.[a-z_]+', 'g'))[1] as callee
from pg_proc as p
where p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace) and p.prokind = 'f';

create function asks() returns setof text language sql as $$
  with recursive asks(name) as (
    values ('internal.require_active' collate "C"), ('internal.require_staff')
    union
    select c.name from calls as c join asks as a on a.name = c.callee
  )
  select distinct name from asks
$$;

select is_empty($$
  select p.oid::regprocedure
  from pg_proc as p
  where p.pronamespace = 'api'::regnamespace
    and p.provolatile = 'v'
    and has_function_privilege('authenticated', p.oid, 'execute')
    and 'api.' || p.proname not in (select asks())
    and p.proname not in (select e.name from exempt as e)
$$, 'every function that changes something asks whether its caller may act');
select is_empty($$
  select e.name from exempt as e
  where to_regproc('api.' || e.name) is null
$$, 'every exception is a function that exists');
select is_empty($$
  select format('%s on %s', p.polname, p.polrelid::regclass)
  from pg_policy as p
  where p.polcmd <> 'r'
    and to_regrole('authenticated') = any (p.polroles)
    and p.polrelid <> 'core.notification'::regclass
    and coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid))
        !~ 'may_act'
$$, 'every policy under which somebody writes asks whether they may act');

-- Who suspends.
select tests.act_as('alice');
select throws_ok(format('select api.suspend_person(%L, %L)', tests.id('tara'), 'rude'), 'M3301',
  'staff_only', 'a customer cannot suspend anybody');
select tests.act_as('sam');
select throws_ok(format('select api.suspend_person(%L, %L)', tests.id('tara'), ' '), 'M0002',
  'suspension_invalid', 'staff cannot suspend anybody without a reason');
select throws_ok(format('select api.suspend_person(%L, %L, now())', tests.id('tara'), 'rude'),
  'M0002', 'suspension_invalid', 'staff cannot suspend somebody until a time that is past');
select throws_ok(format('select api.suspend_person(%L, %L)', tests.id('sam'), 'rude'), 'M9001',
  'own_account', 'staff cannot suspend themselves');
select throws_ok($$ select api.suspend_person(gen_random_uuid(), 'rude') $$, 'M4003',
  'person_not_found', 'staff cannot suspend a person who does not exist');

-- A provider is suspended.
select lives_ok(format('select api.suspend_person(%L, %L)', tests.id('tara'), 'rude'),
  'staff suspends a provider');
select tests.act_as_anonymous();
select is_empty(format('select from tutoring.expert_profiles where id = %L', tests.id('tara')),
  'a suspended provider is not listed');
select is_empty($$ select from tutoring.sessions where title in ('lesson', 'free') $$,
  'the offerings of a suspended provider are not listed');
select is_empty(format('select from api.list_free_slots(p_provider_id => %L)', tests.id('tara')),
  'the free times of a suspended provider are not listed');
select isnt_empty(format('select from tutoring.expert_profiles where id = %L', tests.id('otto')),
  'other providers are still listed');
select tests.act_as('zoe');
select throws_ok(format('select api.book_slot(%L, %L)', tests.id('zoe'),
  tests.id('free')), 'M9206', 'provider_not_accepting', 'a suspended provider is not sold');
select tests.act_as('alice');
select isnt_empty(format('select from tutoring.expert_profiles where id = %L', tests.id('tara')),
  'a customer who has booked still reads the suspended provider''s profile');

-- What they try with the token they have.
select tests.act_as('tara');
select throws_ok(t.sql, 'M3001', 'person_suspended', t.why)
from (values
  (format('select api.publish_offering(%L)', tests.id('offering free')), 'a suspended provider publishes nothing'),
  ($$ select api.set_availability('[]') $$, 'a suspended provider sets no hours'),
  ($$ select api.request_payout(100, 'DKK', 'key') $$, 'a suspended provider asks for no payout'),
  ($$ select api.set_manual_payout_account('another bank') $$, 'a suspended provider moves no payout account'),
  (format('select api.book_slot(%L, %L)', tests.id('tara'), tests.id('other')),
   'a suspended person books nothing')
) as t(sql, why);
select throws_ok($$ update tutoring.user_profiles set display_name = 'New name' $$, 'M3001',
  'person_suspended', 'a suspended person cannot rename themselves');
select lives_ok($$ select api.export_my_data() $$, 'a suspended person takes their data with them');
select tests.act_as_nobody();
select tests.clear(p.payment_id)
from core.payment as p join core.booking as b using (booking_id)
where b.slot_id = tests.id('lesson');
select tests.act_as_service();
select is(api.plan_due_payouts(), 0, 'the schedule does not pay a suspended provider');

-- Back again.
select tests.act_as('sam');
select lives_ok(format('select api.lift_suspension(%L)', tests.id('tara')),
  'staff lifts a suspension');
select tests.act_as_anonymous();
select isnt_empty(format('select from tutoring.expert_profiles where id = %L', tests.id('tara')),
  'the provider is listed as before');
select tests.act_as_service();
select is(api.plan_due_payouts(), 1, 'a provider is paid again after the suspension');
select tests.act_as_nobody();
select results_eq(
  $$ select action, actor_id from core.audit_log where entity = 'person' order by audit_log_id $$,
  format($$ values ('suspend_person', %1$L::uuid), ('lift_suspension', %1$L::uuid) $$,
         tests.id('sam')), 'the audit log knows who did it');

-- For a while.
select tests.act_as('sam');
select api.suspend_person(tests.id('alice'), 'rude', now() + interval '1 day');
select tests.act_as('alice');
select throws_ok(format('select api.book_slot(%L, %L)', tests.id('alice'),
  tests.id('free')), 'M3001', 'person_suspended', 'a suspension for a while holds');
select tests.act_as_nobody();
update core.person set suspended_until = now() - interval '1 second'
where person_id = tests.id('alice');
select tests.act_as('alice');
select lives_ok(format('select api.book_slot(%L, %L)', tests.id('alice'),
  tests.id('free')), 'a suspension for a while ends with its time');

-- Staff who is suspended is not staff.
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('sam');
select tests.act_as('sam');
select throws_ok(format('select api.lift_suspension(%L)', tests.id('tara')), 'M3301',
  'staff_only', 'suspended staff is no staff');

select * from finish();
rollback;
