-- Import: what another system had becomes ours, once, and each refused row has its reason.

begin;
select plan(21);

create function tests.import(p_kind text, p_rows jsonb)
returns jsonb
language sql
as $$
  select api.import_rows(p_kind, jsonb_agg(
    jsonb_build_object('source', 'old', 'line', r.at) || r.value
    || jsonb_build_object('legacy_ref', r.value ->> 'id',
                          'id', tests.id(p_kind || (r.value ->> 'id')))
    order by r.at))
  from jsonb_array_elements(p_rows) with ordinality as r(value, at)
$$;
grant execute on all functions in schema tests to public;

-- The words of a row that refers to others.
create function tests.lesson(p_offering text, p_customer text, p_starts timestamptz, p_status text)
returns jsonb
language sql
as $$
  select jsonb_build_object(
    'offering_id', tests.id('offerings' || p_offering), 'offering_ref', p_offering,
    'customer_id', tests.id('people' || p_customer), 'customer_ref', p_customer,
    'starts_at', p_starts, 'ends_at', p_starts + interval '1 hour', 'status', p_status,
    'price', '400.50')
$$;
grant execute on all functions in schema tests to public;

select tests.introduce('alice');
select tests.act_as('alice');
select throws_ok(
  $$ select api.import_rows('people', '[]') $$, '42501', null,
  'a person cannot import anything');
select tests.act_as_service();

-- People.
select is(
  tests.import('people', '[
    {"id": "7", "email": "Tara@Old.example", "display_name": "Tara", "is_provider": "yes",
     "currency": "DKK", "hourly_rate": "400.50", "timezone": "Europe/Copenhagen"},
    {"id": "8", "first_name": "Al", "last_name": "Ice", "created_at": "2020-02-03"}]'),
  '{"done": 2, "known": 0, "refused": []}', 'two people of another system are written');
select tests.act_as_nobody();
select results_eq(
  $$ select display_name, legacy_ref from core.person
     where legacy_ref in ('7', '8') order by legacy_ref $$,
  $$ values ('Tara', '7'), ('Al Ice', '8') $$,
  'imported people keep the key they had, and get a name');
select tests.act_as_service();
select is(
  tests.import('people', '[
    {"id": "7", "display_name": "Another"},
    {"id": "9", "email": "tara@old.example"},
    {"id": "10", "timezone": "Nowhere/Land"},
    {"id": "11", "is_provider": "perhaps"},
    {"id": "12", "display_name": "Bob"}]') - 'refused',
  '{"done": 1, "known": 1}', 'a person who is here already is left alone');
select tests.act_as_nobody();
select results_eq(
  $$ select display_name from core.person where legacy_ref in ('7', '9') $$, $$ values ('Tara') $$,
  'a refused person leaves nothing behind, and a known one is not changed');
select results_eq(
  $$ select email, email_confirmed_at is null from identity.account where email like '%old%' $$,
  $$ values ('tara@old.example', true) $$,
  'an address becomes a login that is not confirmed yet');
select is((select hourly_rate_minor from core.provider where provider_id = tests.id('people7')),
  40050::bigint, 'an amount with decimals becomes minor units');
select tests.act_as_service();
select is(
  jsonb_path_query_array(
    tests.import('people', '[
      {"id": "9", "email": "tara@old.example"}, {"id": "10", "timezone": "Nowhere/Land"},
      {"id": "11", "is_provider": "perhaps"}]'), '$.refused[*].line'),
  '[1, 2, 3]', 'each refused person is named by their line');
select ok(
  tests.import('people', '[{"id": "11", "is_provider": "perhaps"}]') #>> '{refused,0,reason}'
    like '%boolean: "perhaps"%',
  'the reason for a refusal names the text that was refused');

-- Offerings and hours.
select is(
  tests.import('offerings', jsonb_build_array(
    jsonb_build_object('id', '1', 'title', 'Maths', 'duration_min', '60', 'price', '400.50',
                       'provider_id', tests.id('people7'), 'provider_ref', '7'),
    jsonb_build_object('id', '2', 'title', 'Art', 'duration_min', '60', 'price', '1',
                       'provider_id', tests.id('people8'), 'provider_ref', '8'),
    jsonb_build_object('id', '3', 'title', 'Art', 'duration_min', '60', 'price', '1.001',
                       'provider_id', tests.id('people7'), 'provider_ref', '7'))),
  '{"done": 1, "known": 0, "refused": [
     {"line": 2, "reason": "there is no provider 8, here or in the files."},
     {"line": 3, "reason": "amount_too_fine. DKK has 2 decimals."}]}',
  'an offering of somebody who is no provider, or with too fine a price, is refused');
