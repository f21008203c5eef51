-- A client makes the ids of its rows itself: every view of every lens that takes rows takes them
-- with an id, and the row has that id; an upsert with a new id makes it, and with the same one
-- changes it. The id of somebody else's row is a conflict, and nothing of that row changes.

begin;
select plan(12);

select tests.make_staff('sam');
select tests.introduce('tara', 'uwe', 'alice', 'bob', 'carl', 'nora', 'ole', 'pia');
insert into core.provider (provider_id, currency, hourly_rate_minor)
values (tests.id('tara'), 'EUR', 5000), (tests.id('uwe'), 'EUR', 5000);
insert into core.customer
select tests.id(n) from unnest(array['alice', 'bob', 'carl', 'nora', 'ole', 'pia']) as n;

-- Six bookings that took place, for three lenses to review; and money to be paid out.
do $$ begin
  for n in 1 .. 6 loop
    perform tests.offer('past ' || n, 'tara', 5000, p_starts => now() + make_interval(days => 20 + n));
    perform tests.clear(tests.paid('past ' || n, 'alice'));
  end loop;
end $$;
-- They are done; hours would make slots of them.
update core.offering set is_active = false where title like 'past %';
select tests.onboard('tara');
select tests.offer('first slot', 'tara', 5000, p_starts => now() + interval '11 days');
select tests.offer('second slot', 'tara', 5000, p_starts => now() + interval '12 days');
select tests.course('free', 'tara', 0);
select tests.course('easy', 'tara', 0);
select tests.course('both', 'tara', 0);
select tests.course('paid', 'tara', 1999), tests.course('dear', 'tara', 2999);
select tests.goods('oil', 'tara', 900, p_on_hand => 9), tests.goods('book', 'tara', 900);

create function tests.at(p_days integer, p_time text) returns text language sql as $$
  select to_json((((now() at time zone 'Europe/Copenhagen')::date + p_days) + p_time::time)
                 at time zone 'Europe/Copenhagen') #>> '{}';
$$;
create function tests.code_of_tara() returns text language sql security definer as $$
  select c.code from core.referral_code as c where c.person_id = tests.id('tara');
$$;
create table tests.made (name text primary key, id uuid);
grant usage on schema tests to public;
grant select, insert on tests.made to public;
grant execute on all functions in schema tests to public;

select tests.act_as('tara');
insert into dogs.dog_trainers (user_id, bio) values (tests.id('tara'), 'Calm.');
select api.set_availability(jsonb_build_array(jsonb_build_object(
  'weekday', extract(dow from tests.at(3, '12:00')::timestamptz),
  'start_local', '06:00', 'end_local', '14:00'))) is not null as hours;
select api.save_offering(jsonb_build_object('offering_id', tests.id('walk'), 'kind', 'service',
  'title', 'Walk', 'duration_min', 60, 'price', 50, 'currency', 'EUR'));
insert into tests.made
select n, api.save_event(jsonb_build_object('title', n, 'starts_at', tests.at(d, '20:00'),
  'capacity', 9, 'price', 10, 'currency', 'EUR'))
from (values ('circle', 30), ('dance', 31)) as e(n, d);
select api.my_referral_code();
select tests.act_as('alice');
insert into dogs.dogs (id, owner_id, name) values (tests.id('rex'), tests.id('alice'), 'Rex');
insert into fitness."Post" (id, "authorId", title, content)
values (tests.id('post'), tests.id('alice'), 'A', 'B');
select tests.act_as('carl');
select api.enrol(tests.id('offering free'), p_enrolment_id => tests.id('place'));
select tests.act_as_nobody();

-- The rows: who writes them, who is a stranger to them, a first and a second row, and what an
-- upsert changes. $name is somebody's id, $me the writer's.
create table tests.case (
  view text primary key, who text, stranger text, first jsonb, second jsonb, change jsonb);
insert into tests.case values
('tutoring.sessions', 'tara', 'uwe',
 '{"expert_id": "$me", "title": "A", "duration_minutes": 60, "price_cents": 5000}',
 '{"expert_id": "$me", "title": "B", "duration_minutes": 60, "price_cents": 5000}', '{"title": "C"}'),
