-- Waiting for a seat: a freed one is offered once, to one at a time, for a while.

begin;
select plan(53);

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
select throws_ok($$ execute wait(1) $$, '42501', null,
  'an anonymous caller cannot join a waitlist');
select tests.act_as('eve');
select throws_ok(
  $$ execute wait(1) $$, 'M4202', 'customer_not_found',
  'a person who is no customer yet cannot join a waitlist');
select tests.act_as('tara');
select throws_ok($$ execute wait(1) $$, 'M3201', 'own_offering',
  'a provider cannot wait for their own slot');
select tests.act_as('alice');
select throws_ok(
  $$ execute wait(1) $$, 'M9207', 'already_booked',
  'a customer cannot wait for a slot they have booked');
select tests.act_as('bob');
select throws_ok(
  $$ select api.join_waitlist(tests.id('open')) $$, 'M9501', 'seats_are_free',
  'a customer cannot wait for a slot that has free seats');
select throws_ok(
  $$ select api.join_waitlist(tests.id('nothing')) $$, 'M4201', 'slot_not_found',
  'a customer cannot wait for a slot that does not exist');
select throws_ok(
  $$ execute wait(3) $$, 'M0502', 'seats_never_free',
  'a customer cannot wait for more seats than the slot has');
select throws_ok($$ execute wait(0) $$, 'M0502', 'seats_never_free',
  'a customer cannot wait for no seats');
select throws_ok($$ execute wait(null) $$, 'M0502', 'seats_never_free',
  'a customer cannot wait without a number of seats');
select throws_ok('leave', 'M4501', 'not_waiting',
  'a customer who does not wait cannot leave the waitlist');
select throws_ok($$ execute book('bob') $$, 'M9201', 'slot_full',
  'a slot with all seats taken cannot be booked');
select lives_ok($$ execute wait(1) $$, 'a customer joins the waitlist of a full slot');
select lives_ok($$ execute wait(1) $$, 'joining the waitlist again changes nothing');
select tests.act_as('carl');
select lives_ok($$ execute wait(1) $$, 'a second customer joins the same waitlist');
select throws_ok(
  'select api.offer_freed_seats()', '42501', null,
  'a customer cannot run the offering of freed seats');

-- A seat is freed.
select tests.act_as('alice');
select lives_ok(
  $$ update tutoring.bookings set status = 'cancelled' $$,
  'a customer cancels a booking that others wait for');
select tests.act_as_nobody();
prepare entries as
select p.display_name, w.state from core.waitlist_entry as w
join core.person as p on p.person_id = w.customer_id order by w.created_at, w.waitlist_entry_id;
select results_eq(
  'entries', $$ values ('bob', 'offered'), ('carl', 'waiting') $$,
  'a freed seat is offered to the first who waits');
select is(
  (select count(*) from core.notification where type = 'waitlist_offer'), 1::bigint,
  'one notification is sent for one freed seat');
select tests.act_as_service();
select is(api.offer_freed_seats(), 0, 'a freed seat is not offered twice');
select tests.act_as('dora');
select throws_ok(
  $$ execute book('dora') $$, 'M9201', 'slot_full',
  'another customer cannot book a seat that is offered');
select tests.act_as('bob');
select lives_ok($$ execute wait(2) $$, 'a customer with an offer may ask for more seats');
select tests.act_as_nobody();
select is(
  (select cardinality(holds) from core.slot where slot_id = tests.id('lesson')), 2,
  'asking for more seats holds no more than were offered');

-- The offer lapses: who did not want it may ask again, at the end.
select tests.let_pass('16 minutes');
select tests.let_pass('15 minutes');
select tests.act_as_service();
select is(api.offer_freed_seats(), 1, 'a lapsed offer is made to the next who waits');
select tests.act_as_nobody();
select results_eq(
  'entries', $$ values ('bob', 'lapsed'), ('carl', 'offered') $$,
  'a lapsed offer is no longer the first customer''s');
select tests.act_as('carl');
select lives_ok('leave', 'a customer with an offer leaves the waitlist');
select tests.act_as('dora');
select lives_ok($$ execute book('dora') $$,
  'a seat whose offer was given up can be booked by anybody');
select tests.act_as('fred');
select lives_ok($$ execute book('fred') $$, 'a seat whose hold has ended can be booked by anybody');
select tests.act_as('bob');
select lives_ok($$ execute wait(1) $$, 'a customer whose offer lapsed joins the waitlist again');
select tests.act_as_nobody();
select results_eq(
  $$ select state from core.waitlist_entry
     where customer_id = tests.id('bob') order by waitlist_entry_id $$,
  $$ values ('lapsed'), ('waiting') $$,
  'a customer who joins again waits behind their lapsed entry');
select tests.let_pass('16 minutes');
select tests.act_as_service();
select is(api.offer_freed_seats(), 1, 'the seats of ended holds are offered to those who wait');
select tests.act_as('bob');
select lives_ok($$ execute book('bob') $$, 'a customer books the seat that was offered to them');
select tests.act_as_nobody();
select is(
  (select count(*) from core.waitlist_entry
   where customer_id = tests.id('bob') and state = 'taken'), 1::bigint,
  'the entry of a customer who booked the offered seat is taken');
select is(
  (select cardinality(holds) from core.slot where slot_id = tests.id('lesson')), 1,
  'a seat booked from an offer is held once, not twice');

-- Nobody waits for what cannot be.
update core.slot set state = 'closed' where slot_id = tests.id('lesson');
select tests.act_as('carl');
select throws_ok($$ execute wait(1) $$, 'M9203', 'slot_closed',
  'a customer cannot wait for a closed slot');
