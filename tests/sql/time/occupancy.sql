-- One provider, one place at a time: whatever they offer, and whatever a client tries.

begin;
select plan(29);

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
select count(*) from api.book_slot(tests.id($1), tests.id($2));

select tests.act_as('alice');
select results_eq(
  'free', $$ values ('after'), ('elsewhere'), ('lesson'), ('overlap') $$,
  'slots without bookings are all free');
select results_eq($$ execute book('alice', 'lesson') $$, 'values (1::bigint)',
  'a customer books one of two seats');
select results_eq(
  'free', $$ values ('after'), ('elsewhere'), ('lesson') $$,
  'a booking makes the provider''s overlapping slot busy and no other');

select tests.act_as('bob');
select throws_ok(
  $$ execute book('bob', 'overlap') $$, 'M9204', 'provider_busy',
  'a slot that overlaps the provider''s booking cannot be booked');
select lives_ok($$ execute book('bob', 'lesson') $$, 'another customer books the second seat');
select tests.act_as('carl');
select throws_ok(
  $$ execute book('carl', 'lesson') $$, 'M9201', 'slot_full',
  'a third seat of a slot with two is refused');
select lives_ok($$ execute book('carl', 'after') $$,
  'a slot that begins when the booked one ends can be booked');
select tests.act_as_nobody();
select throws_ok(
  $$ insert into core.occupancy (slot_id, provider_id, busy)
     select slot_id, provider_id, tstzrange(starts_at, ends_at) from core.slot
     where slot_id = tests.id('overlap') $$,
  '23P01', null, 'the table refuses overlapping times of a provider whatever a function does');

-- Buffers.
select tests.offer('early', 'tara', 0, p_starts => now() + interval '20 days');
select tests.offer('late', 'tara', 0, p_starts => now() + interval '20 days 70 minutes');
update core.offering set buffer_after_min = 15 where title = 'early';
select tests.act_as('alice');
select lives_ok($$ execute book('alice', 'early') $$,
  'a customer books a slot with a buffer of 15 minutes after it');
select tests.act_as('bob');
select throws_ok(
  $$ execute book('bob', 'late') $$, 'M9204', 'provider_busy',
  'a slot that begins within the buffer cannot be booked');
select tests.act_as_nobody();
update core.offering set buffer_after_min = 600 where title = 'early';
select lives_ok(
  $$ select internal.settle_slot(tests.id('early')) $$,
  'a longer buffer is accepted although it overlaps what is booked');
select is(
  (select upper(busy) from core.occupancy where slot_id = tests.id('early')),
  now() + interval '20 days 75 minutes', 'a booked slot keeps the buffer it was booked with');

-- Every reason not to.
select tests.offer('full', 'vera', 5000, p_starts => now() + interval '2 hours');
prepare try as
select count(*) from api.book_slot(tests.id('alice'), tests.id('full'));
select tests.act_as_nobody();
update core.provider set accepting_bookings = false where provider_id = tests.id('vera');
select tests.act_as('alice');
select throws_ok('try', 'M9206', 'provider_not_accepting',
  'a provider who does not accept bookings cannot be booked');
select tests.act_as_nobody();
update core.provider set accepting_bookings = true where provider_id = tests.id('vera');
update core.offering set is_active = false where title = 'full';
select tests.act_as('alice');
select throws_ok('try', 'M9205', 'offering_inactive', 'an inactive offering cannot be booked');
select tests.act_as_nobody();
update core.offering set is_active = true, min_notice_min = 180 where title = 'full';
select tests.act_as('alice');
select throws_ok('try', 'M9210', 'notice_too_short',
  'a slot cannot be booked at shorter notice than the offering asks');
select tests.act_as_nobody();
update core.offering set min_notice_min = 0 where title = 'full';
update core.slot set state = 'closed' where slot_id = tests.id('full');
select tests.act_as('alice');
select throws_ok('try', 'M9203', 'slot_closed', 'a closed slot cannot be booked');
select tests.act_as_nobody();
update core.slot set state = 'open', starts_at = now() where slot_id = tests.id('full');
select tests.act_as('alice');
select throws_ok('try', 'M9202', 'slot_past', 'a slot that has begun cannot be booked');
select throws_ok(
  $$ execute book('alice', 'nothing') $$, 'M4201', 'slot_not_found',
  'a slot that does not exist cannot be booked');

select throws_ok(
  'select * from internal.open_slots()', '42501', null,
  'a customer cannot call an internal function');

