-- The horizon: the clock makes slots for the days that come into it.

begin;
select plan(13);

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

select * from finish();
rollback;
