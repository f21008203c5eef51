-- Places: one of them first, rounded for strangers, exact for whoever has to go there.

begin;
select plan(35);

select tests.offer('walk', 'tara', 0);
select tests.introduce('alice', 'bob', 'uwe');
select tests.make_staff('sam');
insert into core.customer (customer_id) values (tests.id('alice'));
insert into core.provider (provider_id) values (tests.id('uwe'));

prepare places as
select l.city, l.area_latitude, x.address, x.latitude, x.longitude, l.is_primary
from core.location as l
left join core.location_exact as x using (location_id)
order by l.created_at, l.city;
grant usage on schema core to authenticated, anon;

select tests.act_as_anonymous();
select throws_ok($$ select api.save_location('{}') $$, '42501', null,
  'an anonymous caller cannot save a place');
select tests.act_as('guest');
select set_config('request.jwt.claims', '{"role":"authenticated","is_anonymous":true}', true);
select throws_ok($$ select api.save_location('{}') $$, 'M3002', 'sign_up_required',
  'an anonymous guest account cannot save a place');

select tests.act_as('alice');
select lives_ok(format($$ select api.save_location('{"location_id": "%s", "city": "Aarhus",
  "address": "Ryesgade 1", "postal_code": "8000", "latitude": 56.1528949,
  "longitude": 10.2034567}') $$, tests.id('home')), 'a person saves a place');
select results_eq('places',
  $$ values ('Aarhus', 56.15, 'Ryesgade 1', 56.152895, 10.203457, true) $$,
  'a person reads their place as they gave it, and the first is the primary one');
select lives_ok(format($$ select api.save_location('{"location_id": "%s", "city": "Odense",
  "latitude": 55.4, "longitude": 10.39}') $$, tests.id('hut')), 'a person saves a second place');
select is((select is_primary from core.location where city = 'Odense'), false,
  'a second place is not the primary one');
select lives_ok(format($$ select api.save_location('{"location_id": "%s", "is_primary": true}') $$,
  tests.id('hut')), 'a person makes another place the primary one');
select results_eq('places',
  $$ values ('Aarhus', 56.15, 'Ryesgade 1', 56.152895, 10.203457, false),
            ('Odense', 55.40, null, 55.4, 10.39, true) $$,
  'the old primary place is one no more, and what was not given stays');
select throws_ok($$ select api.save_location('{"latitude": 1}') $$, '23514', null,
  'a place with half of its coordinates is refused');
select throws_ok($$ select api.save_location('{"latitude": 91, "longitude": 0}') $$, '23514', null,
  'a place beyond the pole is refused');
select throws_ok($$ select api.save_location('{"floor": 3}') $$, 'M0013', 'field_unknown',
  'a place with an unknown field is refused');
select throws_ok(
  format($$ select api.save_location('{"location_id": "%s"}', 'fail') $$, tests.id('hut')),
  '23505', null, 'a place that must not be there is refused');
select is(api.save_location(
    format('{"location_id": "%s", "city": "X"}', tests.id('hut'))::jsonb, 'ignore'), null,
  'a place that is there is ignored when the caller says so');
select throws_ok($$ update core.location set city = 'X' $$, '42501', null,
  'a place is written through the function alone');

select tests.act_as('bob');
select is_empty('places', 'a stranger does not see where a customer lives');
select throws_ok(
  format($$ select api.save_location('{"location_id": "%s", "city": "X"}') $$, tests.id('hut')),
  '42501', null, 'a stranger cannot change a place');
select throws_ok(format($$ select api.save_location('{"person_id": "%s"}') $$, tests.id('alice')),
  '42501', null, 'a stranger cannot give somebody else a place');
select throws_ok(format('select api.remove_location(%L)', tests.id('hut')), 'M4004',
  'location_not_found', 'a stranger cannot remove a place');

select tests.act_as('tara');
select is_empty('places', 'a provider without a booking does not see where a customer lives');
select tests.act_as_nobody();
select tests.book('walk', 'alice');
select tests.act_as('tara');
select results_eq('places', $$ values ('Odense', 55.40, null::text, 55.4, 10.39, true) $$,
  'the provider of a live booking sees the primary place of the customer exactly, and no other');
select tests.act_as('uwe');
select is_empty('places', 'another provider does not see it');
select tests.act_as_nobody();
update core.booking set status = 'completed';
select tests.act_as('tara');
select is_empty('places', 'a provider whose booking is over does not see where the customer lives');
select tests.act_as('sam');
select is((select count(*) from core.location_exact), 2::bigint, 'staff sees every place exactly');

-- A provider's place.
select tests.act_as('tara');
select lives_ok($$ select api.save_location('{"city": "Aarhus", "address": "Vestergade 2",
  "latitude": 56.157, "longitude": 10.2}') $$, 'a provider saves a place');
select tests.act_as_anonymous();
select results_eq('places',
  $$ values ('Aarhus', 56.16, null::text, null::numeric, null::numeric, true) $$,
  'strangers see the town of a provider and rounded coordinates, and no address');
select tests.act_as('alice');
select is((select count(*) from core.location_exact where address = 'Vestergade 2'), 0::bigint,
  'a customer of the provider does not see the address either');

select tests.act_as('alice');
select lives_ok(format('select api.remove_location(%L)', tests.id('hut')),
  'a person removes a place');
select is((select is_primary from core.location where city = 'Aarhus' and person_id
           = tests.id('alice')), true, 'the oldest place that is left becomes the primary one');
select tests.act_as_nobody();
select is(round(internal.distance_m(55.6761, 12.5683, 56.1629, 10.2039)::numeric / 1000), 157::numeric,
  'from Copenhagen to Aarhus it is 157 kilometres');
select is(internal.distance_m(10, 20, 10, 20), 0::double precision, 'here is no distance from here');
select is(round(internal.distance_m(0, 179.9, 0, -179.9)::numeric / 1000), 22::numeric,
  'the shortest way crosses the date line');
select is(round(internal.distance_m(12.3, 45.6, -12.3, -134.4)::numeric / 1000), 20015::numeric,
  'the other side of the globe has a distance');
select is(
  array[internal.distance_m(null, 20, 10, 20), internal.distance_m(10, null, 10, 20),
        internal.distance_m(10, 20, null, 20), internal.distance_m(10, 20, 10, null)],
  array[null, null, null, null]::double precision[], 'there is no distance from or to nowhere');
select ok(internal.person_distance_m(tests.id('tara'), tests.id('alice')) between 400 and 600,
  'two people are as far apart as their exact primary places');
select is(internal.person_distance_m(tests.id('tara'), tests.id('bob')), null,
  'the distance to somebody without a place is unknown');

select * from finish();
rollback;
