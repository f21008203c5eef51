-- Events: their time is taken from the beginning; registering is booking; moving tells everybody
-- once, calling off refunds everybody once.

begin;
select plan(45);

select tests.introduce('tara', 'uwe', 'alice', 'bob', 'carl');
insert into core.provider (provider_id, currency) values (tests.id('tara'), 'EUR'), (tests.id('uwe'), 'EUR');
insert into core.customer select tests.id(n) from unnest(array['alice', 'bob', 'carl']) as n;
create function tests.in_days(p_days integer) returns timestamptz language sql
return date_trunc('hour', now()) + make_interval(days => p_days);
grant execute on all functions in schema tests to public;
prepare event (text, numeric, integer, integer) as
select set_config('tests.' || $1, api.save_event(jsonb_build_object(
  'title', $1, 'price', $2, 'capacity', $3, 'starts_at', tests.in_days($4)))::text, true) <> '';
create function tests.event(p_name text) returns uuid language sql
return current_setting('tests.' || p_name)::uuid;
prepare move (text, integer) as select api.move_event(tests.event($1), tests.in_days($2));
prepare change (text, jsonb) as
select api.save_event($2 || jsonb_build_object('slot_id', tests.event($1))) = tests.event($1);
grant execute on all functions in schema tests to public;

-- Who, and what it is.
select tests.act_as_anonymous();
select throws_ok($$ execute event('circle', 20, 3, 10) $$, '42501', null,
  'an anonymous caller cannot make an event');
select tests.act_as('alice');
select throws_ok($$ execute event('circle', 20, 3, 10) $$, 'M4001', 'provider_not_found',
  'a customer cannot make an event');
select tests.act_as('tara');
select results_eq($$ execute event('circle', 20, 3, 10) $$, 'values (true)',
  'a provider makes an event with its date');
select tests.act_as_nobody();
select results_eq(
  $$ select o.kind, o.title, o.price_minor, s.capacity, s.ends_at - s.starts_at, e.seq is not null
     from core.event as e join core.slot as s using (slot_id) join core.offering as o using (offering_id) $$,
  $$ values ('event', 'circle', 2000::bigint, 3, interval '2 hours', true) $$,
  'an event has a date with seats, and lasts two hours unless it says otherwise');
select results_eq(
  'select slot_id, expires_at from core.occupancy',
  $$ values (tests.event('circle'), null::timestamptz) $$,
  'an event takes its organiser''s time before anybody has registered');

-- Its time is taken.
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor, currency)
values (tests.id('lesson'), tests.id('tara'), 'lesson', 60, 1000, 'EUR');
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
values (tests.id('at once'), tests.id('lesson'), tests.id('tara'),
        tests.in_days(10) + interval '1 hour', tests.in_days(10) + interval '2 hours'),
       (tests.id('other'), tests.id('lesson'), tests.id('tara'),
        tests.in_days(12), tests.in_days(12) + interval '1 hour');
select tests.act_as('alice');
select throws_ok($$ select api.book_slot(tests.id('alice'), tests.id('at once')) $$, 'M9204',
  'provider_busy', 'a session at the time of an event cannot be booked');
select lives_ok($$ select api.book_slot(tests.id('alice'), tests.id('other')) $$,
  'a session at another time can be booked');
select tests.act_as('tara');
select throws_ok($$ execute event('second', 5, 3, 10) $$, 'M9204', 'provider_busy',
  'two events of one organiser cannot be at one time');
select throws_ok($$ execute event('second', 5, 3, 12) $$, 'M9204', 'provider_busy',
  'an event cannot be at the time of a booked session');
select throws_ok($$ execute event('second', 5, 3, -1) $$, 'M0107', 'times_invalid',
  'an event cannot be in the past');
select tests.act_as('uwe');
select lives_ok($$ execute event('drum', 5, 3, 10) $$,
  'another organiser has an event at the same time');

-- Changing it.
select throws_ok($$ execute change('circle', '{"title": "mine"}') $$, 'M4206', 'event_not_found',
  'another organiser cannot change an event');
