-- What an hour costs, by distance.

begin;
select plan(18);

select tests.introduce('tara', 'alice', 'bob', 'uwe');
insert into core.provider (provider_id, currency, hourly_rate_minor)
values (tests.id('tara'), 'DKK', 40000), (tests.id('uwe'), 'DKK', null);
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));
grant usage on schema core to authenticated, anon;

select tests.act_as_anonymous();
select throws_ok($$ select api.set_rate_tiers('[]') $$, '42501', null,
  'an anonymous caller cannot set rates');
select tests.act_as('alice');
select throws_ok($$ select api.set_rate_tiers('[]') $$, 'M4001', 'provider_not_found',
  'somebody who is no provider has no rates');
select throws_ok(format($$ select api.set_rate_tiers('[]', %L) $$, tests.id('tara')), '42501', null,
  'nobody sets the rates of another');

select tests.act_as_nobody();
select is(internal.hourly_rate(tests.id('tara'), tests.id('alice')), 40000::bigint,
  'without rates by distance an hour costs the provider''s rate');
select throws_ok(
  format('select internal.hourly_rate(%L, %L)', tests.id('uwe'), tests.id('alice')),
  'M9228', 'rate_not_set', 'a provider without any rate is not booked by the hour');

select tests.act_as('tara');
select throws_ok($$ select api.set_rate_tiers('{"max_radius_m": 1}') $$, 'M0112',
  'rate_tiers_invalid', 'rates that are no array are refused');
select throws_ok(
  $$ select api.set_rate_tiers('[{"max_radius_m": 1000, "rate": 0.001}]') $$, 'M0015',
  'amount_too_fine', 'a rate with more decimals than its currency is refused');
select throws_ok(
  $$ select api.set_rate_tiers('[{"max_radius_m": 5, "rate_minor": 1},
                                 {"max_radius_m": 5, "rate_minor": 2}]') $$,
  '23505', null, 'two rates for one radius are refused');
select throws_ok($$ select api.set_rate_tiers('[{"rate_minor": 1}]') $$, '23502', null,
  'a rate without a radius is refused');
select is(api.set_rate_tiers('[{"max_radius_m": 5000, "rate_minor": 50000},
                               {"max_radius_m": 30000, "rate": 600.50}]'), 2,
  'a provider sets rates by distance');

select tests.act_as_nobody();
select throws_ok(
  format('select internal.hourly_rate(%L, %L)', tests.id('tara'), tests.id('alice')),
  'M9229', 'distance_unknown', 'a rate by distance needs two places');

select tests.act_as('tara');
select api.save_location('{"latitude": 56.15, "longitude": 10.2}');
select tests.act_as('alice');
select api.save_location('{"latitude": 56.16, "longitude": 10.2}');
select tests.act_as('bob');
select api.save_location('{"latitude": 56.25, "longitude": 10.2}');
select tests.act_as_nobody();
select is(internal.hourly_rate(tests.id('tara'), tests.id('alice')), 50000::bigint,
  'a customer nearby pays the rate of the first radius');
select is(internal.hourly_rate(tests.id('tara'), tests.id('bob')), 60050::bigint,
  'a customer farther away pays the rate of the next radius');
update core.location_exact set latitude = 57 where latitude = 56.25;
select throws_ok(
  format('select internal.hourly_rate(%L, %L)', tests.id('tara'), tests.id('bob')),
  'M9230', 'too_far_away', 'nobody is served beyond the last radius');

select tests.act_as_anonymous();
select results_eq(
  'select max_radius_m, rate_minor from core.provider_rate_tier order by 1',
  $$ values (5000, 50000::bigint), (30000, 60050) $$, 'everybody reads the rates');
select tests.act_as('tara');
select throws_ok('delete from core.provider_rate_tier', '42501', null,
  'rates are written through the function alone');
select is(api.set_rate_tiers('[]'), 0, 'a provider takes the rates by distance away');
select is_empty('select * from core.provider_rate_tier', 'the old rates are gone');

select * from finish();
rollback;
