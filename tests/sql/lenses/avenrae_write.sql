-- Writing through the avenrae lens: who may write which column of which table, by number and by key,
-- and for every "may" a "cannot" by the same path.

begin;
select plan(111);

-- What each role may do with each table at all.
create table granted (name text, rights text);
insert into granted values
  ('audit_logs', '- s s'), ('blocked_dates', 's sid s'), ('bookings', '- siu siu'),
  ('clients', '- siu siu'), ('conversations', '- si si'), ('coupons', '- siu siu'),
  ('event_attendance', '- s s'), ('event_registrations', '- siu siu'), ('events', 's siud siud'),
  ('favorite_healers', '- sid s'), ('healer_availability', 's siud siud'),
  ('healer_qualifications', 's siud siud'), ('healer_revenue', '- s s'), ('healers', 's siu siu'),
  ('messages', '- siu siu'), ('monthly_revenue', '- s s'), ('notifications', '- su s'),
  ('order_items', '- su su'), ('orders', '- su su'), ('products', 's siud siud'),
  ('reviews', 's siu siu'), ('services', 's siud siud'), ('support_tickets', '- siu siu'),
  ('system_logs', '- s s'), ('tickets', '- s s'), ('top_rated_services', 's s s'),
  ('transactions', '- s s'), ('users', 's siud siud'), ('wishlist_items', '- sid s');
select results_eq(
  $$ select c.relname::text collate "default",
            string_agg(coalesce(nullif(concat(
              case when has_any_column_privilege(r.role, c.oid, 'select') then 's' end,
              case when has_any_column_privilege(r.role, c.oid, 'insert') then 'i' end,
              case when has_any_column_privilege(r.role, c.oid, 'update') then 'u' end,
              case when has_table_privilege(r.role, c.oid, 'delete') then 'd' end), ''), '-'), ' '
              order by r.role)
     from pg_class as c
     cross join unnest(array['anon', 'authenticated', 'service_role']) as r(role)
     where c.relnamespace = 'avenrae'::regnamespace and c.relkind = 'v'
     group by 1 order by 1 $$,
  'select name, rights from granted order by name',
  'every privilege granted on a table of the avenrae lens is in the list, and no other is');
select is_empty(
  $$ select c.relname, a.attname
     from pg_class as c
     join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
     join pg_trigger as t on t.tgrelid = c.oid and t.tgfoid = 'internal.on_row_sent'::regproc
     where c.relnamespace = 'avenrae'::regnamespace
       and a.attname = any (array['rating', 'total_amount', 'total_price', 'payment_status', 'order_number',
                                  'used_count', 'is_verified', 'core_status', 'created_at', 'checked_in',
                                  'client_rating', 'registered_seats'])
       and (c.relname, a.attname) <> ('reviews', 'rating')
       -- Given with a new booking they are compared, and refused if they are wrong.
       and (c.relname <> 'bookings' or a.attname not in ('total_price', 'payment_status')
            or split_part(encode(t.tgargs, 'escape'), '\000', 2) ~ ('[{,]' || a.attname || '[,}]'))
       and encode(t.tgargs, 'escape') ~ ('[{,]' || a.attname || '[,}]') $$,
  'what the house counts and charges cannot be written through the avenrae lens');

select tests.make_staff('sam');
select tests.introduce('tara', 'uwe', 'alice', 'bob');
insert into core.provider (provider_id, currency) values (tests.id('tara'), 'EUR'), (tests.id('uwe'), 'EUR');
insert into core.customer select tests.id(n) from unnest(array['alice', 'bob']) as n;
create function tests.number(p_table text, p_column text, p_value text) returns integer language plpgsql
security definer as $$
declare v integer; begin
  execute format('select id from avenrae.%I where %I::text = %L', p_table, p_column, p_value) into v;
  return v;
end $$;
grant execute on all functions in schema tests to public;
select set_config('tests.tara', (select seq::text from core.provider where provider_id = tests.id('tara')), true),
       set_config('tests.uwe', (select seq::text from core.provider where provider_id = tests.id('uwe')), true),
       set_config('tests.alice', (select seq::text from core.person where person_id = tests.id('alice')), true),
       set_config('tests.client', (select seq::text from core.customer where customer_id = tests.id('alice')), true);
