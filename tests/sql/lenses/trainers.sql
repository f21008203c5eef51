-- The trainers lens: every table and column its clients know, who may name them, each of the 13
-- functions of its document, and what is refused.

begin;
select plan(179);

-- Answers are kept in temporary tables, which no role of the API may make otherwise.
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$;

select results_eq(
  $$ select c.relname::text collate "default",
            string_agg(a.attname::text collate "default", ' ' order by a.attnum)
     from pg_class as c
     join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'trainers'::regnamespace
     group by 1 order by 1 $$,
  $$ values
    ('bookings',
     'id client_id trainer_id service_id slot_id start_time end_time status payment_status '
     'total_price currency seats notes trainer_notes cancellation_reason cancelled_by '
     'cancelled_at created_at updated_at core_status hold_expires_at'),
    ('categories', 'id name slug image_url created_at'),
    ('issues',
     'id user_id trainer_id booking_reference complaint_type title description status priority '
     'attachments resolution resolved_at created_at updated_at booking_id'),
    ('messages',
     'id conversation_id sender_id receiver_id content is_read read_at created_at'),
    ('notifications', 'id user_id type title message data is_read read_at created_at'),
    ('payment_methods', 'id user_id type brand last4 created_at last_used_at'),
    ('payments',
     'id booking_id order_id user_id trainer_id amount amount_refunded currency status '
     'payment_method paid_at created_at'),
    ('payout_requests',
     'id trainer_id amount status requested_at processed_at created_at currency'),
    ('payouts',
     'id trainer_id amount currency status requested_at processed_at created_at origin failure'),
    ('promotion_requests',
     'id trainer_id promotion_type status duration_days commission_rate cost features '
     'approved_by started_at expires_at created_at currency paid_from order_id'),
    ('promotions',
     'id trainer_id promotion_type status duration_days commission_rate cost features '
     'approved_by started_at expires_at created_at currency paid_from order_id'),
    ('referrals',
     'id referrer_id referred_id referral_code status reward_amount currency created_at '
     'completed_at'),
    ('reported_issues',
     'id user_id trainer_id booking_reference complaint_type title description status priority '
     'attachments resolution resolved_at created_at updated_at booking_id'),
    ('reviews',
     'id booking_id client_id trainer_id service_id rating comment reply created_at updated_at'),
    ('service_categories', 'service_id category_id'),
    ('services',
     'id trainer_id title description category price currency duration_minutes '
     'max_participants is_active created_at updated_at'),
    ('trainer_availability', 'id trainer_id slots created_at updated_at'),
    ('transactions',
     'id user_id type amount balance_before balance_after reference description status '
     'created_at currency'),
    ('user_profiles',
     'id user_id user_type name disciplines certifications hourly_rate hourly_rate_by_radius '
     'service_radius availability payout_details profile_image bio rating total_reviews '
     'is_approved location_lat location_lng location_label currency is_available timezone '
     'created_at updated_at provider_id location_id'),
    ('user_wallets',
     'id user_id balance pending_balance total_earned total_spent currency last_transaction_at '
     'created_at clearing_balance reserved_balance held_balance owner_id'),
    ('users',
     'id email name user_type phone profile_image timezone status currency balance '
     'bonus_balance created_at updated_at provider_id customer_id'),
    ('wallet_balances',
     'user_id currency balance clearing_balance reserved_balance held_balance') $$,
  'the trainers lens has the tables and columns of its document');

-- Alice and Bob are clients of Tara and Uwe; Tara has earned, Sam works here.
update core.marketplace set default_currency = 'EUR';
select tests.introduce('tara', 'uwe', 'alice', 'bob', 'eve', 'zoe');
select tests.make_staff('sam');
insert into core.provider (provider_id, currency)
values (tests.id('tara'), 'EUR'), (tests.id('uwe'), 'EUR');
select tests.offer('lesson', 'tara', 10000);
update core.offering set kind = 'service', is_active = true;
select tests.paid('lesson', 'alice');
select tests.earned('past', 'tara', 20000, now() + interval '30 days');
select tests.onboard('tara');
create temp table it as select booking_id from core.booking where slot_id = tests.id('lesson');
create temp table past as select booking_id from core.booking where slot_id = tests.id('past');
grant select on it, past to public;
insert into core.category (category_id, name, slug) values (tests.id('dogs'), 'Dogs', 'dogs');
insert into core.payment_method (payment_method_id, person_id, external_id, brand, last4)
values (tests.id('card'), tests.id('alice'), 'fp', 'visa', '4242');

