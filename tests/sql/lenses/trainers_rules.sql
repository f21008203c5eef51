-- The trainers lens, rule by rule: what a front end that was written from the document alone ran into.

begin;
select plan(34);
create function tests.upsert_profile(p_fields jsonb) returns trainers.user_profiles language plpgsql as $$
declare v_row trainers.user_profiles; begin
  perform set_config('app.on_conflict', 'merge', true),
          set_config('app.columns', (select json_agg(k)::text from jsonb_object_keys(p_fields) as k), true);
  insert into trainers.user_profiles
  select * from jsonb_populate_record(null::trainers.user_profiles, p_fields) returning * into v_row;
  perform set_config('app.on_conflict', '', true), set_config('app.columns', '', true);
  return v_row;
end $$;
create function tests.upsert_mine(p_fields jsonb) returns trainers.user_profiles language sql as $$
  select tests.upsert_profile(p_fields || jsonb_build_object('user_id', tests.id('tara'))) $$;

update core.marketplace
set default_currency = 'EUR', settlement_currencies = '{EUR,DKK}', default_timezone = 'UTC';
select tests.introduce('tara', 'alice', 'uwe');
select tests.act_as_service();
select tests.sign_up('nia', '{"user_type": "trainer", "name": "Nia", "phone": "+254 7"}');
select tests.act_as_nobody();
select ok(exists (
  select from core.provider as v join identity.account as a on a.account_id = v.provider_id
  where a.email = 'nia@example.com'), 'a person who signs up as a trainer is one');
select is((
  select p.phone from core.person_private as p join identity.account as a on a.account_id = p.person_id
  where a.email = 'nia@example.com'), '+254 7', 'the number that is given at sign-up is kept');

-- A profile is upserted without loss.
insert into core.provider (provider_id, currency) values (tests.id('tara'), 'EUR');
select tests.act_as('tara');
select lives_ok(
  $$ insert into trainers.user_profiles (user_id, name, bio, hourly_rate)
     values (tests.id('tara'), 'Tara', 'Calm.', 45.5) $$,
  'the first insert fills in the profile that signing up has made');
select throws_ok(
  $$ insert into trainers.user_profiles (user_id, bio) values (tests.id('tara'), 'x') $$, '23505', null,
  'a profile that is filled in is not inserted again');
select is((tests.upsert_mine('{"service_radius": 22}')).service_radius, 22, 'an upsert keeps the radius alone');
select is((tests.upsert_mine('{"currency": "DKK"}')).currency, 'DKK', 'an upsert keeps the currency alone');
select is((tests.upsert_mine('{"is_available": false}')).is_available, false,
  'an upsert keeps that a trainer takes no bookings');
select results_eq(
  $$ select service_radius, location_lat, hourly_rate, bio
     from tests.upsert_mine('{"service_radius": 33, "location_lat": 55.7, "location_lng": 12.6}') $$,
  $$ values (33, 55.7, 45.50, 'Calm.') $$, 'an upsert of some fields keeps them and the others');
select throws_ok($$ select tests.upsert_mine('{"currency": "KES"}') $$, 'M0304', 'currency_not_settled',
  'a currency in which nothing can be sold is refused at the door');
select tests.upsert_mine('{"currency": "EUR", "is_available": true}') is not null as back;

-- Payout details are JSON.
select is(
  (tests.upsert_mine('{"payout_details": {"method": "mpesa", "account_number": "254700001234",
                                     "name": "Tara", "bank": {"code": 1}}}')).payout_details,
  '{"method": "mpesa", "account_number": "•••• 1234", "name": "Tara", "bank": "••••", "status": "active",
    "last4": "1234"}',
  'payout details come back whole, the account as its last four characters');
select tests.act_as_nobody();
select is((select details::jsonb from core.payout_account where replaced_at is null),
  '{"method": "mpesa", "account_number": "254700001234", "name": "Tara", "bank": {"code": 1}}',
  'payout details are kept as they were given');
select tests.act_as('tara');
select is((tests.upsert_mine((select jsonb_build_object('payout_details', payout_details)
                         from trainers.user_profiles where id = tests.id('tara')))).payout_details
          ->> 'last4', '1234', 'payout details that are written back are no change');
select tests.upsert_mine('{"payout_details": {"method": "mpesa", "account_number": "254700001234",
                                         "name": "Tara", "bank": {"code": 1}}}') is not null as again;
update trainers.user_profiles
set payout_details = '{"method": "mpesa", "account_number": "254700001234", "name": "Tara",
                       "bank": {"code": 1}}'
where id = tests.id('tara');
select tests.act_as_nobody();
select is((select count(*) from core.payout_account), 1::bigint,
  'saving the same account again begins no new wait');
select tests.act_as('tara');
select tests.upsert_mine('{"payout_details": {"method": "mpesa", "account_number": "•••• 1234",
                                         "name": "Tara B", "bank": "••••"}}') is not null as changed;