create function tests.n(p_name text) returns integer language sql stable
return current_setting('tests.' || p_name)::integer;
grant execute on function tests.n to public;

-- Services, by number and by key.
select tests.act_as('tara');
select results_eq(
  $$ insert into avenrae.services (healer_id, service_name, duration_minutes, price, service_category)
     values (tests.n('tara'), 'massage', 60, 50.5, 'body') returning healer_id, price, currency, service_category $$,
  $$ values (tests.n('tara'), 50.50, 'EUR', 'body') $$, 'a healer offers a service by their number');
select results_eq(
  $$ insert into avenrae.services (healer_uuid, service_name, duration_minutes, price)
     values (tests.id('tara'), 'talk', 30, 20) returning healer_id $$,
  $$ values (tests.n('tara')) $$, 'a healer offers a service by their key');
select throws_ok(
  $$ insert into avenrae.services (healer_id, healer_uuid, service_name, duration_minutes, price)
     values (tests.n('tara'), tests.id('uwe'), 'x', 30, 20) $$, '42501', null,
  'a number and a key of two healers are refused');
select throws_ok(
  $$ insert into avenrae.services (healer_id, service_name, duration_minutes, price)
     values (tests.n('uwe'), 'x', 30, 20) $$, '42501', null, 'a healer cannot offer in the name of another');
select throws_ok(
  $$ insert into avenrae.services (service_name, duration_minutes, price) values ('x', 30, 20.555) $$,
  'M0015', 'amount_too_fine', 'a price of less than a cent is refused');
select throws_ok($$ update avenrae.services set healer_id = 99 $$, 'M0018', 'column_read_only',
  'a service cannot be given to another healer');
select results_eq($$ update avenrae.services set price = 60 where service_name = 'massage' returning price $$,
  'values (60.00)', 'a healer changes a price');
select lives_ok($$ delete from avenrae.services where service_name = 'talk' $$, 'a healer removes a service');
select tests.act_as('uwe');
select throws_ok($$ update avenrae.services set price = 1 $$, '42501', null,
  'a healer cannot change a service of another');
select throws_ok($$ delete from avenrae.services $$, 'M4101', 'offering_not_found',
  'a healer cannot remove a service of another');

-- Upserts, as the data API asks for them.
select tests.act_as('tara');
select set_config('app.on_conflict', 'merge', true);
select results_eq(
  $$ insert into avenrae.services (id, service_name) values (tests.number('services', 'service_name', 'massage'), 'deep massage')
     returning service_name, price $$, $$ values ('deep massage', 60.00) $$,
  'an upsert by number changes what it gives and no more');
select results_eq(
  $$ insert into avenrae.healers (uuid, bio) values (tests.id('tara'), 'Quiet.') returning bio, id $$,
  $$ values ('Quiet.', tests.n('tara')) $$, 'an upsert by key finds the row');
select throws_ok($$ insert into avenrae.healers (id, bio) values (tests.n('uwe'), 'x') $$, '42501', null,
  'an upsert cannot reach the row of another');
select set_config('app.on_conflict', '', true);
select throws_ok($$ insert into avenrae.healers (bio) values ('x') $$, '23505', null,
  'a healer who is there is not made again');

-- Healers: presence is theirs, verification is staff's.
select results_eq($$ update avenrae.healers set availability_status = 'busy', hourly_rate = 80
                     where id = tests.n('tara') returning availability_status, hourly_rate $$,
  $$ values ('busy', 80.00) $$, 'a healer says that they are busy, and what an hour costs');
select throws_ok($$ update avenrae.healers set availability_status = 'asleep' where id = tests.n('tara') $$,
  'M0019', 'word_unknown', 'a presence that is no word of the document is refused');
select throws_ok($$ update avenrae.users set user_type = 'guru' where uuid = tests.id('tara') $$,
  'M0019', 'word_unknown', 'a kind of user that is no word of the document is refused');
select throws_ok($$ insert into avenrae.products (product_name, product_type, price) values ('x', 'zzz', 5) $$,
  'M0019', 'word_unknown', 'a kind of product that the shop has no shelf for is refused');
