-- Appointments: a time that is asked for, inside the hours, by the service or by the hour.

begin;
select plan(55);

select tests.introduce('tara', 'uwe', 'alice', 'bob', 'eve');
insert into core.provider (provider_id, currency, hourly_rate_minor)
values (tests.id('tara'), 'EUR', 6000), (tests.id('uwe'), 'EUR', null);
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));
insert into core.subject (subject_id, customer_id, name)
values (tests.id('rex'), tests.id('alice'), 'Rex'), (tests.id('bello'), tests.id('bob'), 'Bello');
insert into core.offering (offering_id, provider_id, kind, title, duration_min, price_minor, currency)
values (tests.id('walk'), tests.id('tara'), 'service', 'Walk', 40, 2500, 'EUR'),
       (tests.id('his'), tests.id('uwe'), 'service', 'His', 40, 2500, 'EUR');
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
select p.id, d.day, h.a, h.b, 'UTC'
from unnest(array[tests.id('tara'), tests.id('uwe')]) as p(id)
cross join generate_series(0, 6) as d(day)
cross join (values (time '08:00', time '12:00'), ('12:00', '18:00')) as h(a, b);

-- Five minutes past nine, in so many days: no slot of the list begins then.
create function pg_temp.at(p_days integer, p_time time default '09:05')
returns timestamptz
language sql
as $$ select ((now() at time zone 'UTC')::date + p_days + p_time) at time zone 'UTC' $$;

create function pg_temp.asks(
  p_who      text,
  p_starts   timestamptz,
  p_ends     timestamptz default null,
  p_offering uuid default null,
  p_subject  uuid default null,
  p_key      text default null,
  p_provider text default 'tara'
)
returns bigint
language plpgsql
as $$
declare
  v_amount bigint;
begin
  perform tests.act_as(p_who);
  select b.amount_minor into v_amount
  from api.book_time(tests.id(p_provider), p_starts, p_ends, p_offering, p_subject,
                     p_idempotency_key => p_key) as b;
  perform tests.act_as_nobody();
  return v_amount;
end
$$;
grant usage on schema core to authenticated, anon;

select tests.act_as_anonymous();
select throws_ok($$ select api.book_time(tests.id('tara'), pg_temp.at(3)) $$, '42501', null,
  'an anonymous caller cannot book a time');
select tests.act_as_nobody();
select throws_ok($$ select pg_temp.asks('eve', pg_temp.at(3), p_offering => tests.id('walk')) $$,
  'M4202', 'customer_not_found', 'somebody who is no customer cannot book a time');
select tests.act_as('eve');
select throws_ok(
  $$ select api.book_time(tests.id('tara'), pg_temp.at(3), p_offering_id => tests.id('walk'),
                          p_customer_id => tests.id('alice')) $$, '42501', null,
  'nobody books a time for another');
select tests.act_as_nobody();

-- A service.
select is(pg_temp.asks('alice', pg_temp.at(3), p_offering => tests.id('walk'),
                       p_subject => tests.id('rex'), p_key => 'one'),
  2500::bigint, 'a service at a time that is asked for costs what the service costs');
select results_eq(
  $$ select starts_at, ends_at, subject_id, status, offering_id from core.booking $$,
  $$ values (pg_temp.at(3), pg_temp.at(3, '09:45'), tests.id('rex'), 'pending_payment',
             tests.id('walk')) $$,
  'the booking has the time that was asked for, the length of the service, and the dog');
select is(pg_temp.asks('alice', pg_temp.at(3), p_offering => tests.id('walk'),
                       p_subject => tests.id('rex'), p_key => 'one'),
  2500::bigint, 'the same request again is answered');
select is((select count(*) from core.booking), 1::bigint, 'the same request again books nothing');
select throws_ok(
  $$ select pg_temp.asks('alice', pg_temp.at(3), p_offering => tests.id('walk'), p_key => 'one') $$,
  'M9209', 'idempotency_key_reused', 'the key of one dog is not that of another request');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(3), p_offering => tests.id('walk')) $$, 'M9201',
  'slot_full', 'the same time is sold once');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(3, '09:20'), p_offering => tests.id('walk')) $$, 'M9204',
  'provider_busy', 'a time that overlaps is not sold');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(3, '09:00'), pg_temp.at(3, '11:00')) $$, 'M9204',
  'provider_busy', 'an hour that overlaps is not sold either');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(4), pg_temp.at(4, '10:05'), tests.id('walk')) $$,
  'M0210', 'length_invalid', 'a service is as long as it is');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(4), p_offering => tests.id('his')) $$,
  'M4101', 'offering_not_found', 'the service of another provider is not booked');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(4), p_offering => tests.id('walk'),
                         p_provider => 'bob') $$,
  'M4001', 'provider_not_found', 'somebody who is no provider is not booked');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(4), p_offering => tests.id('walk'),
                         p_subject => tests.id('rex')) $$,
  'M4006', 'subject_not_found', 'nobody brings the dog of another');