select throws_ok($$ execute move('circle', 20) $$, 'M4206', 'event_not_found',
  'another organiser cannot move an event');
select tests.act_as('tara');
select results_eq($$ execute change('circle', '{"title": "full moon", "price": 25}') $$,
  'values (true)', 'an organiser changes the title and the price of an event');
select throws_ok(
  $$ select api.save_event(jsonb_build_object('slot_id', tests.event('circle')), 'fail') $$,
  '23505', null, 'an event that is there already is not made again');
select throws_ok($$ select api.move_event(tests.id('other'), now()) $$, 'M4206',
  'event_not_found', 'the slot of a session is not moved as an event');

-- Registering.
select tests.act_as_nobody();
update core.marketplace set commission_bp = 1000;
create function tests.registered(p_customer text, p_seats integer) returns uuid language plpgsql as $$
declare
  v_payment uuid;
begin
  perform tests.act_as_service();
  select b.payment_id into v_payment
  from api.book_slot(tests.id(p_customer), tests.event('circle'), p_seats => p_seats) as b;
  perform tests.act_as_nobody();
  perform tests.arrives(v_payment);
  return v_payment;
end $$;
select tests.registered('alice', 2);
select tests.registered('bob', 1);
select tests.act_as('carl');
select throws_ok($$ select api.book_slot(tests.id('carl'), tests.event('circle')) $$, 'M9201',
  'slot_full', 'a full event takes no registration');
select tests.act_as('tara');
select throws_ok($$ execute change('circle', '{"capacity": 2}') $$, 'M9102',
  'capacity_below_taken', 'an event cannot have fewer seats than have registered');
select results_eq($$ execute change('circle', '{"capacity": 4}') $$, 'values (true)',
  'an event gets more seats');

-- Moving.
select tests.act_as_nobody();
prepare told (text) as
select p.display_name, count(*) from core.notification as n join core.person as p using (person_id)
where n.type = $1 group by 1 order by 1;
select tests.act_as('tara');
select throws_ok($$ execute move('circle', 12) $$, 'M9204', 'provider_busy',
  'an event cannot be moved to the time of a booked session');
select tests.act_as_nobody();
select results_eq($$ execute told('booking_rescheduled') $$,
  'select display_name, 0::bigint from core.person where false',
  'a move that was refused tells nobody');
update core.booking set created_at = created_at - interval '2 days',
                        confirmed_at = confirmed_at - interval '2 days';
update core.booking set policy_tiers = '[{"hours_before": 8000, "refund_percent": 0}]';
select tests.act_as('alice');
select is((api.quote_cancellation(b.id::uuid) ->> 'refund_minor')::integer, 0,
  'a customer who changes their mind gets back what the policy says')
from (select set_config('tests.alices', (
        select id::text from tutoring.bookings where session_id is not null and seats = 2), true) as id) as b;
select tests.act_as('tara');
select results_eq($$ execute move('circle', 20) $$, 'values (2)',
  'moving an event tells all who have registered');
select results_eq($$ execute move('circle', 20) $$, 'values (0)',
  'moving an event to the time it has tells nobody');
select tests.act_as_nobody();
select results_eq($$ execute told('booking_rescheduled') $$,
  $$ values ('alice', 1::bigint), ('bob', 1), ('tara', 2) $$,
  'everybody who has registered is told of a move once, and the organiser once for each entry');
select results_eq(
  $$ select distinct b.starts_at, lower(c.busy), b.ics_sequence
     from core.booking as b join core.occupancy as c using (slot_id)
     where b.slot_id = tests.event('circle') $$,
  'select tests.in_days(20), tests.in_days(20), 1',
  'a moved event takes its registrations and its organiser''s time with it');
select tests.act_as('alice');
select is((api.quote_cancellation(current_setting('tests.alices')::uuid) ->> 'refund_minor')::integer,
  5000, 'a customer whose event was moved gets everything back');
select lives_ok($$ select api.book_slot(tests.id('alice'), tests.id('at once')) $$,
  'the time that a moved event has left can be booked');

