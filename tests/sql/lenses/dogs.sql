-- The dogs lens: every table and column of its document, who may name them, what each may write,
-- and what is shown to whom.

begin;
select plan(171);

-- Convene's own columns, which the document does not have.
create temp table own (relname text, attname text);
insert into own values
  ('users', 'avatar_url'), ('users', 'timezone'), ('roles', 'core_name'),
  ('dog_trainers', 'hourly_rate'), ('dog_trainers', 'currency'),
  ('dog_trainers', 'accepting_bookings'), ('locations', 'label'), ('locations', 'country'),
  ('locations', 'is_primary'), ('locations', 'is_exact'), ('locations', 'created_at'),
  ('locations', 'updated_at'), ('trainer_services', 'currency'), ('trainer_services', 'tags'),
  ('trainer_services', 'booking_mode'), ('trainer_availability', 'timezone'),
  ('bookings', 'currency'), ('bookings', 'core_status'), ('bookings', 'hold_expires_at'),
  ('bookings', 'notes'), ('bookings', 'offering_id'), ('bookings', 'updated_at'),
  ('reviews', 'reply'), ('payments', 'core_status'),
  ('payments', 'amount_refunded'), ('payouts', 'currency'), ('payouts', 'core_status'),
  ('payouts', 'failure'), ('notifications', 'payload');

select results_eq(
  $$ select c.relname::text collate "default",
            string_agg(concat(a.attname, ':', format_type(a.atttypid, null)) collate "default", ' '
                       order by a.attnum)
     from pg_class as c
     join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'dogs'::regnamespace
       and (c.relname::text, a.attname::text) not in (select relname, attname from own)
     group by 1 order by 1 $$,
  $$ values
    ('audit_logs', 'id:uuid actor_user_id:uuid action:text entity:text entity_id:text '
                   'created_at:timestamp with time zone'),
    ('bookings', 'id:uuid trainer_id:uuid owner_id:uuid dog_id:uuid service_id:uuid '
                 'start_time:timestamp with time zone end_time:timestamp with time zone '
                 'price_snapshot:double precision status:text cancellation_reason:text '
                 'created_at:timestamp with time zone'),
    ('dog_owners', 'id:uuid user_id:uuid created_at:timestamp with time zone '
                   'updated_at:timestamp with time zone'),
    ('dog_photos', 'id:uuid dog_id:uuid photo_url:text created_at:timestamp with time zone'),
    ('dog_trainers', 'id:uuid user_id:uuid years_of_experience:integer bio:text '
                     'is_verified:boolean average_rating:double precision total_reviews:integer '
                     'created_at:timestamp with time zone updated_at:timestamp with time zone'),
    ('dogs', 'id:uuid owner_id:uuid name:text breed:text age:integer size:text notes:text '
             'created_at:timestamp with time zone updated_at:timestamp with time zone'),
    ('locations', 'id:uuid user_id:uuid address:text city:text state:text zip_code:text '
                  'latitude:double precision longitude:double precision'),
    ('notifications', 'id:uuid user_id:uuid type:text message:text is_read:boolean '
                      'created_at:timestamp with time zone'),
    ('payments', 'id:uuid booking_id:uuid amount:double precision currency:text provider:text '
                 'status:text created_at:timestamp with time zone'),
    ('payouts', 'id:uuid trainer_id:uuid amount:double precision status:text '
                'processed_at:timestamp with time zone'),
    ('reviews', 'id:uuid booking_id:uuid trainer_id:uuid owner_id:uuid rating:integer '
                'comment:text created_at:timestamp with time zone'),
    ('roles', 'id:uuid name:text'),
    ('trainer_availability', 'id:uuid trainer_id:uuid day_of_week:integer '
                             'start_time:time without time zone end_time:time without time zone '
                             'created_at:timestamp with time zone '
                             'updated_at:timestamp with time zone'),
    ('trainer_certifications', 'id:uuid trainer_id:uuid name:text issued_by:text issued_at:date '
                               'created_at:timestamp with time zone '
                               'updated_at:timestamp with time zone'),
    ('trainer_services', 'id:uuid trainer_id:uuid name:text description:text '
                         'duration_minutes:integer price:double precision is_active:boolean '
                         'created_at:timestamp with time zone '
                         'updated_at:timestamp with time zone'),
    ('user_roles', 'user_id:uuid role_id:uuid'),
    ('users', 'id:uuid email:text password:text first_name:text last_name:text phone:text '
              'status:text created_at:timestamp with time zone '
              'updated_at:timestamp with time zone') $$,
  'the lens has the 17 tables of its document and all of their columns');