select throws_ok($$ update avenrae.healers set is_verified_healer = true where id = tests.n('tara') $$,
  'M3301', 'staff_only', 'a healer cannot verify themselves');
select throws_ok($$ update avenrae.healers set rating = 5 $$, 'M0018', 'column_read_only',
  'a healer cannot rate themselves');
select tests.act_as('sam');
select results_eq($$ update avenrae.healers set is_verified_healer = true where id = tests.n('tara')
                     returning is_verified_healer $$, 'values (true)', 'staff verifies a healer');
select throws_ok($$ update avenrae.healers set bio = 'x' where id = tests.n('tara') $$, '42501', null,
  'staff cannot write the words of a healer');

-- Users.
select tests.act_as('alice');
select results_eq($$ update avenrae.users set first_name = 'Alice' where id = tests.n('alice') returning first_name $$,
  $$ values ('Alice') $$, 'a person writes their name');
select throws_ok($$ update avenrae.users set email = 'x@example.org' where id = tests.n('alice') $$, 'M0013',
  'field_unknown', 'an address cannot be written through the lens');
select throws_ok($$ update avenrae.users set password_hash = 'x' where id = tests.n('alice') $$, 'M0013',
  'field_unknown', 'a password cannot be written through the lens');
select throws_ok($$ update avenrae.users set user_type = 'admin' where id = tests.n('alice') $$, 'M3301',
  'staff_only', 'a person cannot make themselves staff');
select throws_ok($$ update avenrae.users set status = 'suspended' where id = tests.n('alice') $$, 'M3301',
  'staff_only', 'a person cannot suspend anybody');
select throws_ok($$ update avenrae.users set first_name = 'x' where user_type = 'healer' $$, '42501', null,
  'a person cannot rename a healer');
select throws_ok($$ delete from avenrae.users where user_type = 'healer' $$, '42501', null,
  'a person cannot delete another');
select tests.act_as('sam');
select lives_ok($$ update avenrae.users set status = 'suspended' where id = tests.n('alice') $$,
  'staff suspends a person');
select tests.act_as('alice');
select throws_ok($$ insert into avenrae.wishlist_items (product_id) values (1) $$, 'M4021', null,
  'a number of nothing is not found');
select tests.act_as('sam');
select lives_ok($$ update avenrae.users set status = 'active' where id = tests.n('alice') $$,
  'staff lets a person back in');

-- Clients.
select tests.act_as('alice');
select results_eq(
  $$ update avenrae.clients set date_of_birth = '1990-02-03', emergency_contact_phone = '112'
     where id = tests.n('client') returning date_of_birth::text, emergency_contact_phone $$,
  $$ values ('1990-02-03', '112') $$, 'a client writes what is private of them');
select tests.act_as('bob');
select results_eq($$ with u as (update avenrae.clients set gender = 'x' where id = tests.n('client') returning 1)
                     select count(*) from u $$, 'values (0::bigint)', 'a client cannot write of another');

-- Bookings, from a row to a review.
select tests.act_as('tara');
insert into avenrae.healer_availability (day_of_week, start_time, end_time, timezone)
select d, '00:00', '24:00', 'UTC' from generate_series(0, 6) as d;
select tests.act_as_nobody();
create function tests.at(p_days integer) returns timestamptz language sql stable
return date_trunc('day', now()) + make_interval(days => p_days, hours => 10);
grant execute on function tests.at to public;
select tests.act_as('alice');
select results_eq(
  $$ insert into avenrae.bookings (client_id, service_id, booking_date)
     values (tests.n('client'), tests.number('services', 'service_name', 'deep massage'), tests.at(5))
     returning healer_id, status, payment_status, total_price, booking_date $$,
  $$ values (tests.n('tara'), 'pending', 'unpaid', 60.00, tests.at(5)) $$,
  'a client books by writing a row');
select throws_ok(
  $$ insert into avenrae.bookings (service_id, booking_date, status)
     values (tests.number('services', 'service_name', 'deep massage'), tests.at(6), 'confirmed') $$, 'M0019', 'word_unknown',
  'a client cannot write a booking that is confirmed');