('tutoring.availability_windows', 'tara', 'uwe',
 '{"expert_id": "$me", "day_of_week": 6, "start_time": "20:00", "end_time": "21:00"}',
 '{"expert_id": "$me", "day_of_week": 6, "start_time": "21:00", "end_time": "22:00"}',
 '{"end_time": "22:30:00"}'),
('tutoring.bookable_slots', 'tara', 'uwe',
 jsonb_build_object('session_id', tests.id('offering first slot'), 'start_time', tests.at(40, '06:00')),
 jsonb_build_object('session_id', tests.id('offering first slot'), 'start_time', tests.at(41, '06:00')),
 '{"max_bookings": 3}'),
('tutoring.bookings', 'alice', 'bob',
 jsonb_build_object('learner_id', '$me', 'slot_id', tests.id('first slot')),
 jsonb_build_object('learner_id', '$me', 'slot_id', tests.id('second slot')),
 '{"learner_notes": "new"}'),
('dogs.locations', 'alice', 'bob',
 '{"user_id": "$me", "address": "A 1", "latitude": 56.1, "longitude": 10.2}',
 '{"user_id": "$me", "address": "B 2", "latitude": 56.1, "longitude": 10.2}', '{"city": "Aarhus"}'),
('dogs.trainer_services', 'tara', 'uwe',
 '{"trainer_id": "$me", "name": "A", "duration_minutes": 60, "price": 10}',
 '{"trainer_id": "$me", "name": "B", "duration_minutes": 60, "price": 10}', '{"name": "C"}'),
('dogs.trainer_certifications', 'tara', 'uwe', '{"trainer_id": "$me", "name": "A"}',
 '{"trainer_id": "$me", "name": "B"}', '{"name": "C"}'),
('dogs.trainer_availability', 'tara', 'uwe',
 '{"trainer_id": "$me", "day_of_week": 5, "start_time": "20:00", "end_time": "21:00"}',
 '{"trainer_id": "$me", "day_of_week": 5, "start_time": "21:00", "end_time": "22:00"}',
 '{"end_time": "22:30:00"}'),
('dogs.dogs', 'alice', 'bob', '{"owner_id": "$me", "name": "A"}', '{"owner_id": "$me", "name": "B"}',
 '{"name": "C"}'),
('dogs.dog_photos', 'alice', 'bob', '{"dog_id": "$rex", "photo_url": "https://example.org/a"}',
 '{"dog_id": "$rex", "photo_url": "https://example.org/b"}',
 '{"photo_url": "https://example.org/c"}'),
('dogs.bookings', 'alice', 'bob',
 jsonb_build_object('trainer_id', '$tara', 'owner_id', '$me', 'service_id', '$walk',
   'start_time', tests.at(3, '08:00')),
 jsonb_build_object('trainer_id', '$tara', 'owner_id', '$me', 'start_time', tests.at(3, '09:00'),
   'end_time', tests.at(3, '10:00'), 'status', 'pending'), '{"notes": "new"}'),
('dogs.reviews', 'alice', 'bob', '{"booking_id": "$past 1", "owner_id": "$me", "rating": 5}',
 '{"booking_id": "$past 2", "owner_id": "$me", "rating": 4}', null),
('dogs.payouts', 'tara', 'uwe', '{"trainer_id": "$me", "amount": 20}',
 '{"trainer_id": "$me", "amount": 21}', null),
('trainers.categories', 'sam', 'tara', '{"name": "A"}', '{"name": "B"}', '{"name": "C"}'),
('trainers.services', 'tara', 'uwe',
 '{"trainer_id": "$me", "title": "A", "duration_minutes": 60, "price": 10}',
 '{"trainer_id": "$me", "title": "B", "duration_minutes": 60, "price": 10}', '{"title": "C"}'),
('trainers.bookings', 'alice', 'bob',
 jsonb_build_object('trainer_id', '$tara', 'client_id', '$me', 'service_id', '$walk',
   'start_time', tests.at(3, '10:00')),
 jsonb_build_object('trainer_id', '$tara', 'client_id', '$me', 'service_id', '$walk',
   'start_time', tests.at(3, '11:00')), '{"notes": "new"}'),
('trainers.reviews', 'alice', 'bob', '{"booking_id": "$past 3", "client_id": "$me", "rating": 5}',
 '{"booking_id": "$past 4", "client_id": "$me", "rating": 4}', null),