select is_empty(
  $$ select o.* from own as o where not exists (
       select from pg_attribute as a
       where a.attrelid = to_regclass('dogs.' || o.relname) and a.attname = o.attname) $$,
  'the list of columns that are not of the document is true');

-- The flow: Tara trains, Alice has a dog, Bob is another owner, Sam works here.
select tests.introduce('tara', 'alice', 'bob', 'uwe');
select tests.make_staff('sam');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'admin';
insert into core.person_private (person_id, contact_email)
values (tests.id('alice'), 'alice@example.org'), (tests.id('tara'), 'tara@example.org');
update core.marketplace set default_currency = 'EUR', default_timezone = 'Europe/Copenhagen';
update core.person set timezone = 'Europe/Copenhagen';

-- users
select tests.act_as('alice');
select results_eq(
  $$ update dogs.users set first_name = 'Alice', last_name = 'Ahl', phone = '+45 1'
     where id = tests.id('alice')
     returning email, password, first_name, last_name, phone, status $$,
  $$ values ('alice@example.org', null::text, 'Alice', 'Ahl', '+45 1', 'active') $$,
  'users: a user changes their names and number, and reads their own address');
select is((select display_name from tutoring.user_profiles where id = tests.id('alice')),
  'Alice Ahl', 'users: systems that show one name show both');
select tests.act_as('alice');
select throws_ok($$ update dogs.users set password = 'secret' where id = tests.id('alice') $$,
  '0A000', 'A password is not a column.', 'users: a password is not written here');
select throws_ok(
  $$ update dogs.users set email = 'eve@example.org' where id = tests.id('alice') $$, '0A000',
  'An address is not changed here.', 'users: an address is not written here');
select throws_ok(
  $$ insert into dogs.users (id, email, first_name) values (tests.id('alice'), 'x@y', 'A') $$,
  '23505', null, 'users: a user who is there is not inserted');
select throws_ok($$ update dogs.users set status = 'suspended' $$, 'M3301', 'staff_only',
  'users: nobody writes their own status');
select results_eq(
  $$ with changed as (update dogs.users set first_name = 'X' where id = tests.id('bob') returning 1)
     select count(*) from changed $$, 'values (0::bigint)',
  'users: a stranger is neither seen nor changed');
select throws_ok($$ insert into dogs.users (id, first_name) values (tests.id('bob'), 'X') $$,
  '42501', null, 'users: nobody is inserted by another');
select tests.act_as('new');
select results_eq(
  $$ insert into dogs.users (id, first_name, last_name) values (tests.id('new'), 'Nora', 'Nord')
     returning first_name, status $$,
  $$ values ('Nora', 'active') $$, 'users: whoever has signed up inserts their own row');
select lives_ok($$ delete from dogs.users where id = tests.id('new') $$,
  'users: deleting one''s own row is accepted');
select tests.act_as_nobody();
select is((select status from core.person where person_id = tests.id('new')), 'deleted',
  'users: the row of a deleted user stays, with the state deleted');

-- roles and user_roles
select tests.act_as_anonymous();
select results_eq('select name, count(*) from dogs.roles group by 1 order by 1',
  $$ values ('admin', 1::bigint), ('owner', 1), ('trainer', 1) $$,
  'roles: owner, trainer and admin are the words');
select tests.act_as('tara');
select lives_ok(
  $$ insert into dogs.user_roles select tests.id('tara'), id from dogs.roles
     where name in ('trainer', 'owner') $$,
  'user_roles: somebody makes themselves trainer and owner');
select results_eq(
  $$ select r.name from dogs.user_roles join dogs.roles as r on r.id = role_id
     where user_id = tests.id('tara') order by 1 $$,
  $$ values ('owner'), ('trainer') $$, 'user_roles: a user has several roles');
select lives_ok(
  $$ insert into dogs.user_roles select tests.id('tara'), id from dogs.roles
     where name = 'trainer' $$, 'user_roles: a role that one has may be taken again');
select is((select count(*) from dogs.user_roles where user_id = tests.id('tara')), 2::bigint,
  'user_roles: a role is had once');
select throws_ok(
  $$ insert into dogs.user_roles select tests.id('tara'), id from dogs.roles
     where core_name = 'admin' $$, 'M3301', 'staff_only',
  'user_roles: nobody makes themselves an administrator');
select throws_ok(
  $$ insert into dogs.user_roles select tests.id('bob'), id from dogs.roles
     where name = 'owner' $$, '42501', null, 'user_roles: nobody gives a role to another');
select throws_ok($$ delete from dogs.user_roles where user_id = tests.id('tara') $$, '0A000', null,
  'user_roles: a trainer stays one');