select is(
  tests.import('hours', jsonb_build_array(
    jsonb_build_object('id', '1', 'weekday', '1', 'start_local', '08:00', 'end_local', '12:00',
                       'provider_id', tests.id('people7'), 'provider_ref', '7'),
    jsonb_build_object('id', '2', 'weekday', '8', 'start_local', '08:00', 'end_local', '12:00',
                       'provider_id', tests.id('people7'), 'provider_ref', '7'))) - 'refused',
  '{"done": 1, "known": 0}', 'hours on a day that no week has are refused');
select tests.act_as_nobody();
select cmp_ok(
  (select count(*) from core.slot where provider_id = tests.id('people7')), '>', 10::bigint,
  'imported hours become slots');

-- Bookings.
create temp table imported (answer jsonb);
grant all on imported to public;
select tests.act_as_service();
insert into imported
select tests.import('bookings', jsonb_build_array(
  tests.lesson('1', '8', now() - interval '30 days', 'completed') || '{"id": "1"}',
  tests.lesson('1', '8', now() + interval '3 days', 'confirmed') || '{"id": "2"}',
  tests.lesson('1', '12', now() + interval '3 days 10 minutes', 'confirmed') || '{"id": "3"}',
  tests.lesson('1', '99', now() + interval '5 days', 'confirmed') || '{"id": "4"}',
  tests.lesson('1', '8', now() + interval '6 days', 'requested') || '{"id": "5"}',
  tests.lesson('1', '8', now() - interval '20 days', 'confirmed') || '{"id": "6"}'));
select tests.act_as_nobody();
select is((select answer - 'refused' from imported), '{"done": 3, "known": 0}',
  'bookings of the past and of the future are written');
select is(
  (select jsonb_path_query_array(answer, '$.refused[*].line') from imported), '[3, 4, 5]',
  'a booking that overlaps, of an unknown customer, or still waiting is refused');
select results_eq(
  $$ select status, price_minor from core.booking order by starts_at $$,
  $$ values ('completed', 40050::bigint), ('completed', 40050), ('confirmed', 40050) $$,
  'a confirmed booking that is over is completed, and prices are in minor units');
select is((select count(*) from core.occupancy where provider_id = tests.id('people7')), 1::bigint,
  'only the booking that is to come takes its provider''s time');
select is_empty($$ select from core.notification $$, 'nobody is told of what they knew long ago');
select is_empty($$ select from core.payment $$, 'what was paid elsewhere is not paid here');
select is(
  (select sessions_completed from core.provider where provider_id = tests.id('people7')), 2,
  'sessions that were given elsewhere count');

-- Reviews.
select tests.act_as_service();
select tests.import('reviews', jsonb_build_array(
  jsonb_build_object('id', '1', 'booking_id', tests.id('bookings1'), 'booking_ref', '1',
                     'rating', '5', 'comment', 'Good.'),
  jsonb_build_object('id', '2', 'booking_id', tests.id('bookings9'), 'booking_ref', '9',
                     'rating', '5')));
select tests.act_as_nobody();
select results_eq(
  $$ select rating_avg, rating_count from core.provider where provider_id = tests.id('people7') $$,
  $$ values (5.00, 1) $$, 'imported reviews count in the rating');
select set_eq(
  $$ select kind || legacy_ref from core.imported_row where source = 'old' $$,
  $$ values ('offering1'), ('hours1'), ('booking1'), ('booking2'), ('booking6'), ('review1') $$,
  'the keys of the other system are kept beside ours');

select * from finish();
rollback;