update core.subject set retired_at = now() where subject_id = tests.id('bello');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(4), p_offering => tests.id('walk'),
                         p_subject => tests.id('bello')) $$,
  'M4006', 'subject_not_found', 'a retired dog is not brought');

-- The hours.
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(4, '07:30'), p_offering => tests.id('walk')) $$, 'M9233',
  'outside_hours', 'a time that begins before the hours is refused');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(4, '17:30'), p_offering => tests.id('walk')) $$, 'M9233',
  'outside_hours', 'a time that ends after the hours is refused');
select is(pg_temp.asks('bob', pg_temp.at(4, '11:40'), p_offering => tests.id('walk')), 2500::bigint,
  'two windows that meet are one time');
insert into core.availability_exception (provider_id, kind, during)
values (tests.id('tara'), 'block', tstzrange(pg_temp.at(5, '13:00'), pg_temp.at(5, '14:00'))),
       (tests.id('tara'), 'open', tstzrange(pg_temp.at(5, '18:00'), pg_temp.at(5, '20:00')));
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(5, '12:30'), p_offering => tests.id('walk')) $$, 'M9233',
  'outside_hours', 'a blocked time is refused');
select is(pg_temp.asks('bob', pg_temp.at(5, '17:50'), p_offering => tests.id('walk')), 2500::bigint,
  'an opening prolongs the hours');
select throws_ok(
  $$ select pg_temp.asks('bob', now() - interval '1 hour', p_offering => tests.id('walk')) $$,
  'M9202', 'slot_past', 'a time in the past is refused');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(700), p_offering => tests.id('walk')) $$,
  'M9104', 'too_far_ahead', 'a time beyond the horizon is refused');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(5), pg_temp.at(5)) $$, 'M0107',
  'times_invalid', 'a time without a length is refused');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(5)) $$, 'M0107', 'times_invalid',
  'a booking by the hour needs an end');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(5), 'infinity') $$, 'M0107',
  'times_invalid', 'a time without an end is refused');

-- By the hour.
select is(pg_temp.asks('alice', pg_temp.at(6), pg_temp.at(6, '10:35')), 9000::bigint,
  'an hour and a half costs one and a half times the rate');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(7), pg_temp.at(7, '09:10')) $$, 'M0210',
  'length_invalid', 'five minutes are too short to be booked by the hour');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(7), pg_temp.at(7, '10:05'), p_provider => 'uwe') $$,
  'M9228', 'rate_not_set', 'a provider without a rate is not booked by the hour');
select is((select count(*) from core.offering where kind = 'hour'), 1::bigint,
  'a refused booking leaves no offering behind');
select is(pg_temp.asks('bob', pg_temp.at(7), pg_temp.at(7, '10:05')), 6000::bigint,
  'a second customer books by the hour');
select is((select count(*) from core.offering where kind = 'hour'), 1::bigint,
  'all hours of a provider are one offering');
select tests.act_as_anonymous();
select is((select count(*) from core.offering where kind = 'hour'), 0::bigint,
  'nobody finds the hours of a provider among the offerings');
select tests.act_as_nobody();
select is((select count(*) from api.list_free_slots(p_provider_id => tests.id('tara')) as f
           join core.offering as o using (offering_id) where o.kind = 'hour'), 0::bigint,
  'hours that are sold are not listed as free');

-- A hold of an hour that ends is not sold again at the price of somebody else.
update core.booking set hold_expires_at = now() - interval '1 second'
where customer_id = tests.id('bob') and starts_at = pg_temp.at(7);
select internal.settle_slot(slot_id) from core.booking where starts_at = pg_temp.at(7);
select tests.act_as('alice');
select throws_ok(format('select api.book_slot(tests.id(%L), %L)', 'alice',
    (select slot_id from core.booking where false union all
     select slot_id from core.slot where starts_at = pg_temp.at(7)
       and ends_at = pg_temp.at(7, '10:05') limit 1)),
  'M9203', 'slot_closed', 'an hour is not booked as if it were a slot');
select tests.act_as_nobody();
select is(pg_temp.asks('alice', pg_temp.at(7), pg_temp.at(7, '09:35')), 3000::bigint,
  'the same start can be asked for again, for a shorter time');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(7), pg_temp.at(7, '10:05')) $$, 'M9204',
  'provider_busy', 'while it is held, the same start is not sold for a longer time');

-- A dog is in one place.
select throws_ok(
  $$ select pg_temp.asks('alice', pg_temp.at(3, '09:10'), p_offering => tests.id('his'),
                         p_subject => tests.id('rex'), p_provider => 'uwe') $$,
  'M9227', 'subject_busy', 'a dog that is held somewhere is not booked elsewhere at that time');