select tests.act_as('sam');
select lives_ok(
  $$ insert into dogs.user_roles select tests.id('uwe'), id from dogs.roles
     where name = 'admin' $$, 'user_roles: an administrator makes staff');
select lives_ok(
  $$ delete from dogs.user_roles where user_id = tests.id('uwe') $$,
  'user_roles: an administrator takes the role away');

-- dog_trainers and dog_owners
select tests.act_as('tara');
select results_eq(
  $$ update dogs.dog_trainers set years_of_experience = 7, bio = 'Calm.', hourly_rate = 59.95
     where user_id = tests.id('tara')
     returning years_of_experience, bio, is_verified, average_rating, total_reviews, hourly_rate,
               currency $$,
  $$ values (7, 'Calm.', false, null::float8, 0, 59.95::float8, 'EUR') $$,
  'dog_trainers: a trainer writes their profile; what is counted is computed');
select throws_ok('update dogs.dog_trainers set ' || c, 'M0018', 'column_read_only',
  'dog_trainers: a trainer cannot set ' || c)
from unnest(array['average_rating = 5', 'total_reviews = 9']) as c;
select throws_ok('update dogs.dog_trainers set is_verified = true', 'M3301', 'staff_only',
  'dog_trainers: a trainer cannot verify themselves');
select tests.act_as('uwe');
select results_eq(
  $$ insert into dogs.dog_trainers (user_id, bio) values (tests.id('uwe'), 'Also here.')
     returning id, user_id $$,
  $$ values (tests.id('uwe'), tests.id('uwe')) $$, 'dog_trainers: somebody becomes a trainer');
select throws_ok($$ insert into dogs.dog_trainers (user_id) values (tests.id('tara')) $$, '42501',
  null, 'dog_trainers: nobody makes another one a trainer');
select tests.act_as('alice');
select results_eq(
  $$ insert into dogs.dog_owners (user_id) values (tests.id('alice')) returning id, user_id $$,
  $$ values (tests.id('alice'), tests.id('alice')) $$, 'dog_owners: somebody becomes an owner');
select throws_ok($$ insert into dogs.dog_owners (user_id) values (tests.id('bob')) $$, '42501',
  null, 'dog_owners: nobody makes another one an owner');
select tests.act_as('bob');
select lives_ok($$ insert into dogs.dog_owners (user_id) values (tests.id('bob')) $$,
  'dog_owners: another owner becomes one');

-- locations
select tests.act_as('alice');
select results_eq(
  $$ insert into dogs.locations (id, user_id, address, city, state, zip_code, latitude, longitude)
     values (tests.id('home'), tests.id('alice'), 'Ryesgade 1', 'Aarhus', 'Midtjylland', '8000',
             56.1529, 10.2034)
     returning address, city, state, zip_code, latitude, longitude, is_primary $$,
  $$ values ('Ryesgade 1', 'Aarhus', 'Midtjylland', '8000', 56.1529::float8, 10.2034::float8,
             true) $$, 'locations: a place is read back as it was given');
select results_eq(
  $$ update dogs.locations set city = 'Aarhus C' where id = tests.id('home')
     returning city, address $$, $$ values ('Aarhus C', 'Ryesgade 1') $$,
  'locations: an owner changes a place');
select tests.act_as('tara');
select lives_ok(
  $$ insert into dogs.locations (user_id, address, city, latitude, longitude)
     values (tests.id('tara'), 'Vestergade 2', 'Aarhus', 56.1571, 10.2012) $$,
  'locations: a trainer saves a place');
select is_empty($$ select from dogs.locations where user_id = tests.id('alice') $$,
  'locations: a trainer without a booking does not see where an owner lives');
select tests.act_as_anonymous();
select results_eq('select city, address, zip_code, latitude, longitude, is_exact from dogs.locations',
  $$ values ('Aarhus', null::text, null::text, 56.16::float8, 10.2::float8, false) $$,
  'locations: strangers see the town of a trainer and rounded coordinates');

-- trainer_services: money to the cent, both ways.
select tests.act_as('tara');
select results_eq(
  $$ insert into dogs.trainer_services (id, trainer_id, name, description, duration_minutes, price)
     values (tests.id('puppy'), tests.id('tara'), 'Puppy class', 'For the small.', 45, 19.99)
     returning name, description, duration_minutes, price, is_active, currency $$,
  $$ values ('Puppy class', 'For the small.', 45, 19.99::float8, true, 'EUR') $$,
  'trainer_services: a service is read back as it was given');
select tests.act_as_nobody();
select is((select price_minor from core.offering where offering_id = tests.id('puppy')),
  1999::bigint, 'trainer_services: 19.99 is 1999 cents');