-- What each may name. A view that fails for somebody would fail with every row it holds.
select tests.act_as_anonymous();
select isnt_empty('select * from trainers.' || v, 'an anonymous caller reads trainers.' || v)
from unnest(array['trainer_availability', 'user_profiles', 'services', 'categories']) as v;
select lives_ok('select * from trainers.' || v, 'an anonymous caller may name trainers.' || v)
from unnest(array['reviews', 'service_categories']) as v;
select throws_ok('select * from trainers.' || v, '42501', null,
  'an anonymous caller cannot read trainers.' || v)
from unnest(array['users', 'bookings', 'payments', 'payment_methods', 'user_wallets',
                  'wallet_balances', 'transactions', 'payouts', 'payout_requests',
                  'reported_issues', 'issues', 'promotion_requests', 'promotions', 'messages',
                  'notifications', 'referrals']) as v;
select tests.act_as('alice');
select lives_ok('select * from trainers.' || v, 'a client reads trainers.' || v)
from unnest(array['users', 'bookings', 'payments', 'payment_methods', 'user_wallets',
                  'wallet_balances', 'transactions', 'payouts', 'payout_requests',
                  'reported_issues', 'issues', 'promotion_requests', 'promotions', 'messages',
                  'notifications', 'referrals', 'trainer_availability', 'user_profiles', 'services',
                  'categories', 'service_categories', 'reviews']) as v;
select tests.act_as_service();
select lives_ok('select * from trainers.' || v, 'the service reads trainers.' || v)
from unnest(array['users', 'bookings', 'payments', 'payment_methods', 'user_wallets',
                  'wallet_balances', 'transactions', 'payouts', 'payout_requests',
                  'reported_issues', 'issues', 'promotion_requests', 'promotions', 'messages',
                  'notifications', 'referrals', 'trainer_availability', 'user_profiles', 'services',
                  'categories', 'service_categories', 'reviews']) as v;

-- 1. trainer_availability: getAvailability, setAvailability, updateAvailability.
select tests.act_as('tara');
select results_eq(
  $$ insert into trainers.trainer_availability (trainer_id, slots) values (tests.id('tara'),
       '[{"day": "monday", "startTime": "09:00", "endTime": "12:00"},
         {"day": "sunday", "startTime": "10:00", "endTime": "11:30"}]') returning slots $$,
  $$ values ('[{"day": "monday", "endTime": "12:00", "startTime": "09:00"},
               {"day": "sunday", "endTime": "11:30", "startTime": "10:00"}]'::jsonb) $$,
  'setAvailability keeps the slots as they were given');
select results_eq(
  $$ insert into trainers.trainer_availability (trainer_id, slots) values (tests.id('tara'),
       '"[{\"day\": 2, \"startTime\": \"09:00\", \"endTime\": \"10:00\"}]"') returning slots $$,
  $$ values ('[{"day": "tuesday", "endTime": "10:00", "startTime": "09:00"}]'::jsonb) $$,
  'setAvailability again replaces the slots, from text and with a number for the day');
select results_eq(
  $$ update trainers.trainer_availability
     set slots = '[{"day": "Wed", "startTime": "08:00", "endTime": "09:00"}]'
     where trainer_id = tests.id('tara') returning slots $$,
  $$ values ('[{"day": "wednesday", "endTime": "09:00", "startTime": "08:00"}]'::jsonb) $$,
  'updateAvailability replaces the slots, by the first letters of the day');
select results_eq(
  $$ select day_of_week, start_time, end_time from tutoring.availability_windows
     where expert_id = tests.id('tara') $$,
  $$ values (3, time '08:00', time '09:00') $$, 'the slots are the tutoring lens''s windows');
select results_eq(
  'select availability from trainers.user_profiles where user_id = tests.id(''tara'')',
  'select slots from trainers.trainer_availability where trainer_id = tests.id(''tara'')',
  'the profile has the same slots');
