-- Search: everything that is asked is fulfilled, in the order that is asked, page by page.

begin;
select plan(59);

select tests.introduce('tara', 'uwe', 'ida', 'alice');
update core.marketplace set default_currency = 'DKK';
update core.person set timezone = 'Europe/Copenhagen';
insert into core.provider
  (provider_id, specialties, hourly_rate_minor, currency, rating_avg, created_at)
values (tests.id('tara'), '{puppies,agility}', 40000, 'DKK', 4.5, now() - interval '3 days'),
       (tests.id('uwe'), '{agility}', 30000, 'DKK', 3, now() - interval '2 days'),
       (tests.id('ida'), '{agility}', 9000, 'EUR', null, now() - interval '1 day');
update core.person set bio = 'Calm with every dog' where person_id = tests.id('tara');
insert into core.location (person_id, city, is_primary, area_latitude, area_longitude)
values (tests.id('tara'), 'Aarhus', true, 56.16, 10.20),
       (tests.id('uwe'), 'Odense', true, 55.40, 10.39),
       (tests.id('ida'), 'Suva', true, -18.14, -179.95);
insert into core.offering
  (offering_id, provider_id, kind, title, description, tags, duration_min, price_minor, currency,
   created_at)
values
  (tests.id('a'), tests.id('tara'), 'service', 'Puppy class', 'For beginners', '{puppies,group}', 60,
   20000, 'DKK', now() - interval '4 hours'),
  (tests.id('b'), tests.id('tara'), 'service', 'Agility', 'Jumping', '{agility}', 60, 30000, 'DKK',
   now() - interval '3 hours'),
  (tests.id('c'), tests.id('uwe'), 'session', 'Agility course', 'For beginners', '{agility,group}',
   60, 10000, 'DKK', now() - interval '2 hours'),
  (tests.id('d'), tests.id('ida'), 'service', 'Agility by the sea', null, '{agility}', 60, 5000,
   'EUR', now() - interval '1 hour'),
  (tests.id('e'), tests.id('ida'), 'hour', 'By the hour', null, '{}', null, 0, 'EUR', now());
insert into core.offering (offering_id, provider_id, kind, title, price_minor, currency)
values (tests.id('f'), null, 'product', 'Agility hoop', 9900, 'DKK');
insert into core.category (category_id, name, slug) values (tests.id('cat'), 'Group', 'group');
insert into core.offering_category values (tests.id('a'), tests.id('cat')), (tests.id('c'), tests.id('cat'));
insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
select tests.id('s' || o.offering_id), o.offering_id, o.provider_id, d.at, d.at + interval '1 hour'
from core.offering as o
cross join lateral (select ((current_date + 5) + time '00:30') at time zone 'Europe/Copenhagen' as at) as d
where o.offering_id in (tests.id('a'), tests.id('c'));

select tests.act_as_anonymous();
select results_eq('select title from api.search_offerings()',
  $$ values ('Agility hoop'), ('Agility by the sea'), ('Agility course'), ('Agility'), ('Puppy class') $$,
  'a search for nothing finds everything that is published, the newest first');
select results_eq(
  $$ select title from api.search_offerings('agility') order by title $$,
  array['Agility', 'Agility by the sea', 'Agility course', 'Agility hoop'],
  'a word is found in titles, whatever its case');
select results_eq(
  $$ select title from api.search_offerings('begin') order by title $$,
  array['Agility course', 'Puppy class'], 'the beginning of a word is found in descriptions');
select results_eq(
  $$ select title from api.search_offerings('beginners agi') order by title $$,
  array['Agility course'],
  'all words are asked for');
select results_eq(
  $$ select title from api.search_offerings('agility -beginners -hoop') order by title $$,
  array['Agility', 'Agility by the sea'], 'a word may be excluded');
select results_eq(
  $$ select title from api.search_offerings('"agility by"') order by title $$,
  array['Agility by the sea'], 'a phrase is found in its order');
