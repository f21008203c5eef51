-- The avenrae lens: every table and column of its document, who may name them, what each reader sees,
-- and the document's eight queries.

begin;
select plan(128);

-- The tables and columns that the document names, or uses in its queries and indexes.
create table documented (name text, columns text);
insert into documented values
  ('users', 'id email password_hash first_name last_name user_type is_verified created_at'),
  ('healers', 'id user_id healer_type hourly_rate rating is_verified_healer availability_status'),
  ('clients', 'id user_id date_of_birth gender emergency_contact_phone'),
  ('services', 'id healer_id service_name duration_minutes price service_category'),
  ('bookings', 'id client_id healer_id service_id booking_date status payment_status total_price client_rating'),
  ('products', 'id product_name product_type price stock_quantity sku product_category category is_active'),
  ('orders', 'id client_id order_number total_amount status payment_status order_date'),
  ('events', 'id event_name event_date max_capacity price organizer_healer_id'),
  ('event_registrations', 'id event_id client_id'),
  ('reviews', 'id healer_id rating comment'),
  ('order_items', 'id order_id product_id quantity unit_price total_price'),
  ('transactions', 'id user_id amount'), ('coupons', 'id code'),
  ('conversations', 'id user1_id user2_id'), ('messages', 'id conversation_id sender_id'),
  ('support_tickets', 'id user_id subject status'), ('notifications', 'id user_id title message'),
  ('favorite_healers', 'id client_id healer_id'), ('wishlist_items', 'id client_id product_id'),
  ('healer_availability', 'id healer_id day_of_week start_time end_time'),
  ('blocked_dates', 'id healer_id blocked_date'), ('audit_logs', 'id user_id action'),
  ('system_logs', 'id level message');
select is((select count(*) from documented), 23::bigint, 'the document has twenty-three tables');
select is_empty(
  $$ select d.name, c from documented as d, regexp_split_to_table(d.columns, ' ') as c
     where not exists (
       select from pg_attribute as a
       where a.attrelid = to_regclass('avenrae.' || d.name) and a.attname = c) $$,
  'the avenrae lens has every table and column of its document');
select is_empty(
  $$ select c.relname, a.attname
     from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attname = 'id'
     where c.relnamespace = 'avenrae'::regnamespace
       and a.atttypid not in ('integer'::regtype, 'bigint'::regtype) $$,
  'every id of the avenrae lens is an integer');
select results_eq(
  $$ select p.proname::text collate "default" from pg_proc as p
     where p.pronamespace = 'avenrae'::regnamespace and p.prorettype <> 'trigger'::regtype
       -- Those of a row are relations, not calls.
       and not exists (select from pg_type as t where t.oid = p.proargtypes[0] and t.typrelid <> 0)
     order by 1 $$,
  $$ values ('adjust_stock'), ('available_times'), ('call_off_event'), ('date_format'),
            ('place_order'), ('register_for_event') $$,
  'the avenrae lens has the functions of its page');

-- A sanctuary: Tara heals, Uwe too, Alice is a client, Sam works here.
select tests.make_staff('sam');
select tests.introduce('tara', 'uwe', 'alice', 'eve');
update core.person set first_name = initcap(display_name), last_name = 'Test',
                       timezone = 'Europe/Copenhagen';
insert into core.provider (provider_id, provider_type, hourly_rate_minor, currency, verification)
values (tests.id('tara'), 'psychologist', 60000, 'EUR', 'verified'),
       (tests.id('uwe'), 'psychologist', 50000, 'EUR', 'verified');
update core.provider set presence = 'busy' where provider_id = tests.id('uwe');
insert into core.customer values (tests.id('alice'));
select tests.offer('massage', 'tara', 5000);
update core.offering set kind = 'service', category_code = 'body' where title = 'massage';
select tests.offer('circle', 'tara', 2000, p_starts => now() + interval '20 days', p_capacity => 4);
update core.offering set kind = 'event' where title = 'circle';
insert into core.event (slot_id) values (tests.id('circle')) on conflict do nothing;
select tests.goods('amethyst', 'tara', 1000, p_on_hand => 20);
select tests.goods('salt', null, 500, p_on_hand => 5);
select tests.goods('sage', null, 700, p_on_hand => 0);
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
values (tests.id('tara'), 1, '09:00', '10:00', 'UTC');
insert into core.availability_exception (provider_id, kind, during, reason)
values (tests.id('tara'), 'block', tstzrange(now() + interval '50 days', now() + interval '51 days'), 'holiday');
insert into core.person_private (person_id, contact_email, date_of_birth, gender, emergency_phone)
values (tests.id('alice'), 'alice@example.org', '1990-02-03', 'x', '112'),
       (tests.id('tara'), 'tara@example.org', null, null, null);
