-- Staff: who makes it, what it may take down, what it may set; and the log of what it did.

begin;
select plan(43);

select tests.introduce('ada', 'sam', 'eve', 'alice');
select tests.offer('lesson', 'tara', 10000);
select tests.act_as('eve');
select throws_ok($$ select api.grant_role(tests.id('eve'), 'admin') $$, 'M3301', 'staff_only',
  'nobody can make themselves an administrator');
select tests.act_as_service();
select is(api.grant_role(tests.id('ada'), 'admin'), true,
  'the operator makes the first administrator');
select is(api.grant_role(tests.id('ada'), 'admin'), false, 'a role is granted only once');
select throws_ok($$ select api.grant_role(tests.id('ada'), 'provider') $$, 'M0003', 'role_unknown',
  'a part that people take by themselves is not granted');
select throws_ok($$ select api.grant_role(gen_random_uuid(), 'staff') $$, 'M4003',
  'person_not_found', 'a role is granted only to somebody who exists');
select tests.act_as('ada');
select is(api.grant_role(tests.id('sam'), 'staff'), true, 'an administrator makes somebody staff');
select throws_ok($$ select api.revoke_role(tests.id('ada'), 'admin') $$, 'M9003', 'last_admin',
  'the last administrator cannot leave');
select tests.act_as('sam');
select throws_ok($$ select api.grant_role(tests.id('eve'), 'staff') $$, 'M3302', 'admin_only',
  'staff cannot make others staff');
select throws_ok($$ select api.revoke_role(tests.id('ada'), 'admin') $$, 'M3302', 'admin_only',
  'staff cannot take a role from others');

-- Settings.
select throws_ok($$ select api.set_marketplace('{"commission_bp": 1}') $$, 'M3302', 'admin_only',
  'staff cannot change the settings of the business');
select is(api.marketplace_settings() ->> 'default_currency', api.marketplace() ->> 'currency',
  'staff reads all settings of the business');
select tests.act_as('eve');
select throws_ok('select api.marketplace_settings()', 'M3301', 'staff_only',
  'a stranger cannot read all settings of the business');
select tests.act_as('ada');
select is(api.set_marketplace('{"commission_bp": 1200, "default_currency": "EUR",
    "settlement_currencies": ["DKK", "EUR"]}') ->> 'commission_bp', '1200',
  'an administrator changes the settings');
select is(api.set_marketplace('{"commission_bp": 1200}'), api.marketplace_settings(),
  'settings that stay as they are are answered');
select throws_ok($$ select api.set_marketplace('{"comission_bp": 1}') $$, 'M0309',
  'setting_unknown', 'a setting that does not exist is refused');
select throws_ok($$ select api.set_marketplace('{"is_only": false}') $$, 'M0309',
  'setting_unknown', 'what is no setting cannot be set');
select throws_ok($$ select api.set_marketplace('{"settlement_currencies": ["DKK"]}') $$, 'M0310',
  'settlement_incomplete', 'the default currency stays a settlement currency');
select throws_ok($$ select api.set_marketplace('{"settlement_currencies": ["EUR", "XXX"]}') $$,
  'M0310', 'settlement_incomplete', 'a settlement currency is a currency');
select throws_ok($$ select api.set_marketplace('{"default_timezone": "Mars"}') $$, 'M0001',
  'timezone_unknown', 'the default zone is a time zone');
select throws_ok($$ select api.set_marketplace('{"commission_bp": 10001}') $$, '23514', null,
  'a setting out of range is refused');
select tests.act_as_nobody();
select throws_ok($$ select tests.offer('dollars', 'tara', 10000, 'USD') $$, 'M0304',
  'currency_not_settled', 'a price in a currency that is not settled is refused');
select tests.act_as_nobody();
select is(tests.balance(null, 'revenue', 'USD'), 0::bigint,
  'nothing was posted in a currency that is not settled');

-- Taken down; what was booked before stays.
select isnt(tests.paid('lesson', 'alice'), null, 'an offering that is up can be booked');
select tests.act_as('eve');
select throws_ok($$ select api.take_down_offering(tests.id('offering lesson'), 'no') $$, 'M3301',
  'staff_only', 'a stranger cannot take an offering down');