select is(pg_temp.asks('alice', pg_temp.at(3, '09:45'), p_offering => tests.id('his'),
                       p_subject => tests.id('rex'), p_provider => 'uwe'),
  2500::bigint, 'a dog may go from one booking to the next');
select throws_ok(
  $$ update core.booking set status = 'confirmed', starts_at = pg_temp.at(20),
            ends_at = pg_temp.at(20, '10:00')
     where subject_id = tests.id('rex') $$,
  '23P01', null, 'whatever happens, a dog never stands in two bookings at one time');

-- Through the booking as a lens saves it.
select tests.act_as('bob');
select lives_ok(format($$ select api.save_booking('{"provider_id": "%s", "offering_id": "%s",
  "starts_at": "%s", "customer_notes": "hello", "status": "pending"}') $$,
  tests.id('tara'), tests.id('walk'), pg_temp.at(8)), 'a booking without a slot is an appointment');
select tests.act_as_nobody();
select is((select customer_notes from core.booking where starts_at = pg_temp.at(8)), 'hello',
  'the notes of an appointment are kept');

-- Moving one.
select tests.act_as_nobody();
select tests.arrives(p.payment_id)
from core.payment as p join core.booking as b using (booking_id)
where b.customer_id = tests.id('bob') and b.starts_at = pg_temp.at(5, '17:50');
update core.booking set created_at = now() where customer_id = tests.id('bob');
create function pg_temp.moves(p_who text, p_starts timestamptz, p_ends timestamptz default null)
returns void
language plpgsql
as $$
begin
  perform tests.act_as(p_who);
  perform api.move_appointment(
    (select booking_id from core.booking where offering_title = 'Walk' and status = 'confirmed'),
    p_starts, p_ends);
  perform tests.act_as_nobody();
end
$$;
select lives_ok($$ select pg_temp.moves('bob', pg_temp.at(5, '16:10')) $$,
  'a customer moves a booking to a time that they ask for');
select is((select ends_at from core.booking where status = 'confirmed'), pg_temp.at(5, '16:50'),
  'a booking that is moved is as long as before');
select lives_ok($$ select pg_temp.moves('bob', pg_temp.at(5, '16:10')) $$,
  'a booking may be moved to the time that it has');
select lives_ok($$ select pg_temp.moves('bob', pg_temp.at(5, '16:20')) $$,
  'a booking may be moved to a time that overlaps its own');
select throws_ok($$ select pg_temp.moves('bob', pg_temp.at(5, '20:00')) $$, 'M9233',
  'outside_hours', 'a booking is not moved outside the hours');
select throws_ok($$ select pg_temp.moves('bob', pg_temp.at(5, '15:00'), pg_temp.at(5, '17:00')) $$,
  'M9220', 'other_length', 'a booking is not made longer');
select throws_ok($$ select pg_temp.moves('alice', pg_temp.at(5, '15:00')) $$, 'M4203',
  'booking_not_found', 'a stranger moves no booking');
select throws_ok($$ select pg_temp.moves('tara', pg_temp.at(5, '15:00')) $$, 'M3203',
  'customer_only', 'the provider moves no booking');

-- What nobody uses goes with the hours.
select tests.act_as('bob');
select api.cancel_booking(booking_id) from core.booking where starts_at = pg_temp.at(8);
select tests.act_as_nobody();
select internal.refresh_slots(tests.id('tara'));
select is((select state from core.slot where starts_at = pg_temp.at(8)
           and offering_id = tests.id('walk')), 'closed',
  'an appointment that was called off leaves no free slot behind');
select is(pg_temp.asks('alice', pg_temp.at(8), p_offering => tests.id('walk')), 2500::bigint,
  'the time of an appointment that was called off can be asked for again');
update core.slot set state = 'removed', origin = 'manual'
where offering_id = tests.id('walk') and starts_at = pg_temp.at(4, '08:00');
select throws_ok(
  $$ select pg_temp.asks('bob', pg_temp.at(4, '08:00'), p_offering => tests.id('walk')) $$, 'M9203',
  'slot_closed', 'a slot that the provider has removed is not made again');
update core.offering set is_active = false where offering_id = tests.id('walk');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(9), p_offering => tests.id('walk')) $$,
  'M9205', 'offering_inactive', 'a service that was taken down is not booked');
update core.provider set accepting_bookings = false where provider_id = tests.id('tara');
select throws_ok($$ select pg_temp.asks('bob', pg_temp.at(9), pg_temp.at(9, '10:05')) $$,
  'M9206', 'provider_not_accepting', 'a provider who takes no bookings is not booked by the hour');

select * from finish();
rollback;