('trainers.payout_requests', 'tara', 'uwe', '{"trainer_id": "$me", "amount": 22}',
 '{"trainer_id": "$me", "amount": 23}', null),
('trainers.reported_issues', 'alice', 'bob',
 '{"user_id": "$me", "complaint_type": "other", "title": "A", "description": "B"}',
 '{"user_id": "$me", "complaint_type": "other", "title": "B", "description": "B"}',
 '{"title": "C"}'),
('trainers.issues', 'alice', 'bob',
 '{"user_id": "$me", "complaint_type": "other", "title": "A", "description": "B"}',
 '{"user_id": "$me", "complaint_type": "other", "title": "B", "description": "B"}',
 '{"title": "C"}'),
('trainers.promotion_requests', 'tara', 'uwe',
 '{"trainer_id": "$me", "promotion_type": "featured_listing", "duration_days": 14}',
 '{"trainer_id": "$me", "promotion_type": "featured_listing", "duration_days": 14}',
 '{"duration_days": 7}'),
('trainers.promotions', 'tara', 'uwe',
 '{"trainer_id": "$me", "promotion_type": "profile_boost", "duration_days": 14}',
 '{"trainer_id": "$me", "promotion_type": "profile_boost", "duration_days": 14}',
 '{"duration_days": 7}'),
('trainers.messages', 'alice', 'bob',
 '{"sender_id": "$me", "receiver_id": "$tara", "content": "A"}',
 '{"sender_id": "$me", "receiver_id": "$tara", "content": "B"}', null),
-- Everybody is brought once, so the second row is somebody else's.
('trainers.referrals', 'nora', 'pia', jsonb_build_object('referral_code', tests.code_of_tara()),
 jsonb_build_object('referral_code', tests.code_of_tara()), null),
('fitness."Category"', 'sam', 'tara', '{"name": "D", "slug": "d"}', '{"name": "E", "slug": "e"}',
 '{"name": "F"}'),
('fitness."Course"', 'tara', 'uwe',
 '{"authorId": "$me", "title": "A", "slug": "a", "description": "", "price": 0}',
 '{"authorId": "$me", "title": "B", "slug": "b", "description": "", "price": 0}',
 '{"title": "C"}'),
('fitness."Chapter"', 'tara', 'uwe', '{"courseId": "$offering free", "title": "A", "position": 7}',
 '{"courseId": "$offering free", "title": "B", "position": 8}', '{"title": "C"}'),
('fitness."Lesson"', 'tara', 'uwe', '{"chapterId": "$free 1", "title": "A", "position": 7}',
 '{"chapterId": "$free 1", "title": "B", "position": 8}', '{"title": "C"}'),
('fitness."Attachment"', 'tara', 'uwe',
 '{"lessonId": "$free 1.1", "name": "A", "url": "https://example.org/a"}',
 '{"lessonId": "$free 1.1", "name": "B", "url": "https://example.org/b"}', '{"name": "C"}'),
('fitness."CourseEnrollment"', 'alice', 'bob', '{"userId": "$me", "courseId": "$offering free"}',
 '{"userId": "$me", "courseId": "$offering easy"}', null),
('fitness."ChapterProgress"', 'carl', 'bob',
 '{"chapterId": "$free 1", "courseEnrollmentId": "$place"}',
 '{"chapterId": "$free 2", "courseEnrollmentId": "$place"}', null),
('fitness."LessonProgress"', 'carl', 'bob',
 '{"lessonId": "$free 1.1", "courseEnrollmentId": "$place", "watchTimePercent": 10}',
 '{"lessonId": "$free 1.2", "courseEnrollmentId": "$place", "watchTimePercent": 10}',
 '{"watchTimePercent": 20}'),
('fitness."Payment"', 'alice', 'bob',
 '{"userId": "$me", "courseId": "$offering paid", "amount": 19.99, "currency": "EUR",
   "status": "PENDING"}',
 '{"userId": "$me", "courseId": "$offering dear", "amount": 29.99, "currency": "EUR",
   "status": "PENDING"}', null),
('fitness."Post"', 'alice', 'bob', '{"authorId": "$me", "title": "A", "content": "B"}',
 '{"authorId": "$me", "title": "B", "content": "B"}', '{"title": "C"}'),