insert into core.credential (provider_id, name) values (tests.id('tara'), 'Diploma');
select tests.paid('massage', 'alice');
select set_config('tests.cart', tests.basket('alice', null, 'circle', 'amethyst', 'amethyst', 'salt')::text, true);
select tests.arrives(current_setting('tests.cart')::uuid);
select tests.act_as('alice');
select api.add_favorite(tests.id('tara')), api.add_wish(tests.id('offering salt')),
       api.send_message('hello', tests.id('tara')) is not null,
       api.save_case('{"title": "Where is it?"}') is not null;
select tests.act_as_nobody();
insert into core.coupon (coupon_id, code, provider_id, kind, percent)
values (tests.id('coupon'), 'TARA10', tests.id('tara'), 'percent', 10);
insert into core.review (review_id, booking_id, author_side, author_id, provider_id, offering_id, rating)
select tests.id('review'), booking_id, 'customer', customer_id, provider_id, offering_id, 4
from core.booking where offering_title = 'massage';
select internal.count_ratings(tests.id('tara'));
update core.stripe_command set alarmed_at = now(), finished_at = null;
select internal.audit('x', 'person', 'y', null, null);

-- What each may name. A view that fails for somebody would fail with every row it holds.
create table shown (who text, name text, sees text);
insert into shown
select 'anon', v, case when v = any (array['users', 'healers', 'services', 'products', 'events',
    'reviews', 'healer_availability', 'blocked_dates', 'healer_qualifications', 'top_rated_services'])
  then 'rows' else '42501' end
from (select c.relname::text from pg_class as c
      where c.relnamespace = 'avenrae'::regnamespace and c.relkind = 'v') as x(v)
union all
select 'alice', v, case v when 'coupons' then 'none' when 'audit_logs' then 'none'
                          when 'healer_revenue' then 'none'
                          when 'system_logs' then 'M3301' else 'rows' end
from (select c.relname::text from pg_class as c
      where c.relnamespace = 'avenrae'::regnamespace and c.relkind = 'v') as x(v)
union all
select 'sam', v, case when v = any (array['messages', 'conversations', 'favorite_healers',
    'wishlist_items', 'notifications']) then 'none' else 'rows' end
from (select c.relname::text from pg_class as c
      where c.relnamespace = 'avenrae'::regnamespace and c.relkind = 'v') as x(v);
create function pg_temp.looks(p_who text, p_name text) returns text language plpgsql as $$
declare
  v_count bigint;
begin
  case p_who when 'anon' then perform tests.act_as_anonymous(); else perform tests.act_as(p_who); end case;
  begin
    execute format('select count(*) from (select * from avenrae.%I) as x', p_name) into v_count;
    execute format('select count(to_jsonb(x)) from avenrae.%I as x', p_name) into v_count;
  exception when others then
    perform tests.act_as_nobody();
    return sqlstate;
  end;
  perform tests.act_as_nobody();
  return case when v_count > 0 then 'rows' else 'none' end;
end $$;
select is(pg_temp.looks(who, name), sees,
          format('%s gets %s of avenrae.%s',
                 case who when 'anon' then 'an anonymous caller' when 'alice' then 'a client' else 'staff' end,
                 case sees when 'rows' then 'rows' when 'none' then 'no row' else 'a refusal' end, name))
from shown order by who, name;

-- Private columns.
prepare private_of (text) as
select u.email, u.password_hash, c.date_of_birth::text, c.gender, c.emergency_contact_phone
from avenrae.users as u join avenrae.clients as c on c.uuid = u.uuid where u.first_name = $1;
select tests.act_as('alice');
select results_eq($$ execute private_of('Alice') $$,
  $$ values ('alice@example.org', null::text, '1990-02-03', 'x', '112') $$,
  'a client reads what is private of them, and no password');