select tests.act_as_nobody();
select is((select details::jsonb ->> 'account_number' from core.payout_account where replaced_at is null),
  '254700001234', 'a masked account that comes back with another name is the account that is known');
select is((select count(*) from core.payout_account), 2::bigint, 'another name is another account');
select is(internal.details_last4('{"bank": "Equity 12345", "phone_number": "254711119876"}'), '9876',
  'the last four characters are those of the number');
select is(internal.details_last4('DK5000400440116243'), '6243',
  'the last four characters of a text are its own');
select is(internal.masked_details('DK5000400440116243'), null, 'a text is not taken apart');
select is(internal.read_details(' DK50 ', null), 'DK50', 'a text is kept without the spaces around it');
select throws_ok($$ select internal.read_details('{"a"', null) $$, '22P02', null,
  'what begins like JSON and is none is refused');

-- Hours.
select tests.act_as('tara');
select throws_ok(
  $$ update trainers.trainer_availability
     set slots = '[{"day": "monday", "startTime": "12:00", "endTime": "09:00"}]'
     where trainer_id = tests.id('tara') $$, 'M0117', 'hours_reversed',
  'hours the wrong way round are refused');
select throws_ok(
  $$ update trainers.trainer_availability set slots = '[{"day": "monday", "startTime": "12:00"}]'
     where trainer_id = tests.id('tara') $$, 'M0106', 'windows_invalid',
  'a slot without an end is refused in the words of the form');
select tests.act_as_nobody();
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
values (tests.id('tara'), 5, '22:00', '02:00', 'UTC');
select tests.act_as('tara');
select lives_ok(
  $$ update trainers.trainer_availability
     set slots = slots || '[{"day": 1, "startTime": "08:00", "endTime": "20:00"}]'
     where trainer_id = tests.id('tara') $$,
  'a night that another system has made is written back');
select throws_ok($$ select api.check_day_hours('10:00', '10:00') $$, 'M0117', 'hours_reversed',
  'hours of no length are refused');
select lives_ok($$ select api.check_day_hours('18:00', '00:00') $$, 'hours may last until midnight');

-- The area that is served.
insert into trainers.services (id, trainer_id, title, price, duration_minutes)
values (tests.id('class'), tests.id('tara'), 'Class', 60, 60);
select tests.act_as('alice');
update trainers.users set user_type = 'client' where id = tests.id('alice');
insert into dogs.locations (id, user_id, latitude, longitude)
values (tests.id('home'), tests.id('alice'), 56.9, 12.6);
prepare ask as
insert into trainers.bookings (trainer_id, service_id, start_time)
values (tests.id('tara'), tests.id('class'),
        date_trunc('week', now()) + interval '14 days 10 hours')
returning total_price;
select throws_ok('ask', 'M9230', 'too_far_away', 'a service is not booked from outside the area');
update dogs.locations set latitude = 55.71, longitude = 12.61 where id = tests.id('home');
select throws_ok(
  $$ insert into trainers.bookings (trainer_id, service_id, start_time, total_price)
     values (tests.id('tara'), tests.id('class'),
             date_trunc('week', now()) + interval '14 days 11 hours', 1) $$,
  'M0211', 'price_differs', 'a price that the client makes up is refused');
select results_eq('ask', 'values (60.00)', 'a service is booked from inside the area');

-- Money that is on its way.
select tests.act_as_nobody();
select tests.arrives(payment_id) from core.payment;
select tests.act_as('tara');
select results_eq(
  $$ select type, status, amount = balance_after from trainers.transactions
     where user_id = tests.id('tara') $$,
  $$ values ('income', 'pending', true) $$, 'what is earned and still clears is a pending transaction');
select tests.act_as('alice');
select results_eq(
  $$ select type, status, amount, balance_before, balance_after from trainers.transactions
     where user_id = tests.id('alice') $$,
  $$ values ('expense', 'completed', 60.00, 0.00, 0.00) $$,
  'what a card has paid is an expense that moves no balance');
update trainers.bookings set status = 'cancelled', cancellation_reason = 'ill';
select results_eq('select payment_status from trainers.bookings', $$ values ('refunded') $$,
  'a booking whose refund is on its way reads refunded');
select results_eq(
  $$ select type, status, amount from trainers.transactions where type = 'refund' $$,
  $$ values ('refund', 'pending', 60.00) $$, 'a refund that is on its way is a pending transaction');

-- Strangers.
select tests.act_as_nobody();
update core.person set is_heard = true where person_id = tests.id('alice');
select tests.act_as_anonymous();
select is_empty($$ select from trainers.user_profiles where user_type <> 'trainer' $$,
  'anonymous callers do not read the names of clients');
select is_empty($$ select from dogs.users where id = tests.id('alice') $$,
  'anonymous callers do not read the names of owners');

select * from finish();
rollback;
