-- The horizon: the clock makes slots for the days that come into it.

begin;
select plan(19);

select tests.introduce('tara', 'uwe');
insert into core.provider (provider_id) values (tests.id('tara')), (tests.id('uwe'));
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor)
values (tests.id('lesson'), tests.id('tara'), 'lesson', 60, 0);
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
select tests.id('tara'), d, '09:00', '10:00', 'UTC' from generate_series(0, 6) as d;
update core.provider set slots_until = now() + interval '60 days';
prepare slots as select count(*) from core.slot where starts_at > now();

select results_eq('slots', 'values (60::bigint)', 'slots are made for sixty days at once');
select tests.act_as('tara');
select throws_ok('select api.extend_slots()', '42501', null,
  'a provider cannot run the clock''s extension of slots');
select tests.act_as_service();
select is(api.extend_slots(), 0, 'a provider with slots up to the horizon is left alone');

-- Days pass.
select tests.act_as_nobody();
delete from core.slot where starts_at > now() + interval '57 days';
update core.provider set slots_until = now() + interval '57 days';
select tests.act_as_service();
select is(api.extend_slots(1), 1, 'the clock extends no more providers than it is told to');
select is(api.extend_slots(), 1, 'the clock extends the other providers the next time');
select is(api.extend_slots(), 0, 'the clock extends each provider once');
select tests.act_as_nobody();
select results_eq('slots', 'values (60::bigint)', 'the clock makes the slots that are missing');
select is(
  (select count(distinct slots_until) from core.provider), 1::bigint,
  'a provider without hours is brought to the horizon too');

-- Whoever was never brought there.
insert into core.person (person_id, display_name) values (tests.id('vera'), 'vera');
insert into core.provider (provider_id) values (tests.id('vera'));
select tests.act_as_service();
select is(api.extend_slots(), 1, 'the clock extends a provider who is new');

-- A longer horizon.
select tests.act_as_nobody();
update core.marketplace set slot_horizon_days = 90;
select tests.act_as_service();
select is(api.extend_slots(), 3, 'a longer horizon extends every provider');
select tests.act_as_nobody();
select results_eq('slots', 'values (90::bigint)', 'a longer horizon makes more slots');

-- What changes no slot costs no work on slots.
update core.provider set slots_until = null;
update core.offering set title = 'another lesson', price_minor = 5000
where offering_id = tests.id('lesson');
select is((select slots_until from core.provider where provider_id = tests.id('tara')), null,
  'another title and price leave the slots alone');
update core.offering set capacity = 2 where offering_id = tests.id('lesson');
select isnt((select slots_until from core.provider where provider_id = tests.id('tara')), null,
  'other seats of an offering change its slots');

-- The night in which Copenhagen puts its clocks back: two o'clock comes twice, and each of the two
-- is a time of its own, which is listed, booked and kept.
insert into core.customer
select tests.id(name) from unnest(array['alice', 'bob']) as name
where tests.introduce('alice', 'bob') is not null;
update core.marketplace set slot_horizon_days = 420;
update core.offering set capacity = 1;
delete from core.slot;
delete from core.availability_rule;
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
select tests.id('tara'), 0, '01:00', '04:00', 'Europe/Copenhagen';
create temp table night as
select d.day::date as day
from generate_series(current_date + 2, current_date + 400, interval '1 day') as d(day)
where (d.day::timestamp + interval '1 day') at time zone 'Europe/Copenhagen'
      - d.day::timestamp at time zone 'Europe/Copenhagen' = interval '25 hours'
order by d.day limit 1;
create temp table twice as
select row_number() over (order by s.starts_at) as n, s.slot_id, s.starts_at
from night
join core.slot as s
  on s.starts_at at time zone 'Europe/Copenhagen' = night.day + interval '2 hours';
grant select on twice to anon, authenticated;

select is((select count(*) from twice), 2::bigint,
  'an hour that the clocks repeat in autumn makes two slots');
select is((select max(starts_at) - min(starts_at) from twice), interval '1 hour',
  'the two slots of a repeated hour are an hour apart');
select tests.act_as_anonymous();
select results_eq(
  $$ select s.slot_id, s.ends_at - s.starts_at
     from twice as t
     join lateral api.list_free_slots(tests.id('lesson'), p_from => t.starts_at,
                                      p_until => t.starts_at + interval '1 minute') as s on true
     order by s.starts_at $$,
  $$ select slot_id, interval '1 hour' from twice order by n $$,
  'both hours of a repeated hour are offered to everybody');
prepare book (text, integer) as
select tutoring.create_booking_with_payment(tests.id($1), slot_id) from twice where n = $2;
select tests.act_as('alice');
select lives_ok($$ execute book('alice', 1) $$, 'the first of a repeated hour can be booked');
select tests.act_as('bob');
select throws_ok($$ execute book('bob', 1) $$, 'M9201', 'slot_full',
  'the first of a repeated hour is sold once');
select lives_ok($$ execute book('bob', 2) $$, 'the second of a repeated hour can be booked beside it');

select * from finish();
rollback;