select tests.act_as('sam');
select results_eq($$ execute private_of('Alice') $$,
  $$ values ('alice@example.org', null::text, '1990-02-03', 'x', '112') $$,
  'staff reads what is private of a client, and no password');
select tests.act_as('tara');
select results_eq($$ execute private_of('Alice') $$,
  $$ values (null::text, null::text, null::text, null::text, '112') $$,
  'the healer of a booking to come reads whom to call and nothing else');
select tests.act_as('eve');
select is_empty($$ execute private_of('Alice') $$, 'a stranger cannot see a client');
select tests.act_as_anonymous();
select results_eq($$ select distinct email, is_verified, phone, password_hash from avenrae.users $$,
  'select null::text, null::boolean, null::text, null::text',
  'an anonymous caller reads no address of anybody');
select results_eq('select distinct reason from avenrae.blocked_dates', 'select null::text',
  'an anonymous caller cannot read why a healer has closed a day');
select tests.act_as('tara');
select results_eq('select reason from avenrae.blocked_dates', $$ values ('holiday') $$,
  'a healer reads why they have closed a day');

-- The words of what was ordered.
select tests.act_as('alice');
select results_eq(
  'select status, payment_status, total_price, client_rating from avenrae.bookings',
  $$ values ('confirmed', 'paid', 50.00, 4) $$, 'a booking has the words and decimals of the document');
select results_eq(
  'select status, payment_status, total_amount from avenrae.orders order by id',
  $$ values ('paid', 'paid', 50.00), ('processing', 'paid', 45.00) $$,
  'an order has the words and decimals of the document');
select results_eq(
  $$ select item_type, quantity, unit_price, total_price, status, payment_status
     from avenrae.order_items order by id $$,
  $$ values ('booking', 1, 50.00, 50.00, 'processing', 'paid'),
            ('booking', 1, 20.00, 20.00, 'processing', 'paid'),
            ('product', 2, 10.00, 20.00, 'processing', 'paid'),
            ('product', 1, 5.00, 5.00, 'processing', 'paid') $$,
  'the items of an order have numbers, prices and states');
select results_eq(
  $$ select seats, status, payment_status, cardinality(ticket_codes) from avenrae.event_registrations $$,
  $$ values (1, 'registered', 'paid', 1) $$, 'a registration has a ticket code for each seat');
select results_eq(
  'select transaction_type, amount, status from avenrae.transactions order by id',
  $$ values ('payment', 50.00, 'completed'), ('payment', 45.00, 'completed') $$,
  'a client reads their payments as transactions');
select tests.act_as('tara');
select results_eq(
  $$ select item_name, total_price from avenrae.order_items where item_type = 'product' $$,
  $$ values ('amethyst', 20.00) $$, 'a healer reads of an order what they have sold and nothing else');
select is_empty('select * from avenrae.orders', 'a healer cannot see the whole order of a client');

-- The eight queries. 1, 2, 3 and 6 as they are written.
select tests.act_as_nobody();
select set_config('search_path', 'avenrae, public, tap, pg_catalog', true);
prepare query_1 as
SELECT h.id, u.first_name, u.last_name, h.healer_type, h.hourly_rate, h.rating
FROM healers h
JOIN users u ON h.user_id = u.id
WHERE h.healer_type = 'psychologist'
  AND h.availability_status = 'available'
  AND h.is_verified_healer = TRUE
ORDER BY h.rating DESC;
prepare query_2 (integer) as
SELECT b.id, b.booking_date, s.service_name, u.first_name, u.last_name, b.status
FROM bookings b
JOIN services s ON b.service_id = s.id
JOIN healers h ON b.healer_id = h.id
JOIN users u ON h.user_id = u.id
WHERE b.client_id = $1
ORDER BY b.booking_date DESC;
prepare query_3 (integer) as
SELECT b.id, c_user.first_name, c_user.last_name, s.service_name, b.booking_date
FROM bookings b
JOIN clients c ON b.client_id = c.id
JOIN users c_user ON c.user_id = c_user.id
JOIN services s ON b.service_id = s.id
WHERE b.healer_id = $1
  AND b.booking_date > NOW()
  AND b.status IN ('pending', 'confirmed')
