-- The seats of a session reach the slots it has, those by hours and those by hand.

begin;
select plan(20);

-- A session of five seats, every day from 09:00 to 10:00, and a slot of it made by hand.
select tests.introduce('tara', 'alice', 'bob', 'carl', 'dora', 'eve');
insert into core.provider (provider_id) values (tests.id('tara'));
insert into core.customer
select tests.id(name) from unnest(array['alice', 'bob', 'carl', 'dora', 'eve']) as name;
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor, capacity)
values (tests.id('circle'), tests.id('tara'), 'circle', 60, 0, 5);
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
select tests.id('tara'), d, '09:00', '10:00', 'UTC' from generate_series(0, 6) as d;
create temp table used as
select s.slot_id from core.slot as s
where s.starts_at = date_trunc('day', now()) + interval '10 days 9 hours';
select tests.act_as('tara');
select api.save_slot(jsonb_build_object('slot_id', tests.id('by hand'), 'offering_id', tests.id('circle'),
  'starts_at', date_trunc('day', now()) + interval '10 days 20 hours'));
select tests.act_as_nobody();
grant select on used to authenticated, service_role, anon;
create function pg_temp.seats_are(p_seats integer) returns void language sql as $$
  select tests.act_as('tara');
  update tutoring.sessions set max_participants = p_seats where id = tests.id('circle');
  select tests.act_as_nobody();
$$;
prepare book (text) as
select (tutoring.create_booking_with_payment(tests.id($1), u.slot_id)).booking_id from used as u;
prepare seats as
select s.slot_id = u.slot_id, s.slot_id = tests.id('by hand'), max(s.taken), min(s.capacity), max(s.capacity)
from core.slot as s cross join used as u group by 1, 2 order by 1, 2;
prepare left_here as
select coalesce(max(s.seats_left), 0)
from used as u
left join lateral api.list_free_slots(tests.id('circle'), p_limit => 1000) as s using (slot_id);
prepare offers as
select w.state, count(n.notification_id)
from used as u
join core.waitlist_entry as w using (slot_id)
left join core.notification as n
  on n.person_id = w.customer_id and n.type = 'waitlist_offer'
     and n.payload ->> 'slot_id' = w.slot_id::text
where w.customer_id = tests.id('eve')
group by w.state;

-- Three of five are sold.
select tests.act_as('alice');
select lives_ok($$ execute book('alice') $$, 'the first of five seats is sold');
select tests.act_as('bob');
select lives_ok($$ execute book('bob') $$, 'the second of five seats is sold');
select tests.act_as('carl');
select lives_ok($$ execute book('carl') $$, 'the third of five seats is sold');
select tests.act_as('dora');
select results_eq('left_here', 'values (2)', 'two of five seats are listed after three are sold');

-- From five to one.
select tests.act_as_nobody();
select lives_ok('select pg_temp.seats_are(1)',
  'a session of five seats becomes one of one although three are sold');
select results_eq('seats',
  $$ values (false, false, 0, 1, 1), (false, true, 0, 1, 1), (true, false, 3, 3, 3) $$,
  'one seat reaches every slot of the session, and the sold seats stay');
select tests.act_as('dora');
select results_eq('left_here', 'values (0)',
  'a slot with three seats sold is listed no more when its session has one');
select throws_ok($$ execute book('dora') $$, 'M9201', 'slot_full',
  'a fourth cannot book when the session goes from five seats to one with three sold');
select lives_ok(
  $$ select tutoring.create_booking_with_payment(tests.id('dora'), tests.id('by hand')) $$,
  'the one seat of another slot of the session is sold');
select tests.act_as('eve');
select throws_ok(
  $$ select tutoring.create_booking_with_payment(tests.id('eve'), tests.id('by hand')) $$,
  'M9201', 'slot_full', 'a second cannot book a slot made by hand when the session has one seat');
select lives_ok('select api.join_waitlist(slot_id) from used', 'somebody waits for the full slot');

-- Two of the three go; the session has one seat, so it is still full, and nobody is told.
select tests.act_as('alice');
update tutoring.bookings set status = 'cancelled' where status = 'confirmed';
select tests.act_as_nobody();
select results_eq('offers', $$ values ('waiting', 0::bigint) $$,
  'a seat above those of the session is not offered when it comes free');
select pg_temp.seats_are(2);
select tests.act_as('dora');
select throws_ok($$ execute book('dora') $$, 'M9201', 'slot_full',
  'a slot with both of two seats sold is full');
select tests.act_as_nobody();
select results_eq('offers', $$ values ('waiting', 0::bigint) $$,
  'nobody is told while the seats are no more than are sold');

-- From two to six.
select pg_temp.seats_are(6);
select results_eq('seats',
  $$ values (false, false, 0, 6, 6), (false, true, 1, 6, 6), (true, false, 2, 6, 6) $$,
  'six seats reach every slot of the session, also a full one');
select results_eq('offers', $$ values ('offered', 1::bigint) $$,
  'somebody who waits for a full slot is told when the session goes from two seats to six');
select tests.act_as('dora');
select results_eq('left_here', 'values (3)',
  'a full slot is free again when the session goes from two seats to six');
select lives_ok($$ execute book('dora') $$, 'a seat that the session has more is sold');
select tests.act_as('eve');
select lives_ok($$ execute book('eve') $$, 'somebody who was told takes the seat that is kept for them');
select tests.act_as_nobody();
select results_eq('seats',
  $$ values (false, false, 0, 6, 6), (false, true, 1, 6, 6), (true, false, 4, 6, 6) $$,
  'the seats that are sold are counted among the six');

select * from finish();
rollback;
