-- The provider proposes another time: its seats are kept, and the customer agrees, keeps the old
-- time, or cancels for nothing.

begin;
select plan(38);

select tests.introduce('bob', 'carl', 'staff');
insert into core.person_role (person_id, role_id)
select tests.id('staff'), role_id from core.role where name = 'staff';
select tests.offer('lesson', 'tara', 10000, p_starts => now() + interval '20 hours');
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
select tests.id(name), tests.id('offering lesson'), tests.id('tara'), now() + ahead,
       now() + ahead + length
from (values
  ('later', interval '3 days', interval '1 hour'),
  ('longer', '4 days', '90 minutes'),
  ('half an hour later', '20 hours 30 minutes', '1 hour'),
  ('next week', '8 days', '1 hour')
) as s(name, ahead, length);
select tests.offer('foreign', 'uwe', 10000);
insert into core.customer select tests.id(name) from unnest(array['bob', 'carl']) as name;
select tests.paid('lesson', 'alice');
update core.booking set confirmed_at = now() - interval '1 day';
create temp table made as select booking_id from core.booking;
grant select on made to public;
prepare propose (text) as
select p.slot_id from made, api.propose_move(booking_id, tests.id($1), 'I am late') as p;
prepare answer (boolean) as select a.slot_id from made, api.answer_move(booking_id, $1) as a;
prepare booked as select slot_id from core.booking;
prepare proposals as
select s.state, cardinality(t.holds) from core.move_proposal as s join core.slot as t using (slot_id)
order by s.created_at, s.move_proposal_id;

-- Who may not, and what cannot be proposed.
select tests.act_as_anonymous();
select throws_ok($$ execute propose('later') $$, '42501', null,
  'an anonymous caller cannot propose a time');
select tests.act_as('bob');
select throws_ok($$ execute propose('later') $$, 'M4203', 'booking_not_found',
  'a stranger proposes no other time');
select throws_ok($$ execute answer(true) $$, 'M4203', 'booking_not_found',
  'a stranger does not answer');
select tests.act_as('alice');
select throws_ok($$ execute propose('later') $$, 'M3202', 'provider_only',
  'the customer does not propose a time to themselves');
select throws_ok($$ execute answer(true) $$, 'M4204', 'proposal_not_found',
  'nothing is answered that was not proposed');
select tests.act_as('uwe');
select throws_ok($$ execute propose('later') $$, 'M4203', 'booking_not_found',
  'another provider proposes no other time');
select tests.act_as('tara');
select throws_ok($$ execute propose('longer') $$, 'M9220', 'other_length',
  'a longer time is not proposed');
select throws_ok($$ execute propose('foreign') $$, 'M9215', 'other_offering',
  'another provider''s time is not proposed');
select throws_ok($$ execute propose('lesson') $$, 'M9221', 'same_time',
  'the time of the booking is not proposed');
select throws_ok($$ execute propose('nowhere') $$, 'M4201', 'slot_not_found',
  'a time that is not there is not proposed');

-- A proposal keeps the seats.
select results_eq($$ execute propose('later') $$, $$ values (tests.id('later')) $$,
  'a provider proposes another time');
select results_eq($$ execute propose('later') $$, $$ values (tests.id('later')) $$,
  'proposing it again gives the same answer');
select tests.act_as_nobody();
select results_eq('booked', $$ values (tests.id('lesson')) $$, 'the booking stays where it is');
select results_eq('proposals', $$ values ('open', 1) $$, 'there is one proposal, with its seat kept');
select results_eq(
  $$ select count(*) from core.notification
     where type = 'booking_move_proposed' and person_id = tests.id('alice') $$,
  'values (1::bigint)', 'the customer is told once');
select tests.act_as('carl');
select throws_ok(
  $$ select tutoring.create_booking_with_payment(tests.id('carl'), tests.id('later')) $$,
  'M9201', 'slot_full', 'nobody else books the seat that is kept');