select throws_ok(
  $$ insert into avenrae.bookings (client_id, booking_date) values (tests.n('client'), tests.at(6)) $$,
  '23502', 'service_id is missing.', 'a booking without a service and without an end says what is missing');
select throws_ok(
  $$ insert into avenrae.bookings (healer_id, service_id, booking_date)
     values (tests.n('uwe'), tests.number('services', 'service_name', 'deep massage'), tests.at(6)) $$,
  'M4101', 'offering_not_found', 'a service is not booked with a healer who does not offer it');
select throws_ok(
  $$ insert into avenrae.bookings (service_id, booking_date, total_price)
     values (tests.number('services', 'service_name', 'deep massage'), tests.at(6), 1) $$,
  'M0211', 'price_differs', 'a booking cannot be made at a price that is not its own');
select throws_ok(
  $$ insert into avenrae.bookings (service_id, booking_date, payment_status)
     values (tests.number('services', 'service_name', 'deep massage'), tests.at(6), 'paid') $$,
  'M0019', 'word_unknown', 'a booking cannot be written as paid');
select throws_ok($$ update avenrae.bookings set status = 'vanished' $$, 'M0019',
  'word_unknown', 'a status that is no word of the lens is refused');
select throws_ok($$ update avenrae.bookings set booking_date = tests.at(6) $$, 'M9211', 'booking_not_open',
  'a booking that is not paid cannot be moved');
select throws_ok($$ update avenrae.bookings set status = 'completed' $$, 'M3204', null,
  'a client cannot say that a booking was completed');
select throws_ok($$ update avenrae.bookings set total_price = 1 $$, 'M0018', 'column_read_only',
  'a client cannot write what a booking costs');
select tests.act_as_nobody();
select tests.arrives(payment_id) from core.payment;
select tests.act_as('alice');
select results_eq('select status, payment_status from avenrae.bookings', $$ values ('confirmed', 'paid') $$,
  'a booking that was paid is confirmed');
select tests.act_as_nobody();
update core.person set timezone = 'Europe/Copenhagen' where person_id = tests.id('tara');
select tests.act_as('alice');
select results_eq($$ update avenrae.bookings set booking_date = tests.at(6) returning booking_date, booking_end_date $$,
  $$ values (tests.at(6), tests.at(6) + interval '1 hour') $$, 'a client moves a booking by its date');
select results_eq(
  $$ update avenrae.bookings set booking_date_local = (tests.at(5) + interval '1 hour') at time zone 'Europe/Copenhagen'
     returning booking_date $$,
  $$ values (tests.at(5) + interval '1 hour') $$, 'a client moves a booking by the clock of the healer');
select throws_ok($$ update avenrae.bookings set booking_date = tests.at(-1) $$, 'M9202', 'slot_past',
  'a booking cannot be moved into the past');
select tests.act_as('tara');
select throws_ok($$ update avenrae.bookings set booking_date = tests.at(6) $$, 'M3203', 'customer_only',
  'a healer cannot move a booking, and is told to propose another time');
select tests.act_as('alice');
select throws_ok($$ insert into avenrae.reviews (healer_id, rating) values (tests.n('tara'), 5) $$, 'M4203',
  null, 'a client cannot review before anything has taken place');
select tests.act_as_nobody();
-- Left by the moves: a slot is not shifted onto another.
delete from core.slot as s where not exists (select from core.booking as b where b.slot_id = s.slot_id);
select tests.let_pass('7 days');
select tests.act_as('tara');
select results_eq($$ update avenrae.bookings set status = 'completed' returning status $$,
  $$ values ('completed') $$, 'a healer says that a booking has taken place');
select tests.act_as('bob');
select throws_ok($$ insert into avenrae.reviews (healer_id, rating) values (tests.n('tara'), 5) $$, 'M4203',
  null, 'somebody who was not there cannot review a healer');
select throws_ok($$ insert into avenrae.reviews (client_uuid, healer_id, rating) values (tests.id('alice'), tests.n('tara'), 5) $$,
  'M4203', null, 'nobody reviews in the name of another');
