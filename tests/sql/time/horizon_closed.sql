-- Closed stays closed: a seat that comes free in a time its provider has closed is not sold, and
-- the seats of a session reach its slots.

begin;
select plan(38);

-- A lesson of two seats by hours every day from 09:00 to 11:00, and one slot made by hand.
select tests.offer('by hand', 'tara', 0, p_capacity => 2,
                   p_starts => date_trunc('day', now()) + interval '10 days 20 hours');
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor, capacity)
values (tests.id('lesson'), tests.id('tara'), 'lesson', 60, 0, 2);
select tests.introduce('alice', 'bob', 'carl', 'dora', 'eve');
insert into core.customer
select tests.id(name) from unnest(array['alice', 'bob', 'carl', 'dora', 'eve']) as name;
create function pg_temp.set_hours(p_from time, p_to time)
returns void
language sql
as $$
  delete from core.availability_rule;
  insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
  select tests.id('tara'), d, p_from, p_to, 'UTC' from generate_series(0, 6) as d;
$$;
select pg_temp.set_hours('09:00', '11:00');
create temp table used as
select slot_id, starts_at from core.slot
where offering_id = tests.id('lesson')
  and starts_at = date_trunc('day', now()) + interval '10 days 9 hours';
grant select on used to authenticated, service_role, anon;

prepare is_listed as
select exists (
  select from api.list_free_slots(tests.id('lesson'), p_from => u.starts_at) as s
  where s.slot_id = u.slot_id)
from used as u;
prepare by_hand_is_listed as
select exists (
  select from api.list_free_slots(tests.id('offering by hand'),
                                  p_until => now() + interval '30 days')
  where slot_id = tests.id('by hand'));
prepare book (text) as
select (tutoring.create_booking_with_payment(tests.id($1), u.slot_id)).booking_id from used as u;
prepare block_day as
select api.block_time(date_trunc('day', now()) + interval '10 days',
                      date_trunc('day', now()) + interval '11 days');
prepare take_back as
select api.remove_exception((x ->> 'availability_exception_id')::uuid)
from jsonb_array_elements(api.get_availability(tests.id('tara')) -> 'exceptions') as x;

select tests.act_as('alice');
select lives_ok($$ execute book('alice') $$, 'a slot of hours can be booked');
select results_eq('is_listed', 'values (true)', 'the other seat of a booked slot is listed');
select results_eq('by_hand_is_listed', 'values (true)', 'a slot made by hand is listed');

-- A block.
select tests.act_as('tara');
select lives_ok('block_day', 'a provider blocks a day with a booking in it');
select tests.act_as('bob');
select results_eq('is_listed', 'values (false)',
  'the other seat of a booked slot is not listed in a block');
select throws_ok($$ execute book('bob') $$, 'M9203', 'slot_closed',
  'the other seat of a booked slot cannot be booked in a block');
select results_eq('by_hand_is_listed', 'values (false)', 'a block closes a slot made by hand');
select throws_ok(
  $$ select tutoring.create_booking_with_payment(tests.id('bob'), tests.id('by hand')) $$,
  'M9203', 'slot_closed', 'a slot made by hand cannot be booked in a block');
select throws_ok(
  $$ select api.join_waitlist(slot_id) from used $$, 'M9203', 'slot_closed',
  'nobody waits for a seat in a block');
select tests.act_as('alice');
select is((select count(*) from tutoring.bookable_slots join used on id = slot_id), 1::bigint,
  'a customer who has booked still sees the slot in a block');
select tests.act_as('bob');
select is((select count(*) from tutoring.bookable_slots join used on id = slot_id), 0::bigint,
  'a customer who has not booked does not see the slot in a block');
select tests.act_as('tara');
select throws_ok(
  $$ select api.save_slot(jsonb_build_object(
       'offering_id', tests.id('offering by hand'),
       'starts_at', date_trunc('day', now()) + interval '10 days 21 hours')) $$,
  'M9103', 'time_blocked', 'a provider adds no slot in a time they have blocked');
select throws_ok(
  $$ insert into tutoring.bookable_slots (session_id, start_time, end_time, max_bookings)
     values (tests.id('offering by hand'), date_trunc('day', now()) + interval '10 days 21 hours',
             date_trunc('day', now()) + interval '10 days 22 hours', 1) $$,
  'M9103', 'time_blocked', 'a provider adds no slot in a blocked time through the lens');

