-- Moving: a booking keeps its length and price, and nobody is reminded of what they have just read.

begin;
select plan(13);

select tests.offer('lesson', 'tara', 0);
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
values
  (tests.id('longer'), tests.id('offering lesson'), tests.id('tara'),
   now() + interval '12 days', now() + interval '12 days 90 minutes'),
  (tests.id('same'), tests.id('offering lesson'), tests.id('tara'),
   now() + interval '13 days', now() + interval '13 days 1 hour'),
  (tests.id('tomorrow'), tests.id('offering lesson'), tests.id('tara'),
   now() + interval '20 hours', now() + interval '21 hours');
select tests.introduce('bob');
insert into core.customer values (tests.id('bob'));
select tests.book('lesson', 'alice');
create temp table made as select booking_id from core.booking;
grant select on made to authenticated, anon;
prepare move (text) as
select r.slot_id from made, api.reschedule_booking(booking_id, tests.id($1)) as r;

select tests.act_as_anonymous();
select throws_ok($$ execute move('same') $$, '42501', null, 'nobody moves a booking unsigned');
select tests.act_as('bob');
select throws_ok($$ execute move('same') $$, 'M4203', 'booking_not_found',
  'nobody moves another''s booking');

-- Another length is not sold at the old price.
select tests.act_as('alice');
select throws_ok($$ execute move('longer') $$, 'M9220', 'other_length',
  'a booking is not moved to a longer slot');
select tests.act_as_nobody();
select results_eq(
  $$ select slot_id, ends_at - starts_at from core.booking $$,
  $$ values (tests.id('lesson'), interval '1 hour') $$, 'a refused move changes nothing');
select tests.act_as('alice');
select results_eq($$ execute move('same') $$, $$ values (tests.id('same')) $$,
  'a booking is moved to a slot of its length');
select results_eq($$ execute move('same') $$, $$ values (tests.id('same')) $$,
  'moving it again gives the same answer');

-- A reminder a minute after the mail of the new time would tell nobody anything.
select tests.act_as_nobody();
update core.booking set confirmed_at = now() - interval '7 days';
select tests.act_as_service();
select is(api.remind_of_bookings(), 0, 'nobody is reminded long before the start');
select tests.act_as('alice');
select lives_ok($$ execute move('tomorrow') $$, 'a booking is moved to tomorrow');
select tests.act_as_service();
select is(api.remind_of_bookings(), 0, 'nobody is reminded of a new time they were just told');
select tests.act_as_nobody();
select tests.let_pass('19 hours 5 minutes');
select tests.act_as_service();
select is(api.remind_of_bookings(), 1, 'both are reminded of the new time an hour before');

-- What cannot be moved for nothing stays.
select tests.act_as_nobody();
update core.marketplace set cancel_grace_min = 0;
select tests.act_as('alice');
select throws_ok($$ execute move('lesson') $$, 'M9214', 'too_late_to_move',
  'a booking that would cost something to cancel is not moved');
select throws_ok($$ execute move('nowhere') $$, 'M9214', 'too_late_to_move',
  'wherever it would go');
select tests.act_as('tara');
select throws_ok($$ execute move('same') $$, 'M3203', 'customer_only',
  'a provider does not simply move a booking');

select * from finish();
rollback;