select lives_ok(
  $$ update trainers.user_profiles
     set availability = '[{"day": "friday", "startTime": "08:00", "endTime": "09:00",
                           "timezone": "Asia/Tokyo"}]'
     where user_id = tests.id('tara') $$, 'the slots are written in the profile too');
select tests.act_as_anonymous();
select results_eq(
  'select slots from trainers.trainer_availability where trainer_id = tests.id(''tara'')',
  $$ values ('[{"day": "friday", "endTime": "09:00", "startTime": "08:00",
                "timezone": "Asia/Tokyo"}]'::jsonb) $$,
  'getAvailability has what the profile was given, and says another zone');
select tests.act_as('tara');
select throws_ok(
  $$ update trainers.trainer_availability set slots = '[{"day": "someday", "startTime": "08:00",
       "endTime": "09:00"}]' where trainer_id = tests.id('tara') $$,
  'M0106', 'windows_invalid', 'a day that is none is refused');
select throws_ok(
  $$ update trainers.trainer_availability set slots = '{"monday": []}'
     where trainer_id = tests.id('tara') $$, 'M0106', 'windows_invalid',
  'slots that are no array are refused');
select throws_ok(
  $$ update trainers.trainer_availability set slots = '[]' where trainer_id = tests.id('uwe') $$,
  '42501', null, 'a trainer cannot write the slots of another');
select throws_ok(
  $$ insert into trainers.trainer_availability (trainer_id, slots)
     values (tests.id('uwe'), '[]') $$, '42501', null, 'a trainer cannot insert them either');
select tests.act_as_service();
select lives_ok(
  $$ update trainers.trainer_availability set slots = '[]' where trainer_id = tests.id('uwe') $$,
  'the service writes anybody''s slots');
select tests.act_as('alice');
select throws_ok(
  $$ insert into trainers.trainer_availability (trainer_id, slots)
     values (tests.id('alice'), '[]') $$, 'M4001', 'provider_not_found', 'a client has no hours');

-- One store: what is written as slots is bookable at once, in every system's words.
select tests.act_as('tara');
select lives_ok(
  $$ insert into trainers.services (id, trainer_id, title, price, currency, duration_minutes,
       is_active) values (tests.id('hour'), tests.id('tara'), 'Hour', 10, 'EUR', 60, true) $$,
  'a trainer offers an hour');
select lives_ok(
  $$ update trainers.trainer_availability
     set slots = (select jsonb_agg(jsonb_build_object('day', d, 'startTime', '09:00',
                                                      'endTime', '11:00'))
                  from generate_series(0, 6) as d)
     where trainer_id = tests.id('tara') $$, 'a trainer is free every day for two hours');
select is(
  array(select distinct to_char(start_time at time zone 'UTC', 'HH24:MI')
        from tutoring.bookable_slots
        where session_id = tests.id('hour') and is_available order by 1),
  array['09:00', '10:00'],
  'the bookable slots of the tutoring lens are in those hours');
select set_eq(
  $$ select day_of_week from tutoring.availability_windows
     where expert_id = tests.id('tara') and start_time = '09:00' and end_time = '11:00' $$,
  $$ select generate_series(0, 6) $$, 'the windows of the tutoring lens are those slots');
select results_eq(
  $$ update trainers.trainer_availability set slots = to_jsonb(slots::text)
     where trainer_id = tests.id('tara') returning slots $$,
  $$ select slots from trainers.trainer_availability where trainer_id = tests.id('tara') $$,
  'slots that are read and written back, as text, are the same');
select tests.act_as('alice');
select lives_ok(
  $$ insert into trainers.bookings (client_id, trainer_id, service_id, start_time, end_time)
     select tests.id('alice'), tests.id('tara'), tests.id('hour'), start_time, end_time
     from tutoring.bookable_slots
     where session_id = tests.id('hour') and is_available
       and start_time > now() + interval '3 days'
     order by start_time limit 1 $$, 'a client books one of them, by its time');