('fitness."Comment"', 'alice', 'bob', '{"authorId": "$me", "postId": "$post", "content": "A"}',
 '{"authorId": "$me", "postId": "$post", "content": "B"}', '{"content": "C"}'),
('fitness."Message"', 'alice', 'bob', '{"senderId": "$me", "receiverId": "$tara", "content": "A"}',
 '{"senderId": "$me", "receiverId": "$tara", "content": "B"}', null),
('avenrae.services', 'tara', 'uwe',
 '{"healer_uuid": "$me", "service_name": "A", "duration_minutes": 60, "price": 10}',
 '{"healer_uuid": "$me", "service_name": "B", "duration_minutes": 60, "price": 10}',
 '{"service_name": "C"}'),
('avenrae.products', 'tara', 'uwe',
 '{"healer_uuid": "$me", "product_name": "A", "price": 10, "stock_quantity": 2}',
 '{"healer_uuid": "$me", "product_name": "B", "price": 10, "stock_quantity": 2}',
 '{"product_name": "C"}'),
('avenrae.events', 'tara', 'uwe',
 jsonb_build_object('organizer_healer_uuid', '$me', 'event_name', 'A', 'max_capacity', 5, 'price', 10,
   'event_date', tests.at(32, '20:00')),
 jsonb_build_object('organizer_healer_uuid', '$me', 'event_name', 'B', 'max_capacity', 5, 'price', 10,
   'event_date', tests.at(33, '20:00')), '{"event_name": "C"}'),
('avenrae.bookings', 'alice', 'bob',
 jsonb_build_object('client_uuid', '$me', 'healer_uuid', '$tara', 'service_uuid', '$walk',
   'booking_date', tests.at(3, '12:00')),
 jsonb_build_object('client_uuid', '$me', 'service_uuid', '$walk', 'status', 'pending',
   'booking_date', tests.at(3, '13:00')), '{"client_notes": "new"}'),
('avenrae.event_registrations', 'alice', 'bob', '{"client_uuid": "$me", "event_uuid": "$circle"}',
 '{"client_uuid": "$me", "event_uuid": "$dance"}', '{"client_notes": "new"}'),
('avenrae.coupons', 'tara', 'uwe',
 '{"code": "OWN1", "discount_type": "percentage", "discount_value": 10}',
 '{"code": "OWN2", "discount_type": "percentage", "discount_value": 10}', '{"is_active": false}'),
('avenrae.conversations', 'alice', 'bob', '{"user1_uuid": "$me", "user2_uuid": "$carl"}',
 '{"user1_uuid": "$me", "user2_uuid": "$tara", "title": "group"}', null),
('avenrae.messages', 'alice', 'bob',
 '{"sender_uuid": "$me", "receiver_uuid": "$tara", "message": "A"}',
 '{"sender_uuid": "$me", "receiver_uuid": "$tara", "message": "B"}', null),
('avenrae.support_tickets', 'alice', 'bob', '{"user_uuid": "$me", "subject": "A"}',
 '{"user_uuid": "$me", "subject": "B"}', '{"subject": "C"}'),
('avenrae.reviews', 'alice', 'bob', '{"healer_uuid": "$tara", "rating": 5}',
 '{"healer_uuid": "$tara", "rating": 4}', null),
('avenrae.favorite_healers', 'alice', 'bob', '{"healer_uuid": "$tara"}', '{"healer_uuid": "$uwe"}',
 null),
('avenrae.wishlist_items', 'alice', 'bob', '{"product_uuid": "$offering oil"}',
 '{"product_uuid": "$offering book"}', null),
('avenrae.healer_availability', 'tara', 'uwe',
 '{"healer_uuid": "$me", "day_of_week": 4, "start_time": "20:00", "end_time": "21:00"}',
 '{"healer_uuid": "$me", "day_of_week": 4, "start_time": "21:00", "end_time": "22:00"}',
 '{"end_time": "22:30:00"}'),
('avenrae.blocked_dates', 'tara', 'uwe',
 jsonb_build_object('healer_uuid', '$me', 'blocked_date', current_date + 300),
 jsonb_build_object('healer_uuid', '$me', 'blocked_date', current_date + 301), null),