-- Calling off: killed after each step, and resumed by the clock.
select tests.act_as_nobody();
create function tests.step() returns bigint language plpgsql as $$
begin
  perform set_config('app.user_id', tests.id('tara')::text, true);
  perform internal.continue_call_off(c.call_off_id, 1) from core.call_off as c;
  return (select count(*) from core.booking
          where slot_id = tests.event('circle') and status = 'cancelled');
end $$;
select tests.act_as('uwe');
select throws_ok($$ select api.call_off_slot(tests.event('circle')) $$, 'M4201', 'slot_not_found',
  'another organiser cannot call off an event');
select tests.act_as_nobody();
select set_config('app.user_id', tests.id('tara')::text, true);
update core.slot set state = 'removed' where slot_id = tests.event('circle');
select internal.begin_call_off(tests.id('tara'), tests.event('circle'),
  tstzrange(tests.in_days(20), tests.in_days(21)), null, 'storm');
select tests.act_as('carl');
select throws_ok($$ select api.book_slot(tests.id('carl'), tests.event('circle')) $$, 'M9203',
  'slot_closed', 'an event that is being called off takes no registration');
select tests.act_as_nobody();
select is(tests.step(), 1::bigint, 'a step of calling off cancels what it says');
select is(tests.step(), 2::bigint, 'the next step cancels the rest');
select is(tests.step(), 2::bigint, 'a step after the last cancels nothing');
select tests.act_as('tara');
select results_eq(
  $$ select bookings_called_off, bookings_left from api.call_off_slot(tests.event('circle')) $$,
  'values (2, 0)', 'calling an event off again says how far it has come');
select tests.act_as_nobody();
select results_eq(
  $$ select r.amount_minor, count(*) from core.refund as r group by 1 order by 1 $$,
  $$ values (2500::bigint, 1::bigint), (5000, 1) $$,
  'everybody who has paid for an event that is called off gets everything back once');
select results_eq(
  $$ select p.display_name, count(*) from core.notification as n join core.person as p using (person_id)
     where n.type = 'booking_cancelled' and n.person_id <> tests.id('tara') group by 1 order by 1 $$,
  $$ values ('alice', 1::bigint), ('bob', 1) $$,
  'everybody is told once that an event was called off');
select is_empty($$ select from core.occupancy where slot_id = tests.event('circle') $$,
  'an event that was called off gives its organiser''s time back');
select is_empty('select * from tests.ledger_problems()',
  'the books of an event that was called off add up');
select tests.act_as('tara');
select throws_ok($$ execute move('circle', 30) $$, 'M9203', 'slot_closed',
  'an event that was called off cannot be moved');


-- A block closes an event as it closes every time; opened again, it takes its time again.
select tests.act_as('uwe');
select set_config('tests.block', api.block_time(tests.in_days(10), tests.in_days(11))::text, true);
select tests.act_as_nobody();
select results_eq($$ select state from core.slot where slot_id = tests.event('drum') $$, $$ values ('closed') $$,
  'an event in a blocked time is closed');
select is_empty($$ select from core.occupancy where slot_id = tests.event('drum') $$,
  'an event in a blocked time takes no time');
select tests.act_as('uwe');
select api.remove_exception(current_setting('tests.block')::uuid);
select tests.act_as_nobody();
select results_eq($$ select state from core.slot where slot_id = tests.event('drum') $$, $$ values ('open') $$,
  'an event is open again when its block is gone');
select isnt_empty($$ select from core.occupancy where slot_id = tests.event('drum') $$,
  'an event that is open again takes its organiser''s time again');

-- Removed, while nobody has registered.
select tests.act_as('uwe');
select lives_ok($$ select api.remove_slot(tests.event('drum')) $$,
  'an event that nobody has registered for can be removed');
select tests.act_as_nobody();
select is_empty($$ select from core.occupancy where slot_id = tests.event('drum') $$,
  'an event that was removed gives its organiser''s time back');

select * from finish();
rollback;