select results_eq(
  $$ with slot as (
       select start_time, end_time from tutoring.bookable_slots
       where session_id = tests.id('hour') and is_available
         and start_time > now() + interval '6 days'
       order by start_time limit 1),
     one as (
       insert into trainers.bookings (id, client_id, trainer_id, service_id, start_time, end_time)
       select tests.id('own'), tests.id('alice'), tests.id('tara'), tests.id('hour'), start_time,
              end_time from slot returning id)
     select count(*) from one $$, 'values (1::bigint)', 'a booking comes with an id of its own');
select results_eq(
  $$ with again as (
       insert into trainers.bookings (id, client_id, trainer_id, service_id, start_time, end_time)
       select tests.id('own'), b.client_id, b.trainer_id, b.service_id, b.start_time, b.end_time
       from trainers.bookings as b where b.service_id = tests.id('hour')
       order by b.start_time desc limit 1 returning id)
     select a.id = (select b.id from trainers.bookings as b where b.service_id = tests.id('hour')
                    order by b.start_time desc limit 1) from again as a $$,
  'values (true)', 'the same id again is the same booking');
select lives_ok($$ update trainers.bookings set status = 'cancelled'
  where id = (select b.id from trainers.bookings as b where b.service_id = tests.id('hour')
              order by b.start_time desc limit 1) $$, 'a client calls the second one off');
select results_eq(
  $$ select b.learner_id, t.client_id, t.total_price
     from tutoring.bookings as b join trainers.bookings as t using (id)
     where b.session_id = tests.id('hour') and t.status = 'pending' $$,
  $$ values (tests.id('alice'), tests.id('alice'), 10.00) $$,
  'the booking stands in both systems, and costs what the service costs');
select is_empty(
  $$ select from tutoring.bookable_slots as s
     join trainers.bookings as b on s.start_time < b.end_time and s.end_time > b.start_time
     where s.session_id = tests.id('hour') and b.service_id = s.session_id and s.is_available
       and b.status = 'pending' $$,
  'no overlapping slot of the trainer can be booked any more');
select throws_ok(
  $$ insert into trainers.bookings (client_id, trainer_id, service_id, start_time, end_time)
     values (tests.id('alice'), tests.id('tara'), tests.id('hour'),
             date_trunc('day', now()) + interval '5 days 20 hours',
             date_trunc('day', now()) + interval '5 days 21 hours') $$,
  'M9233', 'outside_hours', 'a time outside the slots is refused');

-- 2. transactions: getTransactions.
select tests.act_as('tara');
select results_eq(
  $$ select type, amount, balance_before, balance_after, status, reference like 'earning:%'
     from trainers.transactions where user_id = tests.id('tara') and type = 'income' $$,
  $$ values ('income', 170.00, 0.00, 170.00, 'completed', true),
            ('income', 85.00, 170.00, 255.00, 'pending', false) $$,
  'getTransactions shows income with the balance before and after, that which clears too');
select is_empty($$ select from trainers.transactions where type = 'expense' $$,
  'getTransactions by type shows no others');
select tests.act_as('eve');
select is_empty('select from trainers.transactions', 'nobody sees the transactions of others');
select tests.act_as('sam');
select isnt_empty('select from trainers.transactions', 'staff sees all the transactions');

-- 5. user_wallets: getWalletBalance, updateWalletBalance.
select tests.act_as('tara');
select results_eq(
  $$ select balance, pending_balance, total_earned, total_spent, currency
     from trainers.user_wallets where user_id = tests.id('tara') $$,
  $$ values (170.00, 85.00, 255.00, 0.00, 'EUR') $$,
  'getWalletBalance shows what there is, what clears, and what was earned');
select throws_ok(
  $$ update trainers.user_wallets set balance = 1000000 where user_id = tests.id('tara') $$,
  'M3401', 'balance_is_counted', 'the function updateWalletBalance is refused');
select throws_ok(
  $$ insert into trainers.user_wallets (user_id, balance) values (tests.id('tara'), 1) $$,
  'M3401', 'balance_is_counted', 'a wallet cannot be inserted');
select is((select count(*) from trainers.user_wallets), 1::bigint,
  'a trainer sees one wallet: their own');
select results_eq(
  $$ select balance, bonus_balance, currency from trainers.users where id = tests.id('tara') $$,
  $$ values (170.00, 0.00, 'EUR') $$, 'users has the balance, the bonus and the currency');