select tests.act_as('alice');
select results_eq(
  $$ insert into avenrae.reviews (client_id, healer_id, rating, comment) values (tests.n('client'), tests.n('tara'), 4, 'Good.')
     returning healer_id, rating, client_id, status $$,
  $$ values (tests.n('tara'), 4, tests.n('client'), 'published') $$,
  'a client reviews a healer by their number');
select throws_ok($$ insert into avenrae.reviews (healer_id, rating) values (tests.n('tara'), 5) $$, 'M4203',
  null, 'a client cannot review a booking twice');
select throws_ok($$ update avenrae.reviews set rating = 1 $$, 'M0018', 'column_read_only', 'a review stays as it was written');
select throws_ok($$ update avenrae.reviews set healer_response = 'x' $$, 'M4502', null,
  'a client cannot answer for the healer');
select throws_ok($$ update avenrae.reviews set status = 'hidden' $$, 'M3301', 'staff_only',
  'a client cannot hide a review');
select tests.act_as('tara');
select results_eq($$ update avenrae.reviews set healer_response = 'Thanks.' returning healer_response $$,
  $$ values ('Thanks.') $$, 'a healer answers a review');
select results_eq('select rating, total_reviews from avenrae.healers where id = tests.n(''tara'')',
  'values (4.00::numeric(3, 2), 1)', 'the rating of a healer is counted');
select tests.act_as('sam');
select lives_ok($$ update avenrae.reviews set status = 'hidden' $$, 'staff hides a review');
select tests.act_as_anonymous();
select is_empty('select * from avenrae.reviews', 'a hidden review is shown to nobody');

-- Products: what is written is what can be ordered.
select tests.act_as('tara');
select results_eq(
  $$ insert into avenrae.products (product_name, product_type, price, stock_quantity, sku, category)
     values ('amethyst', 'crystal', 10, 5, 'A-1', 'stones')
     returning product_type, stock_quantity, product_category, category $$,
  $$ values ('crystal', 5, 'stones', 'stones') $$, 'a healer puts a product into the shop');
select tests.act_as_nobody();
update core.stock_item set on_hand = 4;
select tests.act_as('tara');
select results_eq($$ update avenrae.products set stock_quantity = stock_quantity + 10 returning stock_quantity $$,
  'values (14)', 'a healer adds pieces to the stock');
select throws_ok($$ update avenrae.products set stock_quantity = -1 $$, 'M9107', 'stock_too_small',
  'a stock cannot be negative');
select tests.act_as('alice');
select results_eq(
  $$ select jsonb_typeof(p -> 'id'), p ->> 'uuid' = p ->> 'order_id', p ->> 'order_number' = p ->> 'number'
     from avenrae.place_order(jsonb_build_array(jsonb_build_object(
       'product_id', tests.number('products', 'sku', 'A-1'), 'quantity', 3))) as p $$,
  $$ values ('number', true, true) $$, 'an order is answered with the number of its row');
select tests.act_as('tara');
select results_eq('select stock_quantity from avenrae.products', 'values (11)',
  'pieces of an unpaid order cannot be ordered again');
select results_eq($$ update avenrae.products set stock_quantity = 5 returning stock_quantity $$, 'values (5)',
  'what a healer types is what can be ordered next, whatever is kept for others');
select results_eq($$ update avenrae.products set stock_quantity = 0 returning stock_quantity $$, 'values (0)',
  'a healer takes what is left out of the shop');
select results_eq($$ update avenrae.products set stock_quantity = 7 returning stock_quantity $$, 'values (7)',
  'a healer fills the shelf again, and it holds what was typed');
select tests.act_as_nobody();
select results_eq('select on_hand from core.stock_item', 'values (10)',
  'the pieces that an order keeps are in stock besides');
select tests.act_as('tara');
select results_eq('select order_id is not null, status, payment_status from avenrae.order_items where item_type = ''product''',
  $$ values (true, 'pending', 'unpaid') $$, 'a healer reads the number of the order, which waits for money');
select tests.act_as('uwe');
select throws_ok($$ update avenrae.products set stock_quantity = 1 $$, '42501', null,
  'a healer cannot change the stock of another');

