-- Slots by hand, and the list of free ones.

begin;
select plan(43);

select tests.offer('lesson', 'tara', 5000, p_capacity => 2);
select tests.offer('other', 'uwe', 5000);
select tests.introduce('alice');

prepare free as
select seats_left from api.list_free_slots(p_offering_id => tests.id('offering lesson'));
prepare add (interval, interval, integer) as
select api.save_slot(jsonb_build_object(
  'offering_id', tests.id('offering lesson'), 'starts_at', now() + $1, 'ends_at', now() + $2,
  'capacity', $3));
prepare change (uuid, integer, timestamptz, timestamptz) as
select api.save_slot(jsonb_strip_nulls(jsonb_build_object(
  'slot_id', $1, 'capacity', $2, 'starts_at', $3, 'ends_at', $4)));

select tests.act_as_anonymous();
select results_eq('free', 'values (2)', 'an anonymous caller sees free slots and the seats left');
select is(
  (select count(*) from api.list_free_slots(p_limit => null)), 2::bigint,
  'an anonymous caller lists the free slots of all providers');
select is(
  (select count(*) from api.list_free_slots(p_provider_id => tests.id('uwe'))), 1::bigint,
  'an anonymous caller lists the free slots of one provider');
select is(
  (select count(*) from api.list_free_slots(p_until => now() + interval '9 days')), 0::bigint,
  'free slots can be limited to a time');
select is((select count(*) from api.list_free_slots(p_limit => -1)), 0::bigint,
  'a negative limit lists no slots');
select throws_ok(
  $$ execute add('1 day', '1 day 1 hour', 1) $$, '42501', null,
  'an anonymous caller cannot add a slot');

select tests.act_as('alice');
select throws_ok(
  $$ execute add('1 day', '1 day 1 hour', 1) $$, 'M4101', 'offering_not_found',
  'a person who is no provider cannot add a slot');
select throws_ok(
  $$ execute change(tests.id('lesson'), 5, null, null) $$, 'M4201', 'slot_not_found',
  'a person who is no provider cannot change a slot');
select throws_ok(
  $$ select api.remove_slot(tests.id('lesson')) $$, 'M4201', 'slot_not_found',
  'a person who is no provider cannot remove a slot');
select throws_ok(
  'delete from tutoring.bookable_slots', 'M4201', 'slot_not_found',
  'a person who is no provider cannot delete slots through the lens');

select tests.act_as('uwe');
select throws_ok(
  $$ execute add('1 day', '1 day 1 hour', 1) $$, 'M4101', 'offering_not_found',
  'another provider cannot add a slot to an offering');
select throws_ok(
  $$ execute change(tests.id('lesson'), 5, null, null) $$, 'M4201', 'slot_not_found',
  'another provider cannot change a slot');
select throws_ok(
  $$ update tutoring.bookable_slots set max_bookings = 9 $$, 'M4201', 'slot_not_found',
  'another provider cannot change slots through the lens without a filter');

select tests.act_as('tara');
select lives_ok($$ execute add('1 day', null, null) $$, 'a provider adds a slot to their offering');
select results_eq(
  $$ select end_time - start_time, max_bookings, is_available from tutoring.bookable_slots
     where start_time < now() + interval '2 days' $$,
  $$ values (interval '1 hour', 2, true) $$,
  'an added slot is as long and as large as its offering');
select throws_ok(
  $$ execute add('-1 hour', null, 1) $$, 'M0107', 'times_invalid', 'a slot in the past is refused');
select throws_ok($$ execute add('4 years', '4 years 1 hour', 1) $$, 'M0107', 'times_invalid',
  'a slot four years ahead is refused, because no mail could be written about it');
select throws_ok($$ execute add('1 day', '292000 years', 1) $$, 'M0107', 'times_invalid',
  'a slot that lasts for ages is refused');
select throws_ok(
  $$ execute add('2 days', '1 day', 1) $$, 'M0107', 'times_invalid',
  'a slot that ends before it starts is refused');
select throws_ok(
  $$ select api.save_slot(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'starts_at', now() + interval '1 day',
       'ends_at', 'infinity')) $$,
  'M0107', 'times_invalid', 'a slot without an end is refused');
select throws_ok($$ execute add('2 days', null, 0) $$, '23514', null,
  'a slot without a seat is refused');
select lives_ok(
  $$ insert into tutoring.bookable_slots (session_id, start_time, max_bookings)
     values (tests.id('offering lesson'), now() + interval '3 days', 4) $$,
  'a provider adds a slot through the lens');