select is_empty(
  $$ select n from generate_series(0, 999999) as n
     where internal.to_minor((internal.to_decimal(n, 'EUR')::float8)::text::numeric, 'EUR') <> n $$,
  'trainer_services: every price from 0.00 to 9999.99 comes back to the cent');
select tests.act_as('tara');
select throws_ok(
  $$ update dogs.trainer_services set price = 0.1::float8 + 0.2::float8 $$, 'M0015',
  'amount_too_fine', 'trainer_services: a price with a fraction of a cent is refused');
select results_eq(
  $$ insert into dogs.trainer_services (trainer_id, name, duration_minutes, price, currency)
     values (tests.id('tara'), 'In yen', 45, 1050, 'JPY') returning price $$,
  $$ values (1050::float8) $$, 'trainer_services: yen have no decimals');
select throws_ok(
  $$ insert into dogs.trainer_services (trainer_id, name, duration_minutes, price, currency)
     values (tests.id('tara'), 'In yen', 45, 1050.5, 'JPY') $$, 'M0015', 'amount_too_fine',
  'trainer_services: half a yen is refused');
select lives_ok($$ delete from dogs.trainer_services where name = 'In yen' $$,
  'trainer_services: a service that was never booked is deleted');
select lives_ok($$ update dogs.trainer_services set is_active = false $$,
  'trainer_services: a service is taken down');
select tests.act_as_anonymous();
select is_empty('select from dogs.trainer_services',
  'trainer_services: a service that was taken down is not found');
select tests.act_as('tara');
select lives_ok($$ update dogs.trainer_services set is_active = true $$,
  'trainer_services: a service is put up again');
select tests.act_as('uwe');
select throws_ok(
  $$ insert into dogs.trainer_services (trainer_id, name, duration_minutes, price)
     values (tests.id('tara'), 'X', 45, 1) $$, '42501', null,
  'trainer_services: nobody offers for another');

-- trainer_certifications and trainer_availability
select tests.act_as('tara');
select results_eq(
  $$ insert into dogs.trainer_certifications (trainer_id, name, issued_by, issued_at)
     values (tests.id('tara'), 'CPDT-KA', 'CCPDT', '2019-05-01') returning name, issued_by, issued_at $$,
  $$ values ('CPDT-KA', 'CCPDT', date '2019-05-01') $$,
  'trainer_certifications: one is read back as it was given');
select results_eq(
  $$ update dogs.trainer_certifications set issued_by = 'The council' returning name, issued_by $$,
  $$ values ('CPDT-KA', 'The council') $$, 'trainer_certifications: a trainer changes one');
select results_eq(
  $$ insert into dogs.trainer_availability (trainer_id, day_of_week, start_time, end_time)
     select tests.id('tara'), d, '08:00', '18:00' from generate_series(0, 6) as d
     returning day_of_week, start_time, end_time, timezone $$,
  $$ select d, time '08:00', time '18:00', 'Europe/Copenhagen' from generate_series(0, 6) as d $$,
  'trainer_availability: weekly hours are read back, in the zone of the trainer');
select throws_ok(
  $$ insert into dogs.trainer_availability (trainer_id, day_of_week, start_time, end_time)
     values (tests.id('tara'), 7, '08:00', '18:00') $$, '23514', null,
  'trainer_availability: a week has seven days');
select throws_ok(
  $$ insert into dogs.trainer_availability (trainer_id, day_of_week, start_time, end_time)
     values (tests.id('uwe'), 1, '08:00', '18:00') $$, '42501', null,
  'trainer_availability: nobody sets the hours of another');
select tests.act_as_anonymous();
select is((select count(*) from dogs.trainer_availability), 7::bigint,
  'trainer_availability: everybody reads the hours');
select isnt_empty(
  $$ select from api.list_free_slots(p_offering_id => tests.id('puppy')) $$,
  'trainer_availability: what was written are free slots at once');
select isnt_empty(
  $$ select from tutoring.availability_windows where expert_id = tests.id('tara') $$,
  'trainer_availability: the hours are those of the tutoring lens too');

-- dogs and dog_photos
select tests.act_as('alice');
select results_eq(
  $$ insert into dogs.dogs (id, owner_id, name, breed, age, size, notes)
     values (tests.id('rex'), tests.id('alice'), 'Rex', 'Collie', 3, 'large', 'bites bikes')
     returning name, breed, age, size, notes $$,
  $$ values ('Rex', 'Collie', 3, 'large', 'bites bikes') $$,
  'dogs: a dog is read back as it was given');
select results_eq($$ update dogs.dogs set age = 4 returning name, age $$, $$ values ('Rex', 4) $$,
  'dogs: an owner changes the age');