select results_eq($$ select currency, balance from trainers.wallet_balances $$,
  $$ values ('EUR', 170.00) $$, 'wallet_balances has a row per currency');
select tests.act_as('alice');
select results_eq('select balance, total_spent from trainers.user_wallets',
  $$ values (0.00, 300.00) $$, 'a client''s wallet says what they have spent');
select is((select balance from trainers.users where id = tests.id('tara')), null,
  'a client does not see the balance of a trainer');
select tests.act_as('sam');
select throws_ok($$ update trainers.user_wallets set balance = 0 $$, 'M3401',
  'balance_is_counted', 'staff is refused too, with what to use instead');

-- 3. payout_requests: getPayoutRequests, requestPayout.
select tests.act_as('tara');
select results_eq(
  $$ insert into trainers.payout_requests (trainer_id, amount, status)
     values (tests.id('tara'), 100.00, 'pending') returning amount, status, processed_at $$,
  $$ values (100.00, 'pending', null::timestamptz) $$, 'requestPayout asks for a payout');
select throws_ok(
  $$ insert into trainers.payout_requests (trainer_id, amount) values (tests.id('tara'), 100) $$,
  'M9401', 'balance_too_small', 'what is reserved cannot be asked for again');
select throws_ok(
  $$ insert into trainers.payout_requests (trainer_id, amount) values (tests.id('uwe'), 1) $$,
  '42501', null, 'nobody asks for the payout of another');
select throws_ok(
  $$ insert into trainers.payout_requests (trainer_id, amount, status)
     values (tests.id('tara'), 1, 'completed') $$, '42501', null,
  'nobody inserts a payout that is completed');
select throws_ok($$ update trainers.payout_requests set status = 'completed' $$, '42501', null,
  'nobody completes their own payout');
select results_eq('select amount, status from trainers.payout_requests',
  $$ values (100.00, 'pending') $$, 'getPayoutRequests shows the request');
select results_eq('select amount, origin from trainers.payouts', $$ values (100.00, 'request') $$,
  'payouts shows it too');
select results_eq(
  $$ select balance, reserved_balance from trainers.user_wallets $$, $$ values (70.00, 100.00) $$,
  'the wallet says what is reserved');
select results_eq(
  $$ select type, amount, status from trainers.transactions where type = 'expense' $$,
  $$ values ('expense', 100.00, 'pending') $$, 'the payout is an expense that is pending');
select results_eq(
  $$ update trainers.payout_requests set status = 'cancelled' returning status $$,
  $$ values ('cancelled') $$, 'a request is called off by the word');
select tests.act_as('uwe');
select is_empty('select from trainers.payout_requests', 'another trainer sees no request');

-- 4. reported_issues: reportIssue, getIssues, updateIssueStatus; both names.
select tests.act_as('alice');
select results_eq(
  $$ insert into trainers.reported_issues (user_id, trainer_id, booking_reference, complaint_type,
       title, description, status, attachments)
     select tests.id('alice'), tests.id('tara'), booking_id::text, 'trainer_conduct', 'Late',
            'An hour', 'open', '"[\"https://example.org/1\"]"' from it
     returning complaint_type, status, priority, attachments, booking_id is not null $$,
  $$ values ('trainer_conduct', 'open', 'normal', '["https://example.org/1"]'::jsonb, true) $$,
  'reportIssue opens a case, and finds the booking');
select is((select count(*) from trainers.issues where status = 'open'), 1::bigint,
  'getIssues shows it by the other name');
select throws_ok($$ update trainers.issues set status = 'resolved' $$, 'M3301', 'staff_only',
  'the function updateIssueStatus is only staff''s');
select lives_ok($$ update trainers.issues set title = 'Very late' $$,
  'the one who reported an issue changes its words, by either name');
select tests.act_as('tara');
select is_empty('select from trainers.reported_issues', 'the trainer does not see the complaint');
select tests.act_as('sam');
select results_eq(
  $$ update trainers.reported_issues set status = 'resolved', resolution = 'Refunded'
     returning title, resolved_at is not null $$, $$ values ('Very late', true) $$,
  'updateIssueStatus by staff resolves it, and says when');