-- What holding and selling add to a slot is what a count finds. All holds here end at one instant.
select tests.act_as_nobody();
select tests.offer('hall', 'wim', 5000, p_capacity => 6, p_starts => now() + interval '30 days');
select tests.offer('beside', 'wim', 5000, p_starts => now() + interval '30 days 30 minutes');
select tests.book('hall', 'bob');
select tests.book('hall', 'carl');
select tests.paid('hall', 'alice');
prepare hall as
select taken, holds from core.slot where slot_id = tests.id('hall');
create temporary table added as
select taken, holds from core.slot where slot_id = tests.id('hall');
select results_eq(
  'hall', $$ select 1, array_fill(now() + interval '15 minutes', array[2]) $$,
  'a customer who pays gives up their own hold, although others end at the same instant');
select internal.settle_slot(tests.id('hall'));
select results_eq('hall', 'select taken, holds from added',
  'a count of the slot finds what holding and selling have added');
select throws_ok(
  $$ select internal.put_seats(jsonb_populate_record(s, '{"taken": 0}'), 2, s.holds)
     from core.slot as s where s.slot_id = tests.id('hall') $$, 'P0002', null,
  'nobody adds to a slot that has changed since they saw it');

-- A hold that has ended, of a slot that is beside another.
update core.booking set status = 'expired', hold_expires_at = now() - interval '1 minute'
where slot_id = tests.id('hall');
update core.slot set taken = 0, holds = array[now() - interval '1 minute']
where slot_id = tests.id('hall');
update core.occupancy set expires_at = now() - interval '1 minute'
where slot_id = tests.id('hall');
select lives_ok($$ select tests.book('beside', 'bob') $$,
  'a time is sold again in the second in which the hold beside it has ended');
select is_empty($$ select from core.occupancy where slot_id = tests.id('hall') $$,
  'the time of a hold that has ended is removed when somebody else takes it');

-- Seats with holds that do not end in the order in which they were made.
select tests.offer('seats', 'wanda', 0, p_capacity => 4);
select internal.put_seats(s, 0, array[now() + interval '2 hours', now() + interval '1 hour',
                                      now() - interval '1 hour', null])
from core.slot as s where s.slot_id = tests.id('seats');
update core.slot
set holds = array(select h.until - interval '90 minutes' from unnest(holds) as h(until))
where slot_id = tests.id('seats');
select results_eq(
  $$ select internal.live_holds(holds), internal.seats_left(s) from core.slot as s
     where slot_id = tests.id('seats') $$,
  'values (1, 3)', 'a hold that has ended is counted no more, whichever was made first');
select results_eq(
  $$ select internal.live_holds('{}'), internal.live_holds(array[now()]),
            internal.live_holds(array[now(), 'infinity']) $$,
  'values (0, 0, 1)', 'a hold has ended at the instant at which it ends');

-- A quiet night: the statistics say that these tables are empty, and a connection plans for that.
delete from core.occupancy;
analyze core.occupancy, core.waitlist_entry, core.promotion, core.commission;
create view tests.scanned as
select t.relname, t.seq_scan
from pg_stat_xact_user_tables as t
where t.schemaname = 'core'
  and t.relname in ('occupancy', 'waitlist_entry', 'promotion', 'commission');
select tests.introduce('customer ' || n), tests.offer('quiet ' || n, 'vera ' || n, 5000)
from generate_series(1, 10) as n;
insert into core.customer select tests.id('customer ' || n) from generate_series(1, 10) as n;
create table tests.scanned_before as select * from tests.scanned;
select set_config('app.waits_outside', 'on', true);
select tests.book('quiet ' || n, 'customer ' || n) from generate_series(1, 10) as n;
select bag_eq('select * from tests.scanned', 'select * from tests.scanned_before',
  'a booking reads no table from end to end that was empty when its connection planned it');

select is_empty(
  $$ select p.proname from pg_proc as p
     where 'enable_seqscan=off' = any (p.proconfig) and not 'jit=off' = any (p.proconfig) $$,
  'no plan is compiled because it looks dear without whole tables');
select is_empty(
  $$ select p.proname from pg_proc as p
     where p.prosecdef
       and p.prosrc ~ 'internal\.(put_seats|hold_seats|place_booking)\('
       and p.pronamespace in ('api'::regnamespace, 'internal'::regnamespace)
       and not coalesce(p.proconfig @> '{enable_seqscan=off,plan_cache_mode=force_generic_plan}',
                        false) $$,
  'whoever writes seats has them planned without whole tables, and once a connection');

select * from finish();
rollback;
