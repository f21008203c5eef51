-- Slots by hand, and the list of free ones.

begin;
select plan(39);

select tests.offer('lesson', 'tara', 5000, p_capacity => 2);
select tests.offer('other', 'uwe', 5000);
select tests.introduce('alice');

prepare free as
select seats_left from api.list_free_slots(p_offering_id => tests.id('offering lesson'));
prepare add (interval, interval, integer) as
select api.add_slot(tests.id('offering lesson'), now() + $1, now() + $2, $3);

select tests.act_as_anonymous();
select results_eq('free', 'values (2)', 'everybody sees free slots and the seats left');
select is(
  (select count(*) from api.list_free_slots(p_limit => null)), 2::bigint, 'of anybody');
select is(
  (select count(*) from api.list_free_slots(p_provider_id => tests.id('uwe'))), 1::bigint,
  'or of one');
select is(
  (select count(*) from api.list_free_slots(p_until => now() + interval '9 days')), 0::bigint,
  'in a time');
select is((select count(*) from api.list_free_slots(p_limit => -1)), 0::bigint, 'a few or none');
select throws_ok(
  $$ execute add('1 day', '1 day 1 hour', 1) $$, '42501', null,
  'nobody adds one without signing in');

select tests.act_as('alice');
select throws_ok(
  $$ execute add('1 day', '1 day 1 hour', 1) $$, 'M4101', 'offering_not_found',
  'a learner adds none');
select throws_ok(
  $$ select api.change_slot(tests.id('lesson'), 5) $$, 'M4201', 'slot_not_found', 'changes none');
select throws_ok(
  $$ select api.remove_slot(tests.id('lesson')) $$, 'M4201', 'slot_not_found', 'removes none');
select throws_ok(
  'delete from tutoring.bookable_slots', 'M4201', 'slot_not_found', 'through the lens neither');

select tests.act_as('uwe');
select throws_ok(
  $$ execute add('1 day', '1 day 1 hour', 1) $$, 'M4101', 'offering_not_found',
  'nor does another provider add one');
select throws_ok(
  $$ select api.change_slot(tests.id('lesson'), 5) $$, 'M4201', 'slot_not_found', 'or change');
select throws_ok(
  $$ update tutoring.bookable_slots set max_bookings = 9 $$, 'M4201', 'slot_not_found',
  'naming no row neither');

select tests.act_as('tara');
select lives_ok($$ execute add('1 day', null, null) $$, 'a provider adds one');
select results_eq(
  $$ select end_time - start_time, max_bookings, is_available from tutoring.bookable_slots
     where start_time < now() + interval '2 days' $$,
  $$ values (interval '1 hour', 2, true) $$, 'as long and large as the offering');
select throws_ok(
  $$ execute add('-1 hour', null, 1) $$, 'M0107', 'times_invalid', 'it lies ahead');
select throws_ok(
  $$ execute add('2 days', '1 day', 1) $$, 'M0107', 'times_invalid', 'its end follows its start');
select throws_ok(
  $$ select api.add_slot(tests.id('offering lesson'), now() + interval '1 day', 'infinity') $$,
  'M0107', 'times_invalid', 'and comes');
select throws_ok($$ execute add('2 days', null, 0) $$, '23514', null, 'it has a seat');
select lives_ok(
  $$ insert into tutoring.bookable_slots (session_id, start_time, max_bookings)
     values (tests.id('offering lesson'), now() + interval '3 days', 4) $$,
  'one is added through the lens');
select throws_ok(
  $$ update tutoring.bookable_slots set is_available = true $$, '42501', null,
  'availability is counted, not set');
select throws_ok(
  $$ update tutoring.bookable_slots set current_bookings = 0 $$, '42501', null, 'as are bookings');
select throws_ok(
  $$ select api.change_slot(tests.id('lesson'), 0) $$, '23514', null, 'a slot keeps a seat');
select throws_ok(
  $$ select api.change_slot(tests.id('lesson'), null, now() - interval '1 hour') $$,
  'M0107', 'times_invalid', 'and its time ahead');
select throws_ok(
  $$ select api.change_slot(tests.id('lesson'), null, null, now()) $$,
  'M0107', 'times_invalid', 'in order');
select lives_ok(
  $$ select api.change_slot(tests.id('lesson'), 3) $$, 'seats are added');
select throws_ok(
  $$ select api.change_slot(tests.id('nothing'), 3) $$, 'M4201', 'slot_not_found',
  'where there is one');

-- In use.
select tests.act_as_nobody();
select tests.book('lesson', 'alice');
select tests.paid('other', 'bob');
select tests.act_as('tara');
select results_eq('free', 'values (2), (4), (2)', 'a held seat is not free');
select throws_ok(
  $$ select api.change_slot(tests.id('lesson'), null, now() + interval '11 days',
                            now() + interval '12 days') $$,
  'M9101', 'slot_in_use', 'the time of a held slot stays');
select throws_ok(
  $$ select api.remove_slot(tests.id('lesson')) $$, 'M9101', 'slot_in_use',
  'and it is not removed');
select throws_ok(
  $$ execute add('10 days', null, 1) $$, 'M9101', 'slot_in_use', 'or made anew at its start');
select tests.act_as_nobody();
select tests.book('lesson', 'carl');
select tests.act_as('tara');
select throws_ok(
  $$ select api.change_slot(tests.id('lesson'), 1) $$, 'M9102', 'capacity_below_taken',
  'nobody loses a seat they hold');
select tests.act_as('uwe');
select throws_ok(
  $$ select api.change_slot(tests.id('other'), 1, now() + interval '20 days',
                            now() + interval '21 days') $$,
  'M9101', 'slot_in_use', 'the time of a booked slot stays');

-- A slot moved after its holds have ended takes its new time, not its old.
select tests.act_as_nobody();
select tests.let_pass('16 minutes');
select tests.act_as('tara');
select lives_ok(
  $$ select api.change_slot(tests.id('lesson'), 1, now() + interval '20 days',
                            now() + interval '20 days 1 hour') $$,
  'when the holds have ended the slot may move');
select tests.act_as_nobody();
select tests.book('lesson', 'dora');
select results_eq(
  $$ select lower(busy) from core.occupancy where slot_id = tests.id('lesson') $$,
  $$ values (now() + interval '20 days') $$, 'and takes the provider''s time where it is now');

-- Removing.
select tests.let_pass('16 minutes');
select tests.act_as('tara');
select lives_ok($$ select api.remove_slot(tests.id('lesson')) $$, 'an idle slot is removed');
select is(
  (select count(*) from tutoring.bookable_slots where id = tests.id('lesson')), 1::bigint,
  'its provider still sees it, closed');
select tests.act_as('alice');
select is_empty(
  $$ select * from tutoring.bookable_slots where id = tests.id('lesson') $$, 'nobody else does');
select is_empty(
  $$ select * from api.list_free_slots(p_until => now() + interval '60 days')
     where slot_id = tests.id('lesson') $$, 'and it is not free');

select * from finish();
rollback;