select throws_ok($$ update trainers.reported_issues set status = 'someday' $$, 'M0606', null,
  'a status that is none is refused');

-- 6. promotion_requests: createPromotionRequest, getPromotionRequests; both names.
select tests.act_as('tara');
select results_eq(
  $$ insert into trainers.promotion_requests (trainer_id, promotion_type, duration_days, cost,
       features, status)
     values (tests.id('tara'), 'profile_boost', 7, 25.50, '["badge"]', 'pending')
     returning status, cost, commission_rate, features $$,
  $$ values ('pending', 25.50, 0.00, '["badge"]'::jsonb) $$,
  'createPromotionRequest asks for a promotion');
select throws_ok($$ update trainers.promotions set status = 'approved' $$, 'M3301', 'staff_only',
  'a trainer cannot approve it');
select throws_ok(
  $$ insert into trainers.promotions (trainer_id, promotion_type, duration_days)
     values (tests.id('uwe'), 'profile_boost', 7) $$, '42501', null,
  'nobody asks for the promotion of another');
select tests.act_as('sam');
select results_eq(
  $$ update trainers.promotions set status = 'approved' returning status, approved_by $$,
  $$ values ('active', tests.id('sam')) $$,
  'staff approves by the other name; paid from the wallet, it is active');
select tests.act_as('tara');
select results_eq(
  $$ select status, started_at = now(), expires_at = now() + interval '7 days'
     from trainers.promotion_requests where trainer_id = tests.id('tara') $$,
  $$ values ('active', true, true) $$, 'getPromotionRequests shows that it runs, and until when');
select is((select balance from trainers.user_wallets), 144.50, 'the wallet has paid for it');
select results_eq(
  $$ select amount, description from trainers.transactions where reference like 'promotion:%' $$,
  $$ values (25.50, 'Promotion of 7 days') $$, 'the transaction says for what');
select tests.act_as('uwe');
select is_empty('select from trainers.promotions', 'another trainer sees no promotion');

-- user_profiles: the trainer's columns, and the front end's shape.
select tests.act_as('tara');
select results_eq(
  $$ update trainers.user_profiles set name = 'Tara', bio = 'Dogs', disciplines = '["agility"]',
       certifications = '"[\"CPDT\", {\"name\": \"KPA\", \"issued_by\": \"Pryor\"}]"',
       hourly_rate = 45.50, hourly_rate_by_radius = '[{"radius_km": 2.5, "rate": 50}]',
       service_radius = 20, location_lat = 55.676098, location_lng = 12.568337,
       location_label = 'Copenhagen', payout_details = '{"iban": "DK5000400440116243"}',
       profile_image = 'https://example.org/t.png'
     where user_id = tests.id('tara')
     returning name, bio, disciplines, certifications, hourly_rate, hourly_rate_by_radius,
               service_radius, location_lat, payout_details ->> 'last4' $$,
  $$ values ('Tara', 'Dogs', '["agility"]'::jsonb,
             '["CPDT", {"name": "KPA", "issued_by": "Pryor"}]'::jsonb, 45.50,
             '[{"radius_km": 2.5, "rate": 50.00}]'::jsonb, 20, 55.676098, '6243') $$,
  'a trainer writes a profile and reads it back, without the bank account');
select tests.act_as_anonymous();
select results_eq(
  $$ select user_type, location_lat, location_lng, location_label, payout_details
     from trainers.user_profiles where user_id = tests.id('tara') $$,
  $$ values ('trainer', 55.68, 12.57, 'Copenhagen', null::jsonb) $$,
  'strangers see the place to about a kilometre, and no payout details');
select is_empty($$ select from trainers.user_profiles where user_type = 'client' $$,
  'strangers see no client');
select tests.act_as('alice');
select is_empty($$ update trainers.user_profiles set name = 'x' where user_id = tests.id('bob')
  returning 1 $$, 'a client changes no profile of another');
select throws_ok(
  $$ update trainers.user_profiles set name = 'x' where user_id = tests.id('tara') $$, '42501',
  null, 'a client cannot change the profile of a trainer');
select results_eq(
  $$ update trainers.user_profiles set name = 'Alice' where user_id = tests.id('alice')
     returning name, user_type, disciplines $$,
  $$ values ('Alice', 'client', null::jsonb) $$, 'a client writes their profile and stays a client');
