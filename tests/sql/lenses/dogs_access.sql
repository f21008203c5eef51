-- Who sees which rows through the dogs lens, and which columns of people, places and dogs.
--
-- Two of everything: Alice's with Tara, Bob's with Uwe. Eve has a token and nothing else; Cara had
-- a booking with Tara, long ago; Sam works here.

begin;
select plan(39);

update core.marketplace set default_currency = 'EUR';
select tests.introduce('tara', 'uwe', 'alice', 'bob', 'cara', 'eve');
select tests.make_staff('sam');
select tests.offer('a', 'tara', 5000);
select tests.offer('b', 'uwe', 5000, p_starts => now() + interval '11 days');
select tests.offer('c', 'tara', 5000, p_starts => now() + interval '12 days');
update core.offering set kind = 'service', is_active = true;
update core.provider set currency = 'EUR', trains_dogs = true;
select tests.paid('a', 'alice');
select tests.paid('b', 'bob');
select tests.clear(tests.paid('c', 'cara'));
insert into core.person_private (person_id, contact_email, phone)
select tests.id(n), n || '@example.org', '+45 ' || n
from unnest(array['alice', 'bob', 'cara', 'tara', 'uwe']) as n
on conflict (person_id) do update set contact_email = excluded.contact_email, phone = excluded.phone;
insert into core.location (location_id, person_id, label, is_primary, area_latitude, area_longitude)
select tests.id('home ' || n), tests.id(n), n, true, 55.68, 12.57
from unnest(array['alice', 'bob', 'cara', 'tara', 'uwe']) as n;
insert into core.location_exact (location_id, address, latitude, longitude)
select tests.id('home ' || n), 'Street 1', 55.676098, 12.568337
from unnest(array['alice', 'bob', 'cara', 'tara', 'uwe']) as n;
insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
select tests.id(n), 1, '09:00', '17:00', 'UTC' from unnest(array['tara', 'uwe']) as n;
create temp table pair as
select b.booking_id, b.provider_id, b.customer_id, b.offering_id, gen_random_uuid() as id
from core.booking as b where b.customer_id in (tests.id('alice'), tests.id('bob'));
set local session_replication_role = replica;
insert into core.subject (subject_id, customer_id, kind, name, notes)
select id, customer_id, 'dog', 'Rex', 'bites' from pair;
insert into core.subject (subject_id, customer_id, kind, name)
select tests.id('old dog'), tests.id('cara'), 'dog', 'Old';
insert into core.subject_photo (subject_photo_id, subject_id, url)
select id, id, 'https://example.org/rex' from pair;
update core.booking as b set subject_id = p.id from pair as p where p.booking_id = b.booking_id;
update core.booking as b set subject_id = tests.id('old dog') where b.customer_id = tests.id('cara');
insert into core.credential (credential_id, provider_id, name) select id, provider_id, 'CPDT' from pair;
insert into core.review (review_id, booking_id, author_side, author_id, provider_id, offering_id,
                         rating, status)
select id, booking_id, 'customer', customer_id, provider_id, offering_id, 5, 'hidden' from pair;
insert into core.payout (payout_id, provider_id, payout_account_id, origin, amount_minor, currency)
select id, provider_id, id, 'request', 1, 'EUR' from pair;
set local session_replication_role = origin;
grant select on pair to public;

-- Of Alice's and Bob's rows.
select is(
  (select string_agg(tests.rows_seen('dogs', w.who, e.name, e.col), ' ' order by w.n)
   from unnest(array['nobody', 'eve', 'cara', 'alice', 'tara', 'uwe', 'sam', 'house'])
     with ordinality as w(who, n)),
  e.rows, format('dogs.%s shows nobody, Eve, Cara, Alice, Tara, Uwe, staff and the house %s',
                 e.name, e.rows))
from (values
  ('user_roles',             'user_id',    'x - - s s s S S'),
  ('dog_trainers',           'id',         'S S S S S S S S'),
  ('dog_owners',             'id',         'x - - s s s S S'),
  ('trainer_services',       'trainer_id', 'S S S S S S S S'),
  ('trainer_certifications', 'id',         'S S S S S S S S'),
  ('trainer_availability',   'trainer_id', 'S S S S S S S S'),
  ('dogs',                   'owner_id',   'x - - s s s - S'),
  ('dog_photos',             'id',         'x - - s s s - S'),
  ('bookings',               'owner_id',   'x - - s s s S S'),
  ('reviews',                'id',         '- - - s - - S S'),
  ('payments',               'booking_id', 'x - - s s s S S'),
  ('payouts',                'trainer_id', 'x - - - s s S S'),
  ('notifications',          'user_id',    'x - - s s s - S'),
  ('audit_logs',             'entity_id',  'x - - s s s S S')
) as e(name, col, rows);

-- People, places and dogs. Which of Alice, Bob, Cara, Tara and Uwe each sees, and what of them.
select is(tests.people_seen('dogs', e.who, e.name, e.key, e.col), e.people,
          format('%s sees %s of %s in dogs.%s', e.who, e.col, e.people, e.name))
from (values
  ('nobody', 'users', 'id', 'first_name', 'tara uwe'),
  ('eve', 'users', 'id', 'first_name', 'tara uwe'),
  ('alice', 'users', 'id', 'first_name', 'alice tara uwe'),
  ('tara', 'users', 'id', 'first_name', 'alice cara tara uwe'),
  ('sam', 'users', 'id', 'first_name', 'alice bob cara tara uwe'),
  ('house', 'users', 'id', 'first_name', 'alice bob cara tara uwe'),
  ('eve', 'users', 'id', 'email', '-'),
  ('tara', 'users', 'id', 'email', 'tara'),
  ('sam', 'users', 'id', 'email', 'alice bob cara tara uwe'),
  ('eve', 'users', 'id', 'phone', '-'),
  ('alice', 'users', 'id', 'phone', 'alice tara'),
  ('tara', 'users', 'id', 'phone', 'alice tara'),
  ('uwe', 'users', 'id', 'phone', 'bob uwe'),
  ('house', 'users', 'id', 'password', '-'),
  ('nobody', 'locations', 'user_id', 'latitude', 'tara uwe'),
  ('nobody', 'locations', 'user_id', 'address', '-'),
  ('eve', 'locations', 'user_id', 'address', '-'),
  ('alice', 'locations', 'user_id', 'address', 'alice'),
  ('tara', 'locations', 'user_id', 'address', 'alice tara'),
  ('uwe', 'locations', 'user_id', 'address', 'bob uwe'),
  ('sam', 'locations', 'user_id', 'address', 'alice bob cara tara uwe'),
  ('house', 'locations', 'user_id', 'address', 'alice bob cara tara uwe'),
  ('tara', 'dogs', 'owner_id', 'notes', 'alice'),
  ('tara', 'dogs', 'owner_id', 'name', 'alice cara'),
  ('sam', 'dogs', 'owner_id', 'notes', '-')
) as e(who, name, key, col, people);

select * from finish();
rollback;