-- A seat that comes free in a block.
select tests.act_as('alice');
select lives_ok($$ update tutoring.bookings set status = 'cancelled' $$,
  'a customer cancels in a blocked time');
select tests.act_as('bob');
select results_eq('is_listed', 'values (false)',
  'a seat that is cancelled in a block is not listed');
select throws_ok($$ execute book('bob') $$, 'M9203', 'slot_closed',
  'a seat that is cancelled in a block cannot be booked');
select tests.act_as('tara');
select lives_ok('take_back', 'a provider takes a block back');
select tests.act_as('bob');
select results_eq('is_listed', 'values (true)', 'a slot is listed again after the block');
select results_eq('by_hand_is_listed', 'values (true)',
  'a slot made by hand is listed again after the block');

-- Hours that are gone, under a full slot that somebody waits for.
select lives_ok($$ execute book('bob') $$, 'one seat is booked');
select tests.act_as('carl');
select lives_ok($$ execute book('carl') $$, 'the last seat is booked');
select tests.act_as('dora');
select lives_ok($$ select api.join_waitlist(slot_id) from used $$,
  'a customer waits for a full slot');
select tests.act_as_nobody();
select pg_temp.set_hours('15:00', '16:00');
select tests.act_as('bob');
select lives_ok($$ update tutoring.bookings set status = 'cancelled' where status = 'confirmed' $$,
  'a customer cancels after the hours are gone');
select tests.act_as_nobody();
select is(
  (select w.state from core.waitlist_entry as w), 'waiting',
  'a seat that comes free after its hours are gone is not offered');
select tests.act_as_service();
select is(api.offer_freed_seats(), 0, 'the clock does not offer it either');
select tests.act_as('eve');
select throws_ok($$ execute book('eve') $$, 'M9203', 'slot_closed',
  'a seat that comes free after its hours are gone cannot be booked');
select results_eq('by_hand_is_listed', 'values (true)', 'a slot made by hand needs no hours');

-- The hours come back: whoever waits is told at once, and the offer is withdrawn with the hours.
select tests.act_as_nobody();
select pg_temp.set_hours('09:00', '11:00');
select is((select w.state from core.waitlist_entry as w), 'offered',
  'a free seat is offered as soon as its hours are back');
select pg_temp.set_hours('15:00', '16:00');
select results_eq(
  $$ select w.state, cardinality(s.holds)
     from core.waitlist_entry as w join core.slot as s using (slot_id) $$,
  $$ values ('waiting', 0) $$, 'an offer is withdrawn with its hours');
select pg_temp.set_hours('09:00', '11:00');

-- Other seats are no other hours.
select tests.act_as('tara');
select lives_ok($$ select api.save_slot(jsonb_build_object('slot_id', slot_id, 'capacity', 3)) from used $$, 'a slot gets a third seat');
select lives_ok('block_day', 'the day is blocked again');
select tests.act_as('eve');
select results_eq('is_listed', 'values (false)', 'a block closes a slot with seats of its own');
select tests.act_as('tara');
select lives_ok('take_back', 'the block is taken back');

-- Seats of a session.
select tests.act_as('tara');
update tutoring.sessions set max_participants = 6 where id = tests.id('lesson');
select tests.act_as_nobody();
select results_eq(
  $$ select distinct s.capacity, s.slot_id = u.slot_id from core.slot as s cross join used as u
     where s.offering_id = tests.id('lesson') order by 1 $$,
  $$ values (3, true), (6, false) $$,
  'seats of a session reach its slots, except for one with seats of its own');
update core.slot set is_capacity_own = false where slot_id in (select slot_id from used);
select tests.act_as('eve');
select lives_ok($$ execute book('eve') $$, 'another seat is booked');
select tests.act_as('tara');
update tutoring.sessions set max_participants = 1 where id = tests.id('lesson');
select tests.act_as_nobody();
select is(
  (select capacity - taken - cardinality(holds) from core.slot join used using (slot_id)), 0,
  'a session with fewer seats sells no more than are sold');
select tests.act_as('eve');
select lives_ok($$ update tutoring.bookings set status = 'cancelled' where status = 'confirmed' $$,
  'one of them cancels');
select results_eq('is_listed', 'values (false)',
  'a seat that the session has no more is not sold again');

select * from finish();
rollback;