select tests.act_as_nobody();
update core.subject set age_recorded_on = age_recorded_on - 800;
select tests.act_as('alice');
select is((select age from dogs.dogs), 6, 'dogs: two years later the dog is two years older');
select throws_ok($$ insert into dogs.dogs (owner_id, name) values (tests.id('bob'), 'X') $$,
  '42501', null, 'dogs: nobody gives a dog to another');
select results_eq(
  $$ insert into dogs.dog_photos (dog_id, photo_url)
     values (tests.id('rex'), 'https://example.org/rex.jpg') returning dog_id, photo_url $$,
  $$ values (tests.id('rex'), 'https://example.org/rex.jpg') $$,
  'dog_photos: a photo is read back as it was given');
select results_eq(
  $$ update dogs.dog_photos set photo_url = 'https://example.org/r.jpg' returning photo_url $$,
  $$ values ('https://example.org/r.jpg') $$, 'dog_photos: an owner changes a photo');
select tests.act_as('bob');
select is_empty('select from dogs.dogs', 'dogs: a stranger does not see them');
select is_empty('select from dogs.dog_photos', 'dog_photos: a stranger does not see them');
select throws_ok(
  $$ insert into dogs.dog_photos (dog_id, photo_url) values (tests.id('rex'), 'https://x') $$,
  '42501', null, 'dog_photos: a stranger adds none');
select tests.act_as('tara');
select is_empty('select from dogs.dogs', 'dogs: a trainer without a booking does not see them');

-- bookings: pending, accepted, completed, cancelled.
select tests.act_as_nobody();
create function pg_temp.at(p_days integer, p_time time)
returns timestamptz
language sql
as $$ select ((now() at time zone 'Europe/Copenhagen')::date + p_days + p_time)
             at time zone 'Europe/Copenhagen' $$;
select tests.act_as('alice');
select results_eq(
  $$ insert into dogs.bookings (trainer_id, owner_id, dog_id, service_id, start_time, end_time)
     values (tests.id('tara'), tests.id('alice'), tests.id('rex'), tests.id('puppy'),
             pg_temp.at(9, '09:10'), pg_temp.at(9, '09:55'))
     returning trainer_id, owner_id, dog_id, service_id, start_time, end_time, price_snapshot,
               status, cancellation_reason, currency $$,
  $$ values (tests.id('tara'), tests.id('alice'), tests.id('rex'), tests.id('puppy'),
             pg_temp.at(9, '09:10'), pg_temp.at(9, '09:55'), 19.99::float8, 'pending', null::text,
             'EUR') $$,
  'bookings: a time inside the hours is booked; the server computes the price');
select results_eq('select booking_id is not null, amount, currency, provider, status from dogs.payments',
  $$ values (true, 19.99::float8, 'EUR', 'stripe', 'pending') $$,
  'payments: a new booking waits for its money');
select throws_ok(
  $$ update dogs.bookings set start_time = pg_temp.at(9, '10:30'),
                              end_time = pg_temp.at(9, '11:15') $$,
  'M9211', 'booking_not_open', 'bookings: an unpaid booking is not moved');
select throws_ok(
  $$ insert into dogs.bookings (trainer_id, owner_id, service_id, start_time, price_snapshot)
     values (tests.id('tara'), tests.id('alice'), tests.id('puppy'), pg_temp.at(8, '09:10'), 1) $$,
  'M0211', 'price_differs', 'bookings: a price that the client makes up is refused');
select throws_ok(
  $$ insert into dogs.bookings (trainer_id, owner_id, service_id, start_time, status)
     values (tests.id('tara'), tests.id('alice'), tests.id('puppy'), pg_temp.at(8, '09:10'),
             'accepted') $$,
  '22P02', null, 'bookings: a new booking is not accepted by itself');
select throws_ok(
  $$ insert into dogs.bookings (trainer_id, owner_id, service_id, start_time)
     values (tests.id('tara'), tests.id('bob'), tests.id('puppy'), pg_temp.at(8, '09:10')) $$,
  '42501', null, 'bookings: nobody books for another');
select throws_ok(
  $$ insert into dogs.bookings (trainer_id, owner_id, dog_id, service_id, start_time)
     values (tests.id('tara'), tests.id('alice'), tests.id('bello'), tests.id('puppy'),
             pg_temp.at(8, '09:10')) $$,
  'M4006', 'subject_not_found', 'bookings: a dog that is none is not brought');
select throws_ok(
  $$ insert into dogs.bookings (trainer_id, owner_id, service_id, start_time)
     values (tests.id('tara'), tests.id('alice'), tests.id('puppy'), pg_temp.at(8, '19:00')) $$,
  'M9233', 'outside_hours', 'bookings: a time outside the hours is refused');