select throws_ok(
  $$ update tutoring.bookable_slots set is_available = not is_available $$, 'M0018', 'column_read_only',
  'a provider cannot write whether a slot is available');
select throws_ok(
  $$ update tutoring.bookable_slots set current_bookings = 9 $$, 'M0018', 'column_read_only',
  'a provider cannot write how many seats are booked');
select throws_ok(
  $$ execute change(tests.id('lesson'), 0, null, null) $$, '23514', null,
  'a slot cannot be changed to have no seats');
select throws_ok(
  $$ execute change(tests.id('lesson'), null, now() - interval '1 hour', null) $$,
  'M0107', 'times_invalid', 'a slot cannot be moved into the past');
select throws_ok(
  $$ execute change(tests.id('lesson'), null, null, now()) $$,
  'M0107', 'times_invalid', 'a slot cannot be changed to end before it starts');
select lives_ok(
  $$ execute change(tests.id('lesson'), 3, null, null) $$, 'a provider adds seats to a slot');
select throws_ok(
  $$ execute change(tests.id('nothing'), 3, null, null) $$, 'M4201', 'slot_not_found',
  'a slot that does not exist cannot be changed');

-- In use.
select tests.act_as_nobody();
select tests.book('lesson', 'alice');
select tests.paid('other', 'bob');
select tests.act_as('tara');
select results_eq('free', 'values (2), (4), (2)', 'a held seat is not listed as left');
select throws_ok(
  $$ execute change(tests.id('lesson'), null, now() + interval '11 days', now() + interval '12 days') $$,
  'M9101', 'slot_in_use', 'the time of a held slot cannot be changed');
select throws_ok(
  $$ select api.remove_slot(tests.id('lesson')) $$, 'M9101', 'slot_in_use',
  'a held slot cannot be removed');
select throws_ok(
  $$ execute add('10 days', null, 1) $$, 'M9101', 'slot_in_use',
  'a slot cannot be added at the start of a held slot');
select tests.act_as_nobody();
select tests.book('lesson', 'carl');
select tests.act_as('tara');
select throws_ok(
  $$ execute change(tests.id('lesson'), 1, null, null) $$, 'M9102', 'capacity_below_taken',
  'a slot cannot have fewer seats than are held');
select tests.act_as('uwe');
select throws_ok(
  $$ execute change(tests.id('other'), 1, now() + interval '20 days', now() + interval '21 days') $$,
  'M9101', 'slot_in_use', 'the time of a booked slot cannot be changed');

-- A slot moved after its holds have ended takes its new time, not its old.
select tests.act_as_nobody();
select tests.let_pass('16 minutes');
select tests.act_as('tara');
select lives_ok(
  $$ execute change(tests.id('lesson'), 1, now() + interval '20 days', now() + interval '20 days 1 hour') $$,
  'the time of a slot can be changed when its holds have ended');
select tests.act_as_nobody();
select tests.book('lesson', 'dora');
select results_eq(
  $$ select lower(busy) from core.occupancy where slot_id = tests.id('lesson') $$,
  $$ values (now() + interval '20 days') $$, 'a slot booked after it moved occupies its new time');

-- Removing.
select tests.let_pass('16 minutes');
select tests.act_as('tara');
select lives_ok($$ select api.remove_slot(tests.id('lesson')) $$,
  'a provider removes a slot that nobody holds');
select is(
  (select count(*) from tutoring.bookable_slots where id = tests.id('lesson')), 1::bigint,
  'a provider still sees the slot they removed, as closed');
select tests.act_as('alice');
select is_empty(
  $$ select * from tutoring.bookable_slots where id = tests.id('lesson') $$,
  'a learner does not see a slot that was removed');
select is_empty(
  $$ select * from api.list_free_slots(p_until => now() + interval '60 days')
     where slot_id = tests.id('lesson') $$, 'a slot that was removed is not listed as free');

-- What is sold by the hour is booked by the time, and no list offers it to others.
select tests.act_as_nobody();
select tests.offer('hour', 'vera', 5000, p_starts => now() + interval '40 days');
update core.offering set kind = 'hour' where offering_id = tests.id('offering hour');
prepare hours as
select count(*) from api.list_free_slots(p_provider_id => tests.id('vera'),
                                         p_until => now() + interval '60 days');
select tests.act_as('alice');
select results_eq('hours', array[0::bigint], 'the free slots of an hour are not listed to others');
select tests.act_as('vera');
select results_eq('hours', array[1::bigint], 'the free slots of an hour are listed to its provider');

select * from finish();
rollback;
