-- Waiting for a seat: a freed one is offered once, to one at a time, for a while.

begin;
select plan(36);

select tests.offer('lesson', 'tara', 5000, p_capacity => 2);
select tests.offer('open', 'tara', 5000, p_starts => now() + interval '20 days');
select tests.introduce('bob', 'carl', 'dora', 'eve', 'fred');
insert into core.customer
select tests.id(name) from unnest(array['bob', 'carl', 'dora', 'fred']) as name;
select tests.paid('lesson', 'alice');
select tests.book('lesson', 'anna');

prepare wait (integer) as select count(api.join_waitlist(tests.id('lesson'), $1));
prepare leave as select api.leave_waitlist(tests.id('lesson'));
prepare book (text) as
select count(*) from tutoring.create_booking_with_payment(tests.id($1), tests.id('lesson'));

select tests.act_as_anonymous();
select throws_ok($$ execute wait(1) $$, '42501', null, 'nobody waits without signing in');
select tests.act_as('eve');
select throws_ok(
  $$ execute wait(1) $$, 'M4202', 'customer_not_found', 'who waits has become a customer');
select tests.act_as('tara');
select throws_ok($$ execute wait(1) $$, 'M3201', 'own_offering', 'nobody waits for themselves');
select tests.act_as('alice');
select throws_ok(
  $$ execute wait(1) $$, 'M9207', 'already_booked', 'nobody waits for what they have');
select tests.act_as('bob');
select throws_ok(
  $$ select api.join_waitlist(tests.id('open')) $$, 'M9501', 'seats_are_free',
  'there is nothing to wait for');
select throws_ok(
  $$ select api.join_waitlist(tests.id('nothing')) $$, 'M4201', 'slot_not_found', 'or nowhere');
select throws_ok(
  $$ execute wait(3) $$, 'M0502', 'seats_never_free', 'for more seats than there are nobody waits');
select throws_ok($$ execute wait(0) $$, 'M0502', 'seats_never_free', 'nor for none');
select throws_ok($$ execute wait(null) $$, 'M0502', 'seats_never_free', 'nor for nothing');
select throws_ok('leave', 'M4501', 'not_waiting', 'nobody leaves who does not wait');
select throws_ok($$ execute book('bob') $$, 'M9201', 'slot_full', 'the slot is full');
select lives_ok($$ execute wait(1) $$, 'one waits');
select lives_ok($$ execute wait(1) $$, 'once, however often they say so');
select tests.act_as('carl');
select lives_ok($$ execute wait(1) $$, 'and another');
select throws_ok(
  'select api.offer_freed_seats()', '42501', null, 'but nobody offers themselves a seat');

-- A seat is freed.
select tests.act_as('alice');
select lives_ok(
  $$ update tutoring.bookings set status = 'cancelled' $$, 'somebody cancels');
select tests.act_as_nobody();
prepare entries as
select p.display_name, w.state from core.waitlist_entry as w
join core.person as p on p.person_id = w.customer_id order by w.created_at, w.waitlist_entry_id;
select results_eq(
  'entries', $$ values ('bob', 'offered'), ('carl', 'waiting') $$, 'the first is offered the seat');
select is(
  (select count(*) from core.notification where type = 'waitlist_offer'), 1::bigint,
  'and told, alone');
select tests.act_as_service();
select is(api.offer_freed_seats(), 0, 'it is not offered twice');
select tests.act_as('dora');
select throws_ok(
  $$ execute book('dora') $$, 'M9201', 'slot_full', 'nobody takes it from under them');
select tests.act_as('bob');
select lives_ok($$ execute wait(2) $$, 'asking for more does not');
select tests.act_as_nobody();
select is(
  (select cardinality(holds) from core.slot where slot_id = tests.id('lesson')), 2,
  'keep more for them than was offered');

-- The offer lapses: who did not want it may ask again, at the end.
select tests.let_pass('16 minutes');
select tests.let_pass('15 minutes');
select tests.act_as_service();
select is(api.offer_freed_seats(), 1, 'when the offer has lapsed the next is offered the seat');
select tests.act_as_nobody();
select results_eq(
  'entries', $$ values ('bob', 'lapsed'), ('carl', 'offered') $$, 'and the first no more');
select tests.act_as('carl');
select lives_ok('leave', 'who does not want it leaves');
select tests.act_as('dora');
select lives_ok($$ execute book('dora') $$, 'and the seat is anybody''s');
select tests.act_as('fred');
select lives_ok($$ execute book('fred') $$, 'as is the one whose hold has ended');
select tests.act_as('bob');
select lives_ok($$ execute wait(1) $$, 'the first asks again');
select tests.act_as_nobody();
select results_eq(
  $$ select state from core.waitlist_entry
     where customer_id = tests.id('bob') order by waitlist_entry_id $$,
  $$ values ('lapsed'), ('waiting') $$, 'and waits again');
select tests.let_pass('16 minutes');
select tests.act_as_service();
select is(api.offer_freed_seats(), 1, 'the seats that holds give back are offered');
select tests.act_as('bob');
select lives_ok($$ execute book('bob') $$, 'and taken');
select tests.act_as_nobody();
select is(
  (select count(*) from core.waitlist_entry
   where customer_id = tests.id('bob') and state = 'taken'), 1::bigint,
  'by the one they were kept for');
select is(
  (select cardinality(holds) from core.slot where slot_id = tests.id('lesson')), 1,
  'who holds them once, not twice');

-- Nobody waits for what cannot be.
update core.slot set state = 'closed' where slot_id = tests.id('lesson');
select tests.act_as('carl');
select throws_ok($$ execute wait(1) $$, 'M9203', 'slot_closed', 'nobody waits for a closed slot');
select tests.act_as_nobody();
update core.slot set starts_at = now() where slot_id = tests.id('lesson');
select tests.act_as('carl');
select throws_ok($$ execute wait(1) $$, 'M9202', 'slot_past', 'or for one that has begun');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('carl');
select tests.act_as('carl');
select throws_ok($$ execute wait(1) $$, 'M3001', 'person_suspended', 'or while suspended');

select * from finish();
rollback;