select throws_ok(
  $$ update trainers.user_profiles set is_approved = true where user_id = tests.id('alice') $$,
  'M3301', 'staff_only', 'nobody can approve their own request');
select tests.act_as('sam');
select results_eq(
  $$ update trainers.user_profiles set is_approved = true where user_id = tests.id('tara')
     returning is_approved $$, $$ values (true) $$, 'staff approves a trainer');
select tests.act_as('zoe');
select results_eq(
  $$ insert into trainers.user_profiles (user_id, user_type, name, disciplines, hourly_rate)
     values (tests.id('zoe'), 'trainer', 'Zoe', '"yoga"', 30)
     returning user_type, disciplines, hourly_rate, availability $$,
  $$ values ('trainer', '["yoga"]'::jsonb, 30.00, '[]'::jsonb) $$,
  'a newcomer becomes a trainer by inserting a profile');

-- Existing tables.
select tests.act_as('eve');
select results_eq(
  $$ insert into trainers.users (id, name, phone, user_type)
     values (tests.id('eve'), 'Eve', '+45 1', 'client') returning user_type, phone, customer_id $$,
  $$ values ('client', '+45 1', tests.id('eve')) $$, 'a person says who they are');
select tests.act_as('alice');
select is((select phone from trainers.users where id = tests.id('eve')), null,
  'the phone of a stranger is not shown');
select tests.act_as('tara');
create temp table service as select tests.id('walk') as id;
grant select on service to public;
select results_eq(
  $$ insert into trainers.services (id, trainer_id, title, price, duration_minutes, is_active)
     select id, tests.id('tara'), 'Walk', 12.50, 60, true from service
     returning price, currency, is_active $$,
  $$ values (12.50, 'EUR', true) $$, 'a trainer offers a service with a decimal price');
select results_eq(
  $$ update trainers.services set price = 15 where id = tests.id('walk') returning price $$,
  $$ values (15.00) $$, 'a trainer changes the price');
select lives_ok(
  $$ insert into trainers.service_categories select id, tests.id('dogs') from service $$,
  'a service is put into a category');
select lives_ok($$ delete from trainers.service_categories where service_id = tests.id('walk') $$,
  'a service is taken out of a category');
select throws_ok($$ insert into trainers.categories (name) values ('Cats') $$, 'M3301',
  'staff_only', 'a trainer makes no category');
select tests.act_as('sam');
select results_eq($$ insert into trainers.categories (name) values ('Cats') returning slug $$,
  $$ values ('cats') $$, 'staff makes a category');
select tests.act_as('alice');
select results_eq(
  $$ select status, payment_status, total_price, currency from trainers.bookings
     join it on booking_id = id $$, $$ values ('confirmed', 'completed', 100.00, 'EUR') $$,
  'a booking says its state and price in the words of the trainers');
select results_eq(
  $$ select amount, status, payment_method from trainers.payments
     where booking_id = (select booking_id from it) $$,
  $$ values (100.00, 'completed', 'card') $$, 'a payment is completed');
select results_eq('select brand, last4 from trainers.payment_methods',
  $$ values ('visa', '4242') $$, 'a client sees their card');
select lives_ok('delete from trainers.payment_methods', 'a client removes their card');
select throws_ok(
  $$ insert into trainers.reviews (booking_id, trainer_id, rating)
     select booking_id, tests.id('uwe'), 5 from past $$, '42501', null,
  'a review of another trainer than that of the booking is refused');
select results_eq(
  $$ insert into trainers.reviews (booking_id, client_id, rating, comment)
     select booking_id, tests.id('alice'), 5, 'Good' from past
     returning rating, trainer_id $$, $$ values (5, tests.id('tara')) $$,
  'a client reviews a booking that took place');
select tests.act_as('tara');
select lives_ok($$ update trainers.reviews set reply = 'Thanks' $$, 'a trainer answers a review');
select throws_ok($$ update trainers.reviews set rating = 1 $$, 'M0018', 'column_read_only',
  'a trainer cannot change the rating');
select results_eq(
  $$ update trainers.bookings set trainer_notes = 'bring treats'
     where id = (select booking_id from it) returning trainer_notes $$,
  $$ values ('bring treats') $$, 'a trainer keeps notes');
