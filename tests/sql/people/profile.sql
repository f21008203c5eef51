-- Profiles: data of health, read by nobody without leave.

begin;
select plan(15);

select tests.offer('lesson', 'tara', 0);
select tests.offer('other', 'uwe', 0);
select tests.introduce('eve');
select tests.book('lesson', 'alice');
grant usage on schema core to anon, authenticated;
prepare weights as select weight_kg from core.profile;

select tests.act_as_anonymous();
select throws_ok($$ select api.save_profile('{}') $$, '42501', null,
  'an anonymous caller has no profile');
select tests.act_as('alice');
select lives_ok($$ select api.save_profile('{"goals": "run 10 km", "weight_kg": 61.5,
  "height_cm": 170, "social_links": {"web": "https://example.org"}, "experience_level": "EXPERT",
  "phone": "+45 1", "date_of_birth": "1990-05-01"}') $$, 'a person writes their profile');
select results_eq('weights', 'values (61.5)', 'a person reads their profile');
select results_eq($$ select experience_level from core.customer $$, $$ values ('EXPERT') $$,
  'the level of a profile is that of the customer');
select results_eq($$ select phone, date_of_birth from core.person_private $$,
  $$ values ('+45 1', date '1990-05-01') $$, 'the private data of a profile is kept with the rest');
select lives_ok($$ select api.save_profile('{"weight_kg": 60}') $$, 'a person changes one field');
select results_eq($$ select goals, weight_kg from core.profile $$,
  $$ values ('run 10 km', 60::numeric) $$, 'a field that is not given stays as it was');
select throws_ok($$ select api.save_profile('{"weight_kg": -1}') $$, '23514', null,
  'a weight that is impossible is refused');
select tests.act_as('eve');
select throws_ok($$ select api.save_profile(jsonb_build_object('customer_id', tests.id('alice'),
  'goals', 'x')) $$, '42501', null, 'nobody writes the profile of another');

select tests.act_as('tara');
select is_empty('weights', 'a provider who was booked cannot read a profile without leave');
select tests.act_as('alice');
select throws_ok($$ select api.share_profile(tests.id('eve')) $$, 'M4001', null,
  'leave is given to providers only');
select ok(api.share_profile(tests.id('tara')), 'a person gives a provider leave');
select tests.act_as('tara');
select results_eq('weights', 'values (60::numeric)', 'a provider with leave reads the profile');
select tests.act_as('uwe');
select is_empty('weights', 'another provider cannot read it');
select tests.act_as('alice');
select api.share_profile(tests.id('tara'), false);
select tests.act_as('tara');
select is_empty('weights', 'leave that was taken back ends at once');

select * from finish();
rollback;