-- Events.
select tests.act_as('tara');
select results_eq(
  $$ insert into avenrae.events (event_name, event_date, max_capacity, price, organizer_healer_id)
     values ('circle', tests.at(20), 3, 20, tests.n('tara'))
     returning organizer_healer_id, event_end_date - event_date, status $$,
  $$ values (tests.n('tara'), interval '2 hours', 'upcoming') $$, 'a healer organises an event');
select throws_ok($$ update avenrae.events set registered_seats = 7 $$, 'M0018', 'column_read_only',
  'an organiser cannot write how many have registered');
select throws_ok($$ update avenrae.events set status = 'completed' $$, 'M0019', 'word_unknown',
  'an event cannot be set to anything but cancelled');
select tests.act_as('uwe');
select throws_ok($$ update avenrae.events set event_date = tests.at(21) $$, 'M4206', 'event_not_found',
  'a healer cannot move an event of another');
select throws_ok($$ update avenrae.events set status = 'cancelled' $$, 'M4201', 'slot_not_found',
  'a healer cannot call off an event of another');
select tests.act_as('alice');
select results_eq(
  $$ insert into avenrae.event_registrations (event_id, seats)
     select id, 2 from avenrae.events returning client_id, seats, status, payment_status, total_price $$,
  $$ values (tests.n('client'), 2, 'pending', 'unpaid', 40.00) $$, 'a client registers by writing a row');
select tests.act_as('tara');
select throws_ok($$ delete from avenrae.events $$, 'M9101', 'slot_in_use',
  'an event that somebody has registered for cannot be deleted');
select lives_ok($$ update avenrae.events set status = 'cancelled' $$, 'an organiser calls an event off');
select tests.act_as('alice');
select results_eq('select status from avenrae.event_registrations', $$ values ('cancelled') $$,
  'a registration for an event that was called off is cancelled');

-- Coupons.
select tests.act_as('alice');
select throws_ok($$ insert into avenrae.coupons (code, discount_type, discount_value) values ('FREE', 'percentage', 100) $$,
  'M4001', 'provider_not_found', 'a client cannot make a coupon');
select tests.act_as('tara');
select results_eq(
  $$ insert into avenrae.coupons (code, discount_type, discount_value, currency, minimum_purchase)
     values ('five', 'fixed', 5.5, 'EUR', 20) returning code, discount_value, minimum_purchase, healer_id $$,
  $$ values ('FIVE', 5.50, 20.00, tests.n('tara')) $$, 'a healer makes a coupon of an amount');
select results_eq($$ update avenrae.coupons set is_active = false returning is_active $$, 'values (false)',
  'a healer switches a coupon off');
select throws_ok($$ insert into avenrae.coupons (code, discount_type, discount_value) values ('X1', 'gift', 1) $$,
  'M0019', 'word_unknown', 'a kind of discount that is no word is refused');

-- What is only said once.
select tests.act_as('alice');
insert into avenrae.favorite_healers (healer_id) values (tests.n('tara'));
select lives_ok($$ insert into avenrae.favorite_healers (healer_id) values (tests.n('tara')) $$,
  'a favourite that is marked again stays one row');
select results_eq($$ with d as (delete from avenrae.favorite_healers returning 1) select count(*) from d $$,
  'values (1::bigint)', 'a mark is taken away by deleting its row');

-- Rows of the document name their owner: oneself may be named, nobody else.
select lives_ok(
  $$ insert into avenrae.favorite_healers (user_id, client_id, healer_id)
     values (tests.n('alice'), tests.n('client'), tests.n('tara')) $$, 'a client names themselves with a favourite');
select lives_ok(
  $$ insert into avenrae.wishlist_items (client_id, product_id)
     values (tests.n('client'), tests.number('products', 'sku', 'A-1')) $$, 'a client names themselves with a wish');
select tests.act_as('bob');
select throws_ok(
  $$ insert into avenrae.favorite_healers (client_uuid, healer_id) values (tests.id('alice'), tests.n('tara')) $$,
  '42501', null, 'nobody marks a healer for another');
select throws_ok(
  $$ insert into avenrae.wishlist_items (client_uuid, product_id)
     values (tests.id('alice'), tests.number('products', 'sku', 'A-1')) $$, '42501', null,
  'nobody wishes for another');