select tests.act_as_nobody();
update core.slot set starts_at = now(), ends_at = now() + interval '1 hour'
where slot_id = tests.id('lesson');
select tests.act_as('carl');
select throws_ok($$ execute wait(1) $$, 'M9202', 'slot_past',
  'a customer cannot wait for a slot that has begun');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('carl');
select tests.act_as('carl');
select throws_ok($$ execute wait(1) $$, 'M3001', 'person_suspended',
  'a suspended customer cannot join a waitlist');


-- What concerns the caller is said first, and an offer is only what somebody could take.
select tests.act_as_nobody();
select tests.introduce('gus', 'hans', 'ida');
insert into core.customer
select tests.id(name) from unnest(array['gus', 'hans', 'ida']) as name;
select tests.offer('full', 'uwe', 0, p_starts => now() + interval '25 minutes');
select tests.offer('same time', 'vera', 0, p_starts => now() + interval '25 minutes');
select tests.book('full', 'gus');
prepare book_full (text) as
select count(*) from tutoring.create_booking_with_payment(tests.id($1), tests.id('full'));
select tests.act_as('gus');
select throws_ok($$ execute book_full('gus') $$, 'M9207', 'already_booked',
  'a customer who holds the last seat is told that they have booked it');
select tests.act_as('hans');
select throws_ok($$ execute book_full('hans') $$, 'M9201', 'slot_full',
  'a customer who does not hold a seat is told that the slot is full');
select lives_ok($$ select api.join_waitlist(tests.id('full')) $$, 'one waits for the full slot');
select tests.act_as('ida');
select lives_ok($$ select api.join_waitlist(tests.id('full')) $$, 'another waits for it');
select tests.act_as_nobody();
select tests.book('same time', 'hans');
select tests.act_as('gus');
select lives_ok(
  $$ update tutoring.bookings set status = 'cancelled' where slot_id = tests.id('full') $$,
  'the seat comes free');
select tests.act_as_nobody();
select results_eq(
  $$ select p.display_name, w.state from core.waitlist_entry as w
     join core.person as p on p.person_id = w.customer_id
     where w.slot_id = tests.id('full') order by 1 $$,
  $$ values ('hans', 'waiting'), ('ida', 'offered') $$,
  'a customer who is busy by now is passed over and keeps their place');
select results_eq(
  $$ select w.offer_expires_at = s.starts_at
     from core.waitlist_entry as w join core.slot as s using (slot_id)
     where w.slot_id = tests.id('full') and w.state = 'offered' $$,
  'values (true)', 'an offer ends when the slot begins');

-- Notice.
select tests.act_as('ida');
select api.leave_waitlist(tests.id('full'));
select tests.act_as_nobody();
select is(
  (select count(*) from core.waitlist_entry
   where slot_id = tests.id('full') and state = 'offered'), 0::bigint,
  'the seat is not offered to who is still busy');
select tests.offer('notice', 'xena', 0, p_starts => now() + interval '2 hours');
update core.offering set min_notice_min = 110 where offering_id = tests.id('offering notice');
select tests.book('notice', 'gus');
select tests.act_as('ida');
select lives_ok($$ select api.join_waitlist(tests.id('notice')) $$, 'one waits before the notice');
select tests.act_as('gus');
select lives_ok(
  $$ update tutoring.bookings set status = 'cancelled' where slot_id = tests.id('notice') $$,
  'a seat comes free ten minutes before the notice');
select tests.act_as_nobody();
select results_eq(
  $$ select w.offer_expires_at = now() + interval '10 minutes'
     from core.waitlist_entry as w where w.slot_id = tests.id('notice') $$,
  'values (true)', 'an offer ends when the notice begins');
update core.offering set min_notice_min = 180 where offering_id = tests.id('offering notice');
select tests.act_as('bob');
select throws_ok($$ select api.join_waitlist(tests.id('notice')) $$, 'M9210', 'notice_too_short',
  'nobody waits inside the notice');
select tests.act_as_nobody();
update core.offering set is_active = false where offering_id = tests.id('offering notice');
select tests.act_as('bob');
select throws_ok($$ select api.join_waitlist(tests.id('notice')) $$, 'M9205',
  'offering_inactive', 'nobody waits for what is not offered any more');
select tests.act_as_nobody();
update core.offering set is_active = true, min_notice_min = 0
where offering_id = tests.id('offering notice');
update core.person set status = 'suspended' where person_id = tests.id('ida');
update core.waitlist_entry set state = 'waiting', offer_expires_at = null
where slot_id = tests.id('notice');
select tests.act_as_service();
select is(api.offer_freed_seats(), 0, 'nobody who is suspended is offered a seat');

-- A session that gets more seats.
select tests.act_as_nobody();
select tests.offer('grows', 'yara', 0);
select tests.book('grows', 'gus');
select tests.act_as('bob');
select lives_ok($$ select api.join_waitlist(tests.id('grows')) $$,
  'a customer waits for a session with one seat');
select tests.act_as('yara');
update tutoring.sessions set max_participants = 3 where id = tests.id('offering grows');
select tests.act_as_nobody();
select results_eq(
  $$ select w.state, s.capacity, cardinality(s.holds)
     from core.waitlist_entry as w join core.slot as s using (slot_id)
     where s.slot_id = tests.id('grows') $$,
  $$ values ('offered', 3, 1) $$, 'a session that gets more seats offers one to who waits');
select is(
  (select count(*) from core.notification as n
   where n.person_id = tests.id('bob') and n.type = 'waitlist_offer'
     and n.payload ->> 'slot_id' = tests.id('grows')::text), 1::bigint,
  'a customer who waits is told of the seat that was added');

select * from finish();
rollback;
