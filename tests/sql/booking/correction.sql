-- Correcting how a booking went: by its provider for a while, by staff always, money following.

begin;
select plan(27);

select tests.introduce('eve', 'staff');
insert into core.person_role (person_id, role_id)
select tests.id('staff'), role_id from core.role where name = 'staff';
select tests.offer('lesson', 'tara', 10000);
select tests.offer('second', 'tara', 10000, p_starts => now() + interval '10 days 2 hours');
select tests.offer('third', 'tara', 10000, p_starts => now() + interval '10 days 4 hours');
select tests.paid('lesson', 'alice');
select tests.paid('second', 'bob');
select tests.paid('third', 'carl');
select tests.let_pass('10 days 6 hours');
create temp table made as
select p.display_name as name, b.booking_id
from core.booking as b join core.person as p on p.person_id = b.customer_id;
grant select on made to public;
prepare no_show (text, text) as
select (api.mark_no_show(booking_id, $2)).status from made where name = $1;
prepare correct (text, text) as
select (api.correct_attendance(booking_id, $2)).status from made where name = $1;
prepare refunds as
select p.display_name, r.amount_minor
from core.refund as r join core.payment as y using (payment_id)
join core.person as p on p.person_id = y.payer_id;

select tests.act_as('tara');
select throws_ok($$ execute correct('alice', 'completed') $$, 'M9222', 'attendance_not_said',
  'what nobody has said is not corrected');
select results_eq($$ execute no_show('alice', 'customer') $$, $$ values ('no_show_customer') $$,
  'a provider says that a customer did not come');

-- Who may not.
select tests.act_as_anonymous();
select throws_ok($$ execute correct('alice', 'completed') $$, '42501', null,
  'nobody corrects it without signing in');
select tests.act_as('eve');
select throws_ok($$ execute correct('alice', 'completed') $$, 'M4203', 'booking_not_found',
  'a stranger does not correct it');
select tests.act_as('alice');
select throws_ok($$ execute correct('alice', 'completed') $$, 'M3204', 'provider_or_staff_only',
  'the customer does not correct it');
select tests.act_as('tara');
select throws_ok($$ execute correct('alice', 'confirmed') $$, 'M0209', 'outcome_invalid',
  'a booking is not put back to confirmed');
select throws_ok($$ execute correct('alice', null) $$, 'M0209', 'outcome_invalid',
  'a booking is not put back to a status of null');

-- The provider, for a while.
select results_eq($$ execute correct('alice', 'completed') $$, $$ values ('completed') $$,
  'a provider takes a no-show back');
select results_eq($$ execute correct('alice', 'completed') $$, $$ values ('completed') $$,
  'taking it back again gives the same answer');
select tests.act_as_nobody();
select results_eq(
  $$ select sessions_completed from core.provider where provider_id = tests.id('tara') $$,
  'values (1)', 'a learner has completed a session after the correction');
select is_empty('refunds', 'no money moves when the customer was there after all');
select results_eq(
  $$ select count(*) from core.notification
     where type = 'booking_completed' and person_id = tests.id('alice') $$,
  'values (1::bigint)', 'the customer is told');
select tests.act_as('alice');
select lives_ok(
  $$ select api.review_booking(booking_id, 5) from made where name = 'alice' $$,
  'the customer can review after the correction');

-- Not after a while, and not what staff has said.
select tests.act_as('tara');
select results_eq($$ execute no_show('bob', 'customer') $$, $$ values ('no_show_customer') $$,
  'another customer did not come');
select tests.act_as_nobody();
update core.marketplace set correct_within_min = 0;
select tests.act_as('tara');
select throws_ok($$ execute correct('bob', 'completed') $$, 'M9223', 'too_late_to_correct',
  'when the while is over a provider corrects nothing');
select tests.act_as('staff');
select results_eq($$ execute correct('bob', 'no_show_provider') $$,
  $$ values ('no_show_provider') $$, 'staff still corrects it');
select tests.act_as_nobody();
select results_eq('refunds', $$ values ('bob', 10000::bigint) $$,
  'the customer of a provider who did not come gets everything back');
select tests.act_as('tara');
select throws_ok($$ execute correct('bob', 'completed') $$, 'M9223', 'too_late_to_correct',
  'a provider does not correct what staff has said');
select tests.act_as('staff');
select throws_ok($$ execute correct('bob', 'completed') $$, 'M9224', 'money_is_back',
  'staff does not take back what has been given back');
select results_eq($$ execute correct('bob', 'no_show_provider') $$,
  $$ values ('no_show_provider') $$, 'saying the same again is no mistake');
select tests.act_as_nobody();
select results_eq('refunds', $$ values ('bob', 10000::bigint) $$,
  'correcting to the same again gives nothing back again');

-- From completed.
select tests.act_as_nobody();
update core.marketplace set correct_within_min = 2880;
select tests.act_as('tara');
select lives_ok(
  $$ select api.complete_booking(booking_id) from made where name = 'carl' $$,
  'a provider completes a booking');
select results_eq($$ execute correct('carl', 'no_show_customer') $$,
  $$ values ('no_show_customer') $$, 'a provider corrects a completed booking to a no-show');
select tests.act_as_nobody();
select results_eq(
  $$ select sessions_completed from core.provider where provider_id = tests.id('tara') $$,
  'values (1)', 'a booking corrected to a no-show counts as completed no more');
select tests.act_as('staff');
select results_eq($$ execute correct('carl', 'no_show_provider') $$,
  $$ values ('no_show_provider') $$, 'staff says it was the provider');
select tests.act_as_nobody();
select results_eq(
  $$ select count(*), sum(amount_minor) from core.refund $$,
  $$ values (2::bigint, 20000::numeric) $$,
  'the customer gets everything back when the provider did not come');
select is(
  (select count(*) from core.booking_event as e join made using (booking_id)
   where name = 'carl' and to_status like 'no_show%'), 2::bigint,
  'every correction is in the history');

select * from finish();
rollback;