select is((select count(*) from api.search_offerings('  ')), 5::bigint,
  'blank words are no question');
select lives_ok($$ select api.search_offerings('''); drop table x; -- & | ! :* (') $$,
  'signs in the words are no error');
select results_eq(
  $$ select title from api.search_offerings(p_tags => '{agility,group}') order by title $$,
  array['Agility course'], 'all tags are asked for');
select results_eq(
  $$ select title from api.search_offerings(p_category => 'group') order by title $$,
  array['Agility course', 'Puppy class'], 'a category is found by its slug');
select is_empty($$ select from api.search_offerings(p_category => 'nothing') $$,
  'a category that is none has nothing in it');
select results_eq(
  $$ select title from api.search_offerings(p_kind => 'product') order by title $$,
  array['Agility hoop'], 'a kind may be asked for');
select results_eq(
  $$ select title from api.search_offerings(p_kinds => '{session,product}') order by title $$,
  array['Agility course', 'Agility hoop'], 'one of several kinds may be asked for');
select is_empty($$ select from api.search_offerings(p_kind => 'hour') $$,
  'hours of providers are not found');
select results_eq($$ select title, price_minor from api.search_offerings(p_sort => 'price') $$,
  $$ values ('Agility hoop', 9900::bigint), ('Agility course', 10000), ('Puppy class', 20000),
            ('Agility', 30000) $$,
  'prices are compared in the currency of the marketplace');
select results_eq(
  $$ select title from api.search_offerings(p_max_price_minor => 6000, p_currency => 'eur') order by title $$,
  array['Agility by the sea'], 'another currency may be asked for');
select results_eq(
  $$ select title from api.search_offerings(p_min_price_minor => 10000, p_max_price_minor => 20000) order by title $$,
  array['Agility course', 'Puppy class'], 'a price lies between the two, both included');
select results_eq(
  $$ select title from api.search_offerings(p_min_rating => 4) order by title $$,
  array['Agility', 'Puppy class'], 'the rating of the provider may be asked for');
select results_eq($$ select title, rating_avg from api.search_offerings(p_sort => 'rating') $$,
  $$ select t, r from (values ('Agility', 4.5, tests.id('b')), ('Puppy class', 4.5, tests.id('a')),
                              ('Agility course', 3, tests.id('c')),
                              ('Agility by the sea', null, tests.id('d'))) as v(t, r, id)
     order by r desc nulls last, id $$,
  'the best come first, those without a rating last, and goods of the platform have none');
select results_eq(
  $$ select title, distance_m from api.search_offerings(
       p_latitude => 56.16, p_longitude => 10.2, p_radius_m => 100000, p_sort => 'distance') $$,
  $$ select t, d from (values ('Agility', 0, tests.id('b')), ('Puppy class', 0, tests.id('a')),
                              ('Agility course', 85339, tests.id('c'))) as v(t, d, id)
     order by d, id $$,
  'the nearest come first, with the distance, and nobody beyond the radius');
select is_empty($$ select title from api.search_offerings() where distance_m is not null $$,
  'without a point no offering has a distance');
select is_empty(
  $$ select display_name from api.search_providers() where distance_m is not null $$,
  'without a point no provider has a distance');
select results_eq(
  $$ select title from api.search_offerings(
       p_latitude => 56.16, p_longitude => 10.2, p_radius_m => 85000) order by title $$,
  array['Agility', 'Puppy class'], 'the radius is a circle and not a box');
select results_eq(
  $$ select title from api.search_offerings(
       p_latitude => -18.14, p_longitude => 179.95, p_radius_m => 20000) order by title $$,
  array['Agility by the sea'], 'a circle goes across the date line');
select lives_ok($$ select api.search_offerings(p_latitude => 90, p_longitude => 0) $$,
  'a circle goes around the pole');
select throws_ok($$ select api.search_offerings(p_latitude => 91, p_longitude => 0) $$, 'M0115',
  'area_invalid', 'a point beyond the pole is refused');
select throws_ok($$ select api.search_offerings(p_latitude => 1) $$, 'M0115', 'area_invalid',
  'half a point is refused');
select throws_ok($$ select api.search_offerings(p_latitude => 1, p_longitude => 1, p_radius_m => 0) $$,
  'M0115', 'area_invalid', 'a circle without a radius is refused');
select throws_ok($$ select api.search_offerings(p_sort => 'beauty') $$, 'M0116', 'sort_unknown',
  'an unknown order is refused');
select throws_ok($$ select api.search_offerings(p_sort => 'distance') $$, 'M0116', 'sort_unknown',
  'there is no distance from nowhere');
select results_eq(
  $$ select title from api.search_offerings(p_free_on => current_date + 5) order by title $$,
  array['Agility course', 'Puppy class'],
  'what is free on a day is found by the clock of its provider');
select is_empty($$ select from api.search_offerings(p_free_on => current_date + 4) $$,
  'what is free on another day is not found');
select tests.act_as_nobody();
insert into core.availability_exception (provider_id, kind, during)
values (tests.id('uwe'), 'block', tstzrange(now(), now() + interval '30 days'));
select tests.book('s' || tests.id('a'), 'alice');
select tests.act_as_anonymous();
select is_empty($$ select from api.search_offerings(p_free_on => current_date + 5) $$,
  'what is booked or blocked is not free');

-- Page by page.
select tests.act_as_nobody();
create function walk(p_sort text, p_limit integer)
returns setof text
language plpgsql
as $$
declare
  v_row   record;
  v_after jsonb;
  v_more  boolean := true;
begin
  while v_more loop
    v_more := false;
    for v_row in
      select f.title, f.page
      from api.search_offerings(p_sort => p_sort, p_after => v_after, p_limit => p_limit,
                                p_latitude => 56.1, p_longitude => 10.2, p_radius_m => 1000000) as f
    loop
      v_more := true;
      v_after := v_row.page;
      return next v_row.title;
    end loop;
  end loop;
end
$$;
select tests.act_as_anonymous();
select results_eq(
  format('select walk(%L, 1)', s),
  format($$ select title from api.search_offerings(p_sort => %L, p_latitude => 56.1,
              p_longitude => 10.2, p_radius_m => 1000000) $$, s),
  'page by page by ' || s || ' is the same as all at once')
from unnest(array['newest', 'price', 'rating', 'distance']) as s;
select is((select count(*) from api.search_offerings(p_limit => 1000000)), 5::bigint,
  'no more than a hundred come at once');
select throws_ok($$ select api.search_offerings(p_after => '["x", "y"]') $$, '22P02', null,
  'a page that is none is refused');

-- What is not to be found.
select tests.act_as_nobody();
update core.offering set is_active = false where offering_id = tests.id('b');
update core.provider set stopped_until = 'infinity' where provider_id = tests.id('uwe');
select tests.act_as_anonymous();
select results_eq(
  $$ select title from api.search_offerings('agility') order by title $$,
  array['Agility by the sea', 'Agility hoop'],
  'what was taken down, or whose provider is suspended, is not found');

-- Providers.
select results_eq('select display_name, rating_avg, city from api.search_providers()',
  $$ values ('tara', 4.5, 'Aarhus'), ('ida', null, 'Suva') $$,
  'providers are found, the best first, and nobody who is suspended');
select tests.act_as_nobody();
update core.provider set stopped_until = null where provider_id = tests.id('uwe');
select tests.act_as_anonymous();
select results_eq(
  $$ select display_name from api.search_providers('calm') order by display_name $$,
  array['tara'],
  'a provider is found by a word of the bio');
select results_eq(
  $$ select display_name from api.search_providers(p_tags => '{agility}',
  p_latitude => 56, p_longitude => 10) order by display_name $$,
  array['tara'], 'a provider is found by tag and place');
select results_eq(
  $$ select display_name from api.search_providers(p_category => 'group') order by display_name $$,
  array['tara', 'uwe'], 'a provider is found by the category of an offering');
select results_eq($$ select display_name from api.search_providers(p_sort => 'price') $$,
  $$ values ('uwe'), ('tara') $$, 'providers are sorted by their rate, in one currency');
select results_eq(
  $$ select display_name from api.search_providers(p_min_rating => 4) order by display_name $$,
  array['tara'], 'providers are found by their rating');
select is((select count(*) from api.search_providers(p_free_on => current_date + 5)), 0::bigint,
  'a provider who is booked all day is not free');
select results_eq(
  $$ select display_name from api.search_providers(p_sort => 'newest', p_limit => 1,
       p_after => (select page from api.search_providers(p_sort => 'newest', p_limit => 1))) $$,
  $$ values ('uwe') $$, 'providers come page by page too');

-- Places.
select results_eq('select * from api.search_places()',
  $$ values ('Aarhus', null, null, 56.16::float, 10.2::float, 1),
            ('Odense', null, null, 55.4::float, 10.39::float, 1),
            ('Suva', null, null, -18.14::float, -179.95::float, 1) $$,
  'the towns of providers are known with their rounded points');
select tests.act_as_nobody();
update core.location set city = ' odense', region = 'Fyn', country = 'Danmark'
where person_id = tests.id('uwe');
update core.location
set city = 'Odense', region = 'Fyn', country = 'Danmark', area_latitude = 55.42,
    area_longitude = 10.41
where person_id = tests.id('ida');
insert into core.location (person_id, city, is_primary, area_latitude, area_longitude)
values (tests.id('alice'), 'Horsens', true, 55.86, 9.85),
       (tests.id('uwe'), 'Vejle', false, 55.71, 9.53);
select tests.act_as_anonymous();
select results_eq('select city, latitude, provider_count from api.search_places()',
  $$ values ('Odense', 55.41::float, 2), ('Aarhus', 56.16::float, 1) $$,
  'providers of one town are counted together, and towns of customers and second places are not');
select results_eq($$ select city from api.search_places('od') $$, array['Odense'],
  'a town is found by the beginning of its name');
select results_eq($$ select city from api.search_places(' FYN ') $$, array['Odense'],
  'a town is found by its region, whatever the case');
select results_eq($$ select city from api.search_places('Odense, Fyn,Danmark') $$, array['Odense'],
  'a town is found by all of its words');
select is_empty($$ select from api.search_places('dense') $$,
  'a town is not found by the middle of a word');
select tests.act_as_nobody();
update core.location set city = 'Århus' where person_id = tests.id('tara');
select tests.act_as_anonymous();
select is((select count(*) from api.search_places('århus')), (lower('Å') = 'å')::integer::bigint,
  'letters beyond Z have a case where the database knows it');
select is_empty($$ select from api.search_places('%') $$, 'a sign is no pattern for towns');
select results_eq($$ select city from api.search_places(p_limit => 1) $$, array['Odense'],
  'no more places come than are asked for');
select tests.act_as_nobody();
update core.location
set city = 'ODENSE', region = 'Fyn', country = 'Danmark', area_latitude = 5, area_longitude = 5
where person_id = tests.id('tara');
select tests.act_as_anonymous();
select results_eq('select city, latitude, longitude, provider_count from api.search_places()',
  $$ values ('ODENSE', 55.41::float, 10.4::float, 3) $$,
  'the point of a town is where most of its providers are, not between two of one name');
select tests.act_as_nobody();
update core.provider set stopped_until = 'infinity' where provider_id = tests.id('tara');
update core.location set area_latitude = null, area_longitude = null
where person_id in (tests.id('ida'), tests.id('uwe'));
select tests.act_as_anonymous();
select is_empty('select from api.search_places()',
  'towns of suspended providers, and towns without a point, are not known');

select * from finish();
rollback;