select throws_ok('update dogs.bookings set ' || c, 'M0018', 'column_read_only',
  'bookings: an owner cannot set ' || c)
from unnest(array['price_snapshot = 0', 'trainer_id = id', 'owner_id = id', 'dog_id = id',
                  'service_id = id', 'core_status = ''completed''']) as c;
select is_empty(
  $$ with changed as (
       update dogs.bookings set created_at = 'epoch', updated_at = 'epoch' returning *)
     select from changed where created_at = 'epoch' or updated_at = 'epoch' $$,
  'bookings: times that are sent with a row are not kept');
select throws_ok($$ update dogs.bookings set status = 'confirmed' $$, '22P02', null,
  'bookings: a word of another system is refused');
select throws_ok($$ update dogs.bookings set status = 'no_show' $$, '22P02', null,
  'bookings: an unknown word is refused');
select throws_ok('delete from dogs.bookings', '42501', null, 'bookings: none is deleted');

select tests.act_as_nobody();
select tests.arrives(payment_id) from core.payment;
select tests.act_as('alice');
select results_eq('select status, core_status from dogs.bookings',
  $$ values ('accepted', 'confirmed') $$, 'bookings: one that is paid is accepted');
select results_eq('select status, amount_refunded from dogs.payments',
  $$ values ('paid', 0::float8) $$, 'payments: what has arrived is paid');
select throws_ok('update dogs.payments set amount = 0', '0A000', null,
  'payments: nobody writes one');
select isnt_empty($$ select from dogs.notifications where message like '%Puppy class' $$,
  'notifications: the message says what it is about');
select results_eq(
  $$ update dogs.notifications set is_read = true where type = 'booking_confirmed'
     returning is_read, user_id $$, $$ values (true, tests.id('alice')) $$,
  'notifications: the reader marks one as read');
select throws_ok(
  $$ update dogs.notifications set is_read = false where type = 'booking_confirmed' $$, '22P02',
  null, 'notifications: what was read stays read');
select throws_ok($$ update dogs.notifications set message = 'x' $$, 'M0018', 'column_read_only',
  'notifications: nobody writes what they are told');
select results_eq('select count(*) from dogs.notifications where user_id <> tests.id(''alice'')',
  'values (0::bigint)', 'notifications: nobody reads what another is told');

-- What a live booking tells its trainer, and nobody else.
select tests.act_as('tara');
select results_eq('select name, notes from dogs.dogs', $$ values ('Rex', 'bites bikes') $$,
  'dogs: the trainer of a booking reads the dog and its notes');
select is((select count(*) from dogs.dog_photos), 1::bigint,
  'dog_photos: the trainer of a booking sees them');
select results_eq(
  $$ select address, zip_code, latitude from dogs.locations where user_id = tests.id('alice') $$,
  $$ values ('Ryesgade 1', '8000', 56.1529::float8) $$,
  'locations: the trainer of a live booking reads the exact address');
select results_eq($$ select email, phone from dogs.users where id = tests.id('alice') $$,
  $$ values (null::text, '+45 1') $$,
  'users: the trainer of a live booking reads the number of the owner, and no address');
select tests.act_as('alice');
select is((select address from dogs.locations where user_id = tests.id('tara')), null,
  'locations: the owner does not read the address of the trainer');
select tests.act_as('uwe');
select is_empty('select from dogs.bookings', 'bookings: another trainer does not see them');
select is_empty('select from dogs.payments', 'payments: another trainer does not see them');
select is_empty($$ select from dogs.locations where user_id = tests.id('alice') $$,
  'locations: another trainer does not see where an owner lives');
select is_empty($$ select from dogs.users where id = tests.id('alice') $$,
  'users: another trainer does not see the owner');
select tests.act_as('sam');
select is((select email from dogs.users where id = tests.id('alice')), 'alice@example.org',
  'users: staff reads addresses');
select is((select count(*) from dogs.bookings), 1::bigint, 'bookings: staff reads them');

-- Moving, and by the hour.
select tests.act_as('alice');
select results_eq(
  $$ update dogs.bookings set start_time = pg_temp.at(9, '14:05'), end_time = pg_temp.at(9, '14:50')
     returning start_time, end_time, price_snapshot $$,
  $$ values (pg_temp.at(9, '14:05'), pg_temp.at(9, '14:50'), 19.99::float8) $$,
  'bookings: writing another time moves a booking');
select throws_ok($$ update dogs.bookings set end_time = pg_temp.at(9, '15:00') $$, 'M9220',
  'other_length', 'bookings: a booking stays as long as it is');