select tests.act_as('tara');
select throws_ok($$ execute answer(true) $$, 'M3203', 'customer_only',
  'the provider does not answer for the customer');
select tests.act_as('alice');
select throws_ok($$ execute answer(null) $$, 'M0208', 'answer_invalid', 'an answer is yes or no');

-- No, and the seat is free again.
select results_eq($$ execute answer(false) $$, $$ values (tests.id('lesson')) $$,
  'the customer keeps the old time');
select throws_ok($$ execute answer(true) $$, 'M4204', 'proposal_not_found',
  'a proposal is answered once');
select tests.act_as_nobody();
select results_eq('proposals', $$ values ('declined', 0) $$, 'the seat is kept no more');
select results_eq(
  $$ select count(*) from core.notification
     where type = 'booking_move_declined' and person_id = tests.id('tara') $$,
  'values (1::bigint)', 'the provider is told');

-- Yes, to a time that overlaps the old one: no seat needs to be kept for it.
select tests.act_as('tara');
select lives_ok($$ execute propose('half an hour later') $$, 'half an hour later is proposed');
select tests.act_as('alice');
select results_eq($$ execute answer(true) $$, $$ values (tests.id('half an hour later')) $$,
  'the customer agrees, although cancelling would cost something');
select tests.act_as_nobody();
select results_eq(
  $$ select b.slot_id = tests.id('half an hour later'), b.price_minor, s.taken
     from core.booking as b join core.slot as s using (slot_id) $$,
  'values (true, 10000::bigint, 1)', 'the booking has the new time and the old price');
select results_eq(
  $$ select count(*) from core.notification where type = 'booking_rescheduled' $$,
  'values (2::bigint)', 'both are told of the new time');
select tests.act_as('carl');
select lives_ok(
  $$ select tutoring.create_booking_with_payment(tests.id('carl'), tests.id('later')) $$,
  'a time that was proposed and declined is booked by others');

-- What is proposed anew replaces the old proposal, and one that expires is none.
select tests.act_as_nobody();
select tests.let_pass('16 minutes');
select tests.act_as('tara');
select lives_ok($$ execute propose('next week') $$, 'next week is proposed');
select lives_ok($$ execute propose('later') $$, 'another time is proposed after the first');
select tests.act_as_nobody();
select results_eq(
  $$ select state from core.move_proposal where slot_id = tests.id('next week') $$,
  $$ values ('withdrawn') $$, 'the first is withdrawn');
update core.move_proposal set expires_at = now() where state = 'open';
select tests.act_as('alice');
select throws_ok($$ execute answer(true) $$, 'M4204', 'proposal_not_found',
  'an expired proposal is not answered');
select tests.act_as_nobody();
select results_eq(
  $$ select internal.refund_percent_of(b) from core.booking as b join made using (booking_id) $$,
  'values (50)', 'without a proposal cancelling costs what the policy says');

-- Cancelling for nothing while the provider asks.
select tests.act_as('tara');
select lives_ok($$ execute propose('next week') $$, 'next week is proposed again');
select tests.act_as('alice');
select results_eq(
  $$ select refund_minor from made, api.cancel_booking(booking_id) $$,
  'values (10000::bigint)', 'a customer who cancels while a time is proposed gets everything back');
select tests.act_as_nobody();
select is((select cardinality(holds) from core.slot where slot_id = tests.id('next week')), 0,
  'the seat of the proposal is kept no more');
select is((select count(*) from core.move_proposal where state = 'open' and expires_at > now()),
  0::bigint, 'no proposal is open');
select tests.act_as('tara');
select throws_ok($$ execute propose('later') $$, 'M9211', 'booking_not_open',
  'nothing is proposed for a booking that is over');
select tests.act_as('alice');
select is((select count(*) from tutoring.bookings where status = 'cancelled'), 1::bigint,
  'the booking is cancelled');

select * from finish();
rollback;