('avenrae.healer_qualifications', 'tara', 'uwe', '{"healer_uuid": "$me", "qualification": "A"}',
 '{"healer_uuid": "$me", "qualification": "B"}', '{"qualification": "C"}');

create table tests.is_a_person (view text primary key);
insert into tests.is_a_person values
  ('tutoring.user_profiles'), ('tutoring.expert_profiles'), ('tutoring.learner_profiles'),
  ('dogs.users'), ('dogs.dog_trainers'), ('dogs.dog_owners'), ('trainers.users'),
  ('trainers.trainer_availability'), ('trainers.user_profiles'), ('trainers.user_wallets'),
  ('fitness."User"'), ('fitness."Auth"'), ('fitness."Profile"'), ('avenrae.users'),
  ('avenrae.healers'), ('avenrae.clients');

select set_eq(
  $$ select view from tests.case union all select view from tests.is_a_person $$,
  $$ select c.oid::regclass::text
     from pg_class as c
     join pg_attribute as a on a.attrelid = c.oid and a.attname in ('id', 'uuid')
     where c.relkind = 'v'
       and c.relnamespace::regnamespace::text = any ('{tutoring,dogs,trainers,fitness,avenrae}')
       and has_column_privilege('authenticated', c.oid, a.attnum, 'insert') $$,
  'every view that takes new rows is in this test, or its rows are people, whose id they bear');

create table tests.written (
  view text, step text, given uuid, id uuid, sqlstate text, message text, row jsonb);
grant insert, select on tests.written, tests.case to public;