select throws_ok(
  $$ update dogs.bookings set start_time = pg_temp.at(9, '22:00'), end_time = pg_temp.at(9, '22:45') $$,
  'M9233', 'outside_hours', 'bookings: a booking is not moved outside the hours');
select tests.act_as('bob');
select results_eq(
  $$ insert into dogs.bookings (trainer_id, owner_id, start_time, end_time)
     values (tests.id('tara'), tests.id('bob'), pg_temp.at(10, '09:00'), pg_temp.at(10, '10:30'))
     returning service_id, price_snapshot $$,
  $$ values (null::uuid, 89.93::float8) $$,
  'bookings: without a service the hourly rate makes the price');
select results_eq(
  $$ update dogs.bookings set status = 'cancelled', cancellation_reason = 'the flu'
     returning status, cancellation_reason $$, $$ values ('cancelled', 'the flu') $$,
  'bookings: writing cancelled cancels, with the reason');
select tests.act_as('alice');
select is((select count(*) from dogs.trainer_services), 1::bigint,
  'trainer_services: what is sold by the hour is not a service');

-- A request: accepted by its trainer.
select tests.act_as('tara');
select lives_ok($$ update dogs.trainer_services set booking_mode = 'request' $$,
  'trainer_services: a trainer wants to be asked');
select tests.act_as('bob');
select lives_ok(
  $$ insert into dogs.bookings (trainer_id, owner_id, service_id, start_time)
     values (tests.id('tara'), tests.id('bob'), tests.id('puppy'), pg_temp.at(11, '09:00')) $$,
  'bookings: the end follows from the service');
select tests.act_as_nobody();
select tests.event('evt_auth', 'payment_intent.amount_capturable_updated',
                   tests.intent(p.payment_id, 'requires_capture'))
from core.payment as p join core.booking as b using (booking_id)
where b.starts_at = pg_temp.at(11, '09:00');
select tests.act_as('bob');
select is((select core_status from dogs.bookings where start_time = pg_temp.at(11, '09:00')),
  'requested', 'bookings: one that is authorised waits for its trainer');
select throws_ok(
  $$ update dogs.bookings set status = 'accepted' where start_time = pg_temp.at(11, '09:00') $$,
  'M3202', 'provider_only', 'bookings: the owner does not accept');
select tests.act_as('tara');
select lives_ok(
  $$ update dogs.bookings set status = 'accepted' where start_time = pg_temp.at(11, '09:00') $$,
  'bookings: writing accepted confirms');
select tests.act_as_nobody();
select is((select count(*) from core.stripe_command where kind = 'capture_payment'), 1::bigint,
  'bookings: what is accepted is captured');

-- reviews: one for each completed booking.
select tests.act_as('alice');
select throws_ok(
  $$ insert into dogs.reviews (booking_id, rating) select id, 5 from dogs.bookings $$, 'M9502',
  'booking_not_completed', 'reviews: none before the booking has taken place');
select tests.act_as_nobody();
select tests.let_pass('10 days 1 minute');
select tests.act_as('tara');
select results_eq(
  $$ update dogs.bookings set status = 'completed' where owner_id = tests.id('alice')
     returning status $$, $$ values ('completed') $$, 'bookings: writing completed completes');
select tests.act_as('alice');
select results_eq(
  $$ insert into dogs.reviews (booking_id, trainer_id, owner_id, rating, comment)
     select id, trainer_id, owner_id, 5, 'Calm at last.' from dogs.bookings
     returning trainer_id, owner_id, rating, comment $$,
  $$ values (tests.id('tara'), tests.id('alice'), 5, 'Calm at last.') $$,
  'reviews: the owner reviews the booking');
select throws_ok(
  $$ insert into dogs.reviews (booking_id, rating) select id, 1 from dogs.bookings $$, '23505',
  null, 'reviews: a booking is reviewed once');
select throws_ok($$ update dogs.reviews set rating = 1 $$, 'M0018', 'column_read_only',
  'reviews: what was written stays');
select tests.act_as('tara');
select results_eq($$ update dogs.reviews set reply = 'Thank you.' returning reply, rating $$,
  $$ values ('Thank you.', 5) $$, 'reviews: the trainer replies');
select throws_ok($$ insert into dogs.reviews (booking_id, rating) select id, 5 from dogs.bookings
  where owner_id = tests.id('bob') $$, 'M9502', null,
  'reviews: a booking that has not taken place is not reviewed by its trainer either');
select tests.act_as_anonymous();
select results_eq('select rating, comment from dogs.reviews',
  $$ values (5, 'Calm at last.') $$, 'reviews: everybody reads them');