select tests.act_as('sam');
select is(api.take_down_offering(tests.id('offering lesson'), 'not allowed here'), true,
  'staff takes an offering down');
select throws_ok($$ select api.take_down_offering(gen_random_uuid(), 'no') $$, 'M4101',
  'offering_not_found', 'an offering that does not exist is not taken down');
select throws_ok($$ select api.hide_review(gen_random_uuid(), true, 'no') $$, 'M4502',
  'review_not_found', 'a review that does not exist is not hidden');
select tests.act_as('eve');
select throws_ok($$ select api.hide_review(gen_random_uuid(), true, 'no') $$, 'M3301',
  'staff_only', 'a stranger cannot hide a review');
select tests.act_as_nobody();
select is((select is_active from core.offering where offering_id = tests.id('offering lesson')),
  false, 'an offering that staff took down is down');

-- What an administrator looks at.
select set_eq(
  $$ select p.tablename from pg_policies as p
     where p.policyname = 'select_as_staff' and p.qual !~ '_id >= .*first_for_staff.* AND .*_id <= ' $$,
  array[]::name[], 'staff reads every table by a range of ids, which leaves others their indexes');
-- Postgres asks the policies of a table in the reverse order of their names. Whether somebody is
-- staff costs a query, so it is asked last: most rows are then answered already.
select is_empty(
  $$ select p.tablename, other.policyname
     from pg_policies as p
     join pg_policies as other using (schemaname, tablename)
     where p.qual ~ 'first_for_staff' and p.cmd = 'SELECT' and other.cmd = 'SELECT'
       and other.policyname < p.policyname $$,
  'whether the caller is staff is asked after everything else');
select is_empty(
  $$ select distinct f.oid::regprocedure::text
     from pg_depend as d
     join pg_proc as f on d.refclassid = 'pg_proc'::regclass and f.oid = d.refobjid
     join pg_language as l on l.oid = f.prolang
     where d.classid in ('pg_policy'::regclass, 'pg_rewrite'::regclass)
       and f.prosecdef and l.lanname = 'sql' $$,
  'no policy and no view asks a function that every statement plans anew');
select tests.act_as('sam');
select is((select count(*) from tutoring.bookings), 1::bigint, 'staff reads the bookings of others');
select isnt((select b.stripe_payment_intent_id from tutoring.bookings as b), null,
  'staff reads the id of a payment at Stripe');
select isnt_empty($$ select from tutoring.sessions where title = 'lesson' $$,
  'staff reads an offering that was taken down');
select is((select u.role from tutoring.user_profiles as u where u.id = tests.id('sam')), 'admin',
  'staff is an admin in the words of a lens');
select tests.act_as('eve');
select is_empty('select from tutoring.bookings', 'a stranger cannot read the bookings of others');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('sam');
select tests.act_as('sam');
select is_empty('select from tutoring.bookings', 'suspended staff cannot read the bookings of others');
select tests.act_as_nobody();
update core.person set status = 'active' where person_id = tests.id('sam');

-- The log.
select tests.act_as('eve');
select throws_ok('select api.list_audit_log()', 'M3301', 'staff_only',
  'a stranger cannot list the audit log');
select tests.act_as('sam');
select results_eq(
  'select action, actor_name from api.list_audit_log() order by seq',
  $$ values ('grant_role', null::text), ('grant_role', 'ada'), ('set_marketplace', 'ada'),
            ('take_down_offering', 'sam') $$,
  'the audit log says who did what, and nothing of settings that stayed as they were');
select tests.act_as_nobody();
select is_empty('select internal.broken_audit_rows()', 'an audit log that nobody touched is whole');
savepoint whole;
set local session_replication_role = replica;
update core.audit_log set actor_id = tests.id('eve') where action = 'set_marketplace';
select isnt_empty('select internal.broken_audit_rows()', 'a changed row breaks the audit log');
rollback to whole;
set local session_replication_role = replica;
delete from core.audit_log where action = 'set_marketplace';
select isnt_empty('select internal.broken_audit_rows()', 'a removed row breaks the audit log');

select * from finish();
rollback;