select results_eq(
  $$ insert into avenrae.clients (user_id, gender) select id, 'male' from avenrae.users where uuid = tests.id('bob')
     returning gender, uuid $$, $$ values ('male', tests.id('bob')) $$,
  'a client fills in the row that their sign-up has made');
select throws_ok(
  $$ update avenrae.clients set gender = 'zzz' $$, 'M0019', 'word_unknown',
  'a gender that is no word of the list is refused');
select tests.act_as('tara');
select results_eq(
  $$ insert into avenrae.blocked_dates (healer_id, blocked_date) values (tests.n('tara'), tests.at(9)::date)
     returning healer_id $$, $$ values (tests.n('tara')) $$, 'a healer names themselves with a blocked date');
select throws_ok(
  $$ insert into avenrae.blocked_dates (healer_id, blocked_date) values (tests.n('uwe'), tests.at(9)::date) $$,
  '42501', null, 'a healer cannot block a date of another');

-- A message is read with both of its ids, and may be written with both.
select tests.act_as('alice');
insert into avenrae.conversations (user2_uuid) values (tests.id('tara'));
select results_eq(
  $$ insert into avenrae.messages (conversation_uuid, sender_id, receiver_uuid, message)
     select uuid, tests.n('alice'), tests.id('tara'), 'Hello' from avenrae.conversations
     returning receiver_uuid, message $$, $$ values (tests.id('tara'), 'Hello') $$,
  'a message names its conversation and its receiver');
select throws_ok(
  $$ insert into avenrae.messages (conversation_uuid, receiver_uuid, message)
     select uuid, tests.id('uwe'), 'Hello' from avenrae.conversations $$, 'M0601', 'recipients_invalid',
  'a message cannot go to somebody who is not in its conversation');

-- Who is offline is not booked.
select tests.act_as('tara');
select results_eq(
  $$ update avenrae.healers set availability_status = 'offline' where id = tests.n('tara')
     returning availability_status, is_accepting_bookings $$, $$ values ('offline', false) $$,
  'a healer who goes offline takes no bookings');
select tests.act_as('alice');
select throws_ok(
  $$ insert into avenrae.bookings (service_id, booking_date)
     values (tests.number('services', 'service_name', 'deep massage'), tests.at(12)) $$,
  'M9206', 'provider_not_accepting', 'a healer who is offline cannot be booked');
select tests.act_as('tara');
select results_eq(
  $$ update avenrae.healers set availability_status = 'available' where id = tests.n('tara')
     returning is_accepting_bookings $$, 'values (true)', 'a healer who is back takes bookings again');

-- Support tickets: who has opened one may close it.
select tests.act_as('alice');
insert into avenrae.support_tickets (subject, description) values ('Help', 'I found it.');
select results_eq($$ update avenrae.support_tickets set status = 'closed' returning status $$,
  $$ values ('closed') $$, 'a person closes their own ticket');
select throws_ok($$ update avenrae.support_tickets set status = 'resolved' $$, 'M3301', 'staff_only',
  'a person cannot say that their ticket was resolved');
select throws_ok($$ update avenrae.support_tickets set status = 'gone' $$, 'M0019', 'word_unknown',
  'a state of a ticket that is no word of the list is refused');
select throws_ok($$ insert into avenrae.support_tickets (subject, description, priority) values ('x', 'x', 'soon') $$,
  'M0019', 'word_unknown', 'a priority of a ticket that is no word of the list is refused');

-- A name that was put together follows its parts.
select results_eq(
  $$ update avenrae.users set display_name = 'Alice Moon', last_name = 'Moon' where id = tests.n('alice')
     returning display_name $$, $$ values ('Alice Moon') $$, 'a person writes the name that is shown');
select results_eq(
  $$ update avenrae.users set last_name = 'Sun' where id = tests.n('alice') returning display_name $$,
  $$ values ('Alice Sun') $$, 'the name that is shown follows first and last name');

-- Deleting oneself.
select tests.act_as('bob');
select lives_ok($$ delete from avenrae.users where uuid = tests.id('bob') $$, 'a person deletes themselves');
select tests.act_as_nobody();
select is((select status from core.person where person_id = tests.id('bob')), 'deleted',
  'a person who was deleted is erased, and their number stays theirs');

select * from finish();
rollback;