ORDER BY b.booking_date ASC;
prepare query_6 as
SELECT product_name, product_category, stock_quantity, price,
       CASE 
         WHEN stock_quantity = 0 THEN 'Out of Stock'
         WHEN stock_quantity < 10 THEN 'Low Stock'
         ELSE 'In Stock'
       END as stock_status
FROM products
WHERE is_active = TRUE
ORDER BY stock_quantity ASC;
select set_config('tests.client', (select seq::text from core.customer), true),
       set_config('tests.healer', (select seq::text from core.provider where provider_id = tests.id('tara')), true);
select tests.act_as_anonymous();
select results_eq('query_1',
  $$ select current_setting('tests.healer')::integer, 'Tara', 'Test', 'psychologist', 600.00, 4.00::numeric(3, 2) $$,
  'query 1 as written finds verified and available healers of a kind');
select results_eq('query_6',
  $$ values ('sage', null::text, 0, 7.00, 'Out of Stock'), ('salt', null, 4, 5.00, 'Low Stock'),
            ('amethyst', null, 18, 10.00, 'In Stock') $$,
  'query 6 as written shows the stock of the shop');
select tests.act_as('alice');
select isnt_empty('execute query_2(' || current_setting('tests.client') || ')',
  'query 2 as written shows the history of a client');
select tests.act_as('tara');
select isnt_empty('execute query_3(' || current_setting('tests.healer') || ')',
  'query 3 as written shows what a healer has ahead');
select tests.act_as('eve');
select is_empty('execute query_2(' || current_setting('tests.client') || ')',
  'query 2 shows a stranger nothing of the history of a client');
select is_empty('execute query_3(' || current_setting('tests.healer') || ')',
  'query 3 shows a stranger nothing of what a healer has ahead');

-- The indexes of the document: the plan of staff, who is not confined to rows of their own.
select tests.act_as_nobody();
create function tests.plan_of(p_query text) returns text language plpgsql as $$
declare
  v_line text;
  v_plan text := '';
begin
  for v_line in execute 'explain (costs off) ' || p_query loop
    v_plan := v_plan || v_line || E'\n';
  end loop;
  return v_plan;
end $$;
grant execute on function tests.plan_of to public;
select tests.act_as('sam');
set local enable_seqscan = off;
select alike(tests.plan_of(q), '%' || i || '%', 'an index serves ' || q)
from (values
  ('select id from bookings where client_id = 1 order by booking_date', 'customer_seq_key'),
  ('select id from bookings where healer_id = 1 order by booking_date', 'provider_seq_key'),
  ('select id from orders where client_id = 1 order by order_date', 'customer_seq_key'),
  ('select id from healers where healer_type = ''x'' order by rating', 'provider_type_rating_idx'),
  ('select id from products where product_category = ''x'' and is_active', 'offering_kind_active_idx'),
  ('select id from events where event_date > now()', 'slot_start_idx')) as x(q, i);
select isnt_empty(
  $$ select from pg_indexes where schemaname = 'identity' and tablename = 'account' and indexdef like '%UNIQUE%(email)%' $$,
  'an address belongs to one account by an index');
select tests.act_as_nobody();
set local enable_seqscan = on;

-- MySQL's dates.
select is(avenrae.date_format('2026-03-05 07:08:09+00', f), e, 'an instant is written as MySQL writes ' || f)
from (values ('%Y-%m', '2026-03'), ('%d.%c.%y', '05.3.26'), ('%H:%i:%s', '07:08:09'),
             ('%W, %e %M %Y', 'Thursday, 5 March 2026'), ('100%% %T', '100% 07:08:09')) as x(f, e);
select is(avenrae.date_format(d::timestamptz, '%U %u %V %X %v %x'), e, 'the weeks of ' || d || ' are those of MySQL')
from (values ('2026-01-01 12:00Z', '00 01 52 2025 01 2026'), ('2024-12-31 12:00Z', '52 53 52 2024 01 2025'),
             ('2021-01-01 12:00Z', '00 00 52 2020 53 2020'), ('2023-01-01 12:00Z', '01 00 01 2023 52 2022'),
             ('2026-03-05 12:00Z', '09 10 09 2026 10 2026')) as x(d, e);

select * from finish();
rollback;