select results_eq(
  $$ select average_rating, total_reviews from dogs.dog_trainers where id = tests.id('tara') $$,
  $$ values (5::float8, 1) $$, 'dog_trainers: the rating is counted');
select tests.act_as('tara');
select is_empty($$ select from dogs.locations where user_id = tests.id('alice') $$,
  'locations: once it is over the trainer does not see where the owner lives');
select is((select phone from dogs.users where id = tests.id('alice')), null,
  'users: once it is over the trainer does not read the number');
select is((select name from dogs.dogs), 'Rex', 'dogs: the trainer still knows whom they trained');
select throws_ok($$ delete from dogs.trainer_services where id = tests.id('puppy') $$, 'M9106',
  'offering_in_use', 'trainer_services: a service that was booked is kept');

-- payouts
select tests.act_as('uwe');
select throws_ok($$ insert into dogs.payouts (amount) values (10) $$, 'M9402',
  'payout_account_not_ready', 'payouts: a trainer without an account is not paid out');
select tests.act_as_nobody();
insert into core.payout_account (payout_account_id, provider_id, rail, external_id)
values (tests.id('acct'), tests.id('tara'), 'stripe_connect', 'acct_1');
insert into core.payout (payout_id, provider_id, payout_account_id, origin, amount_minor, currency,
                         status, processed_at)
values (tests.id('p1'), tests.id('tara'), tests.id('acct'), 'schedule', 1234, 'EUR', 'paid', now()),
       (tests.id('p2'), tests.id('tara'), tests.id('acct'), 'schedule', 99, 'EUR', 'failed', null);
select tests.act_as('tara');
select results_eq('select amount, status, processed_at is null, core_status from dogs.payouts order by 1',
  $$ values (0.99::float8, 'pending', true, 'failed'), (12.34::float8, 'processed', false, 'paid') $$,
  'payouts: pending and processed are the words, and the exact state is beside them');
select tests.act_as('alice');
select is_empty('select from dogs.payouts', 'payouts: nobody sees those of another');
select throws_ok($$ update dogs.payouts set amount = 1 $$, '0A000', null,
  'payouts: nobody writes an amount');

-- audit_logs
select tests.act_as('sam');
select isnt_empty('select from dogs.audit_logs where action = ''grant_role''',
  'audit_logs: staff reads what was done');
select is((select a.first_name from dogs.audit_logs as l, lateral dogs.actor(l) as a
           where l.action = 'grant_role' limit 1), 'sam', 'audit_logs: staff reads who did it');
select isnt_empty(
  $$ select l.action from dogs.users as u, lateral dogs.audit_logs(u) as l
     where u.id = tests.id('sam') $$, 'audit_logs: staff reads what somebody did');
select tests.act_as('tara');
select is_empty('select from dogs.audit_logs where entity <> ''booking''',
  'audit_logs: nobody else reads what staff has done');
select throws_ok($$ insert into dogs.audit_logs (action) values ('x') $$, '55000', null,
  'audit_logs: nobody writes them');

-- Soft states.
select tests.act_as('alice');
select lives_ok('delete from dogs.dogs', 'dogs: deleting a dog is accepted');
select is_empty('select from dogs.dogs', 'dogs: a deleted dog is not shown');
select is((select dog_id from dogs.bookings limit 1), tests.id('rex'),
  'bookings: those of a deleted dog still say whose they were');
select lives_ok('delete from dogs.locations where id = tests.id(''home'')',
  'locations: a place is deleted');
select tests.act_as('tara');
select lives_ok('delete from dogs.trainer_certifications',
  'trainer_certifications: one is deleted');
select lives_ok('delete from dogs.trainer_availability', 'trainer_availability: hours are deleted');
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('bob');
select tests.act_as('bob');
select is((select status from dogs.users where id = tests.id('bob')), 'suspended',
  'users: a suspended user reads that they are');
select throws_ok($$ insert into dogs.dogs (owner_id, name) values (tests.id('bob'), 'X') $$,
  'M3001', 'person_suspended', 'users: a suspended user writes nothing');

-- Who may name which table.
select tests.act_as_anonymous();
select throws_ok('select from dogs.' || v, '42501', null, 'an anonymous caller cannot read ' || v)
from unnest(array['user_roles', 'dog_owners', 'dogs', 'dog_photos', 'bookings', 'payments',
                  'payouts', 'notifications', 'audit_logs']) as v;
select tests.act_as_service();
select lives_ok('select * from dogs.' || c.relname, 'the service reads ' || c.relname)
from pg_class as c where c.relnamespace = 'dogs'::regnamespace and c.relkind = 'v';

select * from finish();
rollback;