select results_eq(
  $$ insert into trainers.messages (sender_id, receiver_id, content)
     values (tests.id('tara'), tests.id('alice'), 'Hello') returning content, is_read $$,
  $$ values ('Hello', false) $$, 'a trainer writes to a client');
select tests.act_as('alice');
select results_eq(
  $$ update trainers.messages set is_read = true returning is_read, read_at = now() $$,
  $$ values (true, true) $$, 'the receiver marks it as read');
select isnt_empty($$ select from trainers.notifications where not is_read $$,
  'a client has news');
select lives_ok('update trainers.notifications set is_read = true', 'a client reads the news');
select is_empty($$ select from trainers.notifications where not is_read $$,
  'what was read is not unread');
select tests.act_as('tara');
create temp table code as select api.my_referral_code() as code;
grant select on code to public;
select tests.act_as('bob');
select results_eq(
  $$ insert into trainers.referrals (referral_code) select code from code
     returning status, referrer_id $$,
  $$ values ('pending', tests.id('tara')) $$, 'a newcomer claims a referral');
select throws_ok($$ insert into trainers.referrals (referral_code) select code from code $$,
  'M9010', 'already_referred', 'a referral is claimed once through the lens');
select results_eq(
  $$ update trainers.bookings set status = 'cancelled' returning 1 $$,
  $$ select 1 where false $$, 'a stranger cancels no booking');
select tests.act_as('alice');
select results_eq(
  $$ update trainers.bookings set status = 'cancelled' where id = (select booking_id from it)
     returning status, cancelled_by $$, $$ values ('cancelled', 'client') $$,
  'a client cancels by the word');
-- The document's check list: each function of the API service reads by an index.
select tests.act_as_nobody();
create function tests.plan_of(p_query text) returns setof text language plpgsql as $$
begin
  set local enable_seqscan = off;
  return query execute 'explain ' || p_query;
  set local enable_seqscan = on;
end
$$;
select tests.act_as('tara');
select ok(exists (select from tests.plan_of(format(q.query, tests.id('tara'))) as p(line)
                  where p.line like '%' || q.index || '%'),
          format('%s reads by an index: %s', q.name, q.index))
from (values
  ('getAvailability', 'select * from trainers.trainer_availability where trainer_id = %L',
   'availability_rule_provider_id_idx'),
  ('getTransactions', 'select * from trainers.transactions where user_id = %L',
   'ledger_account_owner_key'),
  ('getTransactions by type',
   $$ select * from trainers.transactions where user_id = %L and type = 'income' $$,
   'ledger_entry_account_idx'),
  ('getPayoutRequests', 'select * from trainers.payout_requests where trainer_id = %L', 'payout_'),
  ('getWalletBalance', 'select * from trainers.user_wallets where user_id = %L', 'person_pkey'),
  ('getIssues', 'select * from trainers.reported_issues where user_id = %L',
   'support_case_person_id_idx'),
  ('getPromotionRequests', 'select * from trainers.promotion_requests where trainer_id = %L',
   'promotion_provider_id_idx'),
  -- By status and date: the index that begins with the person holds the dates too.
  ('getPayoutRequests by status and date',
   $$ select * from trainers.payout_requests
      where trainer_id = %L and status = 'pending' order by requested_at desc $$,
   'payout_provider_requested_idx'),
  ('getIssues by status and date',
   $$ select * from trainers.reported_issues
      where user_id = %L and status = 'open' order by created_at desc $$,
   'support_case_person_id_idx'),
  ('getPromotionRequests by status and date',
   $$ select * from trainers.promotion_requests
      where trainer_id = %L and status = 'pending' order by created_at desc $$,
   'promotion_provider_id_idx'),
  ('getTransactions by date',
   'select * from trainers.transactions where user_id = %L order by created_at desc',
   'ledger_entry_account_idx'),
  ('the bookings of a trainer by status and date',
   $$ select * from trainers.bookings
      where trainer_id = %L and status = 'confirmed' order by start_time $$,
   'booking_provider_start_idx')
) as q(name, query, index);

select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after all of it');

select * from finish();
rollback;