-- Names into ids.
create function tests.spelt(p_row jsonb, p_who text) returns jsonb language sql as $$
  select coalesce(jsonb_object_agg(r.key, case when r.value #>> '{}' like '$%' then to_jsonb(
    case substr(r.value #>> '{}', 2)
      when 'me' then tests.id(p_who)
      else coalesce((select m.id from tests.made as m where m.name = substr(r.value #>> '{}', 2)),
                    (select b.booking_id from core.booking as b
                     where b.slot_id = tests.id(substr(r.value #>> '{}', 2))
                       and b.status = 'completed'),
                    tests.id(substr(r.value #>> '{}', 2))) end)
    else r.value end), '{}')
  from jsonb_each(p_row) as r;
$$;

create function tests.write(
  p_view text, p_step text, p_who text, p_id uuid, p_row jsonb, p_on_conflict text)
returns void language plpgsql as $$
declare
  v_key     text := case when exists (
    select from pg_attribute where attrelid = p_view::regclass and attname = 'uuid')
    then 'uuid' else 'id' end;
  v_row     jsonb := tests.spelt(p_row, p_who) || jsonb_build_object(v_key, p_id);
  v_columns text := (select string_agg(quote_ident(k), ', ') from jsonb_object_keys(v_row) as k);
  v_after   jsonb;
begin
  perform tests.act_as(p_who),
          set_config('app.on_conflict', p_on_conflict, true),
          set_config('app.columns', case p_on_conflict when '' then ''
            else (select jsonb_agg(k)::text from jsonb_object_keys(v_row) as k) end, true);
  begin
    execute format(
      'insert into %1$s as v (%2$s) select %2$s from jsonb_populate_record(null::%1$s, $1) '
      'returning to_jsonb(v)', p_view, v_columns) into v_after using v_row;
    insert into tests.written
    values (p_view, p_step, p_id, (v_after ->> v_key)::uuid, null, null, v_after);
  exception when others then
    insert into tests.written values (p_view, p_step, p_id, null, sqlstate, sqlerrm, null);
  end;
  perform set_config('app.on_conflict', '', true), set_config('app.columns', '', true),
          tests.act_as_nobody();
end $$;

create function tests.shown(p_view text, p_who text, p_id uuid) returns jsonb language plpgsql as $$
declare v_row jsonb; begin
  perform tests.act_as(p_who);
  execute format('select to_jsonb(v) from %s as v where v.%I = $1', p_view,
    case when exists (select from pg_attribute
                      where attrelid = p_view::regclass and attname = 'uuid')
         then 'uuid' else 'id' end) into v_row using p_id;
  perform tests.act_as_nobody();
  return v_row;
end $$;

do $$
declare
  c        tests.case;
  v_first  uuid;
  v_second uuid;
  v_before jsonb;
begin
  for c in select k.* from tests.case as k loop
    v_first := tests.id('first of ' || c.view);
    v_second := tests.id('second of ' || c.view);
    perform tests.write(c.view, 'insert', c.who, v_first, c.first, '');
    perform tests.write(c.view, 'insert again', c.who, v_first, c.first, '');
    v_before := tests.shown(c.view, c.who, v_first);
    perform tests.write(c.view, 'insert of a stranger', c.stranger, v_first, c.first, ''),
            tests.write(c.view, 'upsert of a stranger', c.stranger, v_first, c.first, 'merge');
    insert into tests.written (view, step, row)
    values (c.view, 'untouched', to_jsonb(tests.shown(c.view, c.who, v_first) = v_before));
    c.who := case c.view when 'trainers.referrals' then 'ole' else c.who end;
    perform tests.write(c.view, 'upsert', c.who, v_second, c.second, 'merge'),
            tests.write(c.view, 'upsert again', c.who, v_second,
                        c.second || coalesce(c.change, '{}'), 'merge');
  end loop;
end $$;

select is_empty(
  $$ select view, step, sqlstate, message, id from tests.written
     where step = 'insert' and id is distinct from given and view <> 'fitness."Payment"' $$,
  'a row that is inserted has the id that its client has made');
select is_empty(
  $$ select view, step, sqlstate, message from tests.written
     where step = 'insert again' and id is distinct from given
       and sqlstate is distinct from '23505'
       -- Everybody is brought once, enters a course once, and orders with a key.
       and (view, coalesce(message, '')) not in (
         ('trainers.referrals', 'already_referred'),
         ('fitness."CourseEnrollment"', 'already_enrolled'), ('fitness."Payment"', '')) $$,
  'an insert that is sent again is the same row, or a plain conflict');
select is_empty(
  $$ select view, step, sqlstate, message, id from tests.written
     where step = 'upsert' and id is distinct from given and view <> 'fitness."Payment"' $$,
  'an upsert with a new id makes a row of that id');
select is_empty(
  $$ select w.view, w.sqlstate, w.message, w.id, w.row from tests.written as w
     join tests.case as k using (view)
     where w.step = 'upsert again'
       and (w.id is distinct from w.given and view <> 'fitness."Payment"'
            or w.sqlstate is not null or not w.row @> coalesce(k.change, '{}')) $$,
  'an upsert with the same id changes that row');
select is_empty(
  $$ select view, step, id, sqlstate, message from tests.written
     where step like '%of a stranger'
       and (id = given or sqlstate !~ '^(23505|42501|M\d{4})$') $$,
  'the id of a row of somebody else makes no row, and does not give it away');
select is_empty($$ select view from tests.written where step = 'untouched' and row <> 'true' $$,
  'nobody changes a row of somebody else by its id');
select results_eq(
  $$ select count(distinct id), count(distinct given) from tests.written
     where view = 'fitness."Payment"' and step not like '%stranger' and step <> 'untouched' $$,
  'values (2::bigint, 2::bigint)',
  'a payment has an id of its own, and the id that was given is the key of its order');

-- Rows that are two ids and no more are upserted too.
select tests.act_as_nobody();
insert into core.category (category_id, name, slug) values (tests.id('shelf'), 'Shelf', 'shelf');
select tests.act_as('tara');
select set_config('app.on_conflict', 'merge', true);
prepare shelve as insert into trainers.service_categories (service_id, category_id)
values (tests.id('walk'), tests.id('shelf')) returning service_id;
select results_eq('shelve', $$ values (tests.id('walk')) $$, 'a service is upserted into a category');
select results_eq('shelve', $$ values (tests.id('walk')) $$,
  'a service is upserted again into the same category');
select set_config('app.on_conflict', '', true);
select results_eq($$ select count(*) from trainers.service_categories
  where service_id = tests.id('walk') $$, 'values (1::bigint)', 'the service stands there once');

-- A change of a booking that is not there makes none.
select tests.act_as('alice');
select throws_ok(
  $$ select api.save_booking(jsonb_build_object('booking_id', tests.id('nowhere'), 'status', 'cancelled')) $$,
  'M4203', 'booking_not_found', 'a change of a booking that is not there books nothing');

select * from finish();
rollback;
