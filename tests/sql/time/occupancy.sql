-- One provider, one place at a time: whatever they offer, and whatever a client tries.

begin;
select plan(19);

select tests.offer('lesson', 'tara', 0, p_capacity => 2);
select tests.offer('overlap', 'tara', 0, p_starts => now() + interval '10 days 30 minutes');
select tests.offer('after', 'tara', 0, p_starts => now() + interval '10 days 1 hour');
select tests.offer('elsewhere', 'uwe', 0);
select tests.introduce('alice', 'bob', 'carl');
insert into core.customer values (tests.id('alice')), (tests.id('bob')), (tests.id('carl'));

prepare free as
select o.title from api.list_free_slots() as s
join tutoring.sessions as o on o.id = s.offering_id order by 1;

prepare book (text, text) as
select count(*) from api.create_booking_with_payment(tests.id($1), tests.id($2));

select tests.act_as('alice');
select results_eq(
  'free', $$ values ('after'), ('elsewhere'), ('lesson'), ('overlap') $$, 'at first all are free');
select results_eq($$ execute book('alice', 'lesson') $$, 'values (1::bigint)', 'one books a seat');
select results_eq(
  'free', $$ values ('after'), ('elsewhere'), ('lesson') $$,
  'what overlaps is not free any more, what follows is, and the other seat');

select tests.act_as('bob');
select throws_ok(
  $$ execute book('bob', 'overlap') $$, 'M9204', 'provider_busy', 'nor can it be booked');
select lives_ok($$ execute book('bob', 'lesson') $$, 'another books the other seat');
select tests.act_as('carl');
select throws_ok(
  $$ execute book('carl', 'lesson') $$, 'M9201', 'slot_full', 'a third seat of two is refused');
select lives_ok($$ execute book('carl', 'after') $$, 'what follows can be booked');
select tests.act_as_nobody();
select throws_ok(
  $$ insert into core.occupancy (slot_id, provider_id, busy)
     select slot_id, provider_id, tstzrange(starts_at, ends_at) from core.slot
     where slot_id = tests.id('overlap') $$,
  '23P01', null, 'the constraint holds whatever a function does');

-- Buffers.
select tests.offer('early', 'tara', 0, p_starts => now() + interval '20 days');
select tests.offer('late', 'tara', 0, p_starts => now() + interval '20 days 70 minutes');
update core.offering set buffer_after_min = 15 where title = 'early';
select tests.act_as('alice');
select lives_ok($$ execute book('alice', 'early') $$, 'with a quarter of an hour after it');
select tests.act_as('bob');
select throws_ok(
  $$ execute book('bob', 'late') $$, 'M9204', 'provider_busy', 'ten minutes later is too soon');
select tests.act_as_nobody();
update core.offering set buffer_after_min = 600 where title = 'early';
select lives_ok(
  $$ select internal.settle_slot(tests.id('early')) $$,
  'a buffer that grows afterwards breaks nothing that stands');
select is(
  (select upper(busy) from core.occupancy where slot_id = tests.id('early')),
  now() + interval '20 days 75 minutes', 'and what stands keeps its time');

-- Every reason not to.
select tests.offer('full', 'vera', 5000, p_starts => now() + interval '2 hours');
prepare try as
select count(*) from api.create_booking_with_payment(tests.id('alice'), tests.id('full'));
select tests.act_as_nobody();
update core.provider set accepting_bookings = false where provider_id = tests.id('vera');
select tests.act_as('alice');
select throws_ok('try', 'M9206', 'provider_not_accepting', 'not while the provider takes none');
select tests.act_as_nobody();
update core.provider set accepting_bookings = true where provider_id = tests.id('vera');
update core.offering set is_active = false where title = 'full';
select tests.act_as('alice');
select throws_ok('try', 'M9205', 'offering_inactive', 'not what was taken down');
select tests.act_as_nobody();
update core.offering set is_active = true, min_notice_min = 180 where title = 'full';
select tests.act_as('alice');
select throws_ok('try', 'M9210', 'notice_too_short', 'not at too short notice');
select tests.act_as_nobody();
update core.offering set min_notice_min = 0 where title = 'full';
update core.slot set state = 'closed' where slot_id = tests.id('full');
select tests.act_as('alice');
select throws_ok('try', 'M9203', 'slot_closed', 'not what is closed');
select tests.act_as_nobody();
update core.slot set state = 'open', starts_at = now() where slot_id = tests.id('full');
select tests.act_as('alice');
select throws_ok('try', 'M9202', 'slot_past', 'not what has begun');
select throws_ok(
  $$ execute book('alice', 'nothing') $$, 'M4201', 'slot_not_found', 'not what is not there');

select throws_ok(
  'select * from internal.open_slots()', '42501', null, 'nobody who calls names what is internal');

select * from finish();
rollback;
