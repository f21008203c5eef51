-- The dogs lens, rule by rule: what a front end that was written from the document alone ran into.

begin;
select plan(37);

select tests.introduce('tara', 'tim', 'alice', 'uwe');
select tests.make_staff('sam');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'admin';
update core.marketplace set default_currency = 'EUR', default_timezone = 'UTC';
insert into core.provider (provider_id, currency) values (tests.id('uwe'), 'EUR');
insert into core.offering (provider_id, title, kind, duration_min, price_minor, currency,
                           is_active, published_at)
values (tests.id('uwe'), 'Danish', 'session', 60, 5000, 'EUR', true, now());

-- Signing up has made rows, and the document's own inserts come after it.
select tests.act_as('alice');
select lives_ok(
  $$ insert into dogs.dog_owners (user_id) values (tests.id('alice'));
     insert into dogs.dog_owners (user_id) values (tests.id('alice')) $$,
  'an owner may insert the row that signing up has made');
select lives_ok(
  $$ insert into dogs.user_roles select tests.id('alice'), id from dogs.roles where name = 'owner' $$,
  'an owner may take the role that signing up has given');
select tests.act_as('tara');
select lives_ok(
  $$ insert into dogs.user_roles select tests.id('tara'), id from dogs.roles where name = 'trainer' $$,
  'somebody becomes a trainer by the role');
select results_eq(
  $$ insert into dogs.dog_trainers (user_id, years_of_experience, bio)
     values (tests.id('tara'), 7, 'Calm.') returning bio, years_of_experience $$,
  $$ values ('Calm.', 7) $$, 'the first profile of a trainer fills in what the role has made');
select throws_ok(
  $$ insert into dogs.dog_trainers (user_id, bio) values (tests.id('tara'), 'x') $$, '23505', null,
  'a profile that is filled in is not inserted again');

-- Who is a trainer of dogs.
select tests.act_as_anonymous();
select results_eq('select id from dogs.dog_trainers', $$ values (tests.id('tara')) $$,
  'a provider of something else is no dog trainer');
select is_empty('select from dogs.trainer_services', 'what others sell is no service of a trainer');
select tests.act_as('uwe');
select lives_ok(
  $$ insert into dogs.dog_trainers (user_id, bio) values (tests.id('uwe'), 'Dogs too.') $$,
  'a provider of something else becomes a dog trainer');
select isnt_empty($$ select from dogs.trainer_services where name = 'Danish' $$,
  'what a dog trainer sells is shown');

-- Hours.
select tests.act_as('tara');
select throws_ok(
  $$ insert into dogs.trainer_availability (trainer_id, day_of_week, start_time, end_time)
     values (tests.id('tara'), 1, '12:00', '10:00') $$, 'M0117', 'hours_reversed',
  'hours that end before they begin are refused');
select lives_ok(
  $$ insert into dogs.trainer_availability (trainer_id, day_of_week, start_time, end_time)
     select tests.id('tara'), d, '00:00', '23:59' from generate_series(0, 6) as d $$,
  'a trainer works around the clock');
select lives_ok(
  $$ insert into dogs.trainer_services (id, trainer_id, name, duration_minutes, price)
     values (tests.id('long'), tests.id('tara'), 'Puppy class', 60, 50) $$, 'a trainer adds a service');
select throws_ok(
  $$ insert into dogs.trainer_services (trainer_id, name, duration_minutes, price)
     values (tests.id('tara'), 'Five minutes', 5, 5) $$, 'M0108', 'hours_too_many',
  'a service that would make too many slots is refused when it is added');
select tests.act_as_nobody();
update core.marketplace set max_slots = 100;
select tests.act_as('tara');
select lives_ok($$ update dogs.trainer_services set price = 60 where id = tests.id('long') $$,
  'a change that makes no more slots is not refused for their number');
update dogs.dog_trainers set hourly_rate = 40 where id = tests.id('tara');
select tests.act_as('alice');
insert into dogs.dogs (id, owner_id, name) values (tests.id('rex'), tests.id('alice'), 'Rex');
insert into dogs.dog_photos (dog_id, photo_url) values (tests.id('rex'), 'https://example.org/rex');
select lives_ok(
  $$ insert into dogs.bookings (trainer_id, dog_id, start_time, end_time)
     values (tests.id('tara'), tests.id('rex'), date_trunc('day', now()) + interval '3 days 10 hours',
             date_trunc('day', now()) + interval '3 days 11 hours') $$,
  'an owner is not blamed for the number of a trainer''s slots');

-- A dog that is booked.
select throws_ok('delete from dogs.dogs', 'M9007', 'subject_in_use',
  'a dog that is booked cannot be deleted');
select tests.act_as_nobody();
select tests.arrives(payment_id) from core.payment;
select tests.act_as('alice');
select throws_ok('delete from dogs.dogs', 'M9007', 'subject_in_use',
  'a dog whose booking is paid cannot be deleted');
select throws_ok($$ update dogs.bookings set cancellation_reason = 'ill' $$, '22023', null,
  'a reason is not given without a cancellation');
select is((select status from dogs.payments), 'paid', 'what was paid reads paid');
select lives_ok(
  $$ update dogs.bookings set status = 'cancelled', cancellation_reason = 'ill' $$,
  'an owner cancels with a reason');
select results_eq('select status, core_status, amount_refunded from dogs.payments',
  $$ values ('refunded', 'refund_pending', 0::float8) $$,
  'a payment whose refund is on its way reads refunded');
select lives_ok('delete from dogs.dogs', 'a dog whose booking is cancelled can be deleted');
select is_empty('select from dogs.dog_photos', 'photos of a deleted dog are not shown');

-- An unpaid booking is called off.
insert into dogs.bookings (trainer_id, start_time, end_time)
values (tests.id('tara'), date_trunc('day', now()) + interval '4 days 10 hours',
        date_trunc('day', now()) + interval '4 days 11 hours');
select results_eq(
  $$ update dogs.bookings set status = 'cancelled' where core_status = 'pending_payment'
     returning status $$, $$ values ('cancelled') $$, 'an owner calls off a booking that is not paid');

-- A request that is declined lets the card go.
select tests.act_as('tara');
update dogs.trainer_services set booking_mode = 'request' where id = tests.id('long');
select tests.act_as('alice');
insert into dogs.bookings (trainer_id, service_id, start_time)
values (tests.id('tara'), tests.id('long'), date_trunc('day', now()) + interval '5 days 10 hours');
select tests.act_as_nobody();
select tests.event('evt_auth', 'payment_intent.amount_capturable_updated',
                   tests.intent(p.payment_id, 'requires_capture'))
from core.payment as p join core.booking as b using (booking_id)
where b.offering_id = tests.id('long');
select tests.act_as('tara');
select is((select p.status from dogs.payments as p join dogs.bookings as b on b.id = p.booking_id
           where b.service_id = tests.id('long')), 'pending', 'what is authorised reads pending');
update dogs.bookings set status = 'cancelled', cancellation_reason = 'no time'
where service_id = tests.id('long');
select is((select p.status from dogs.payments as p join dogs.bookings as b on b.id = p.booking_id
           where b.service_id = tests.id('long')), 'refunded',
  'a payment that the trainer declined does not read failed');

-- Administrators.
select tests.act_as('sam');
select results_eq(
  $$ update dogs.dog_trainers set is_verified = true where id = tests.id('tara')
     returning is_verified $$, 'values (true)', 'an administrator verifies a trainer');
select results_eq(
  $$ update dogs.users set status = 'suspended' where id = tests.id('tim') returning status $$,
  $$ values ('suspended') $$, 'an administrator suspends a user');
select results_eq(
  $$ update dogs.users set status = 'active' where id = tests.id('tim') returning status $$,
  $$ values ('active') $$, 'an administrator ends a suspension');
select throws_ok($$ update dogs.users set status = 'gone' where id = tests.id('tim') $$, 'M0019', null,
  'a status that is no word of the document is refused');
select results_eq(
  $$ select distinct action::text from dogs.audit_logs
     where entity = 'booking' and actor_user_id in (tests.id('alice'), tests.id('tara'))
     order by 1 $$,
  $$ values ('cancel'), ('create') $$, 'an administrator reads what was done with bookings');
select tests.act_as('tim');
select is_empty('select from dogs.audit_logs', 'a stranger reads nothing of what others did');
select throws_ok($$ update dogs.users set status = 'suspended' where id = tests.id('tim') $$,
  'M3301', 'staff_only', 'a user cannot suspend their own account');
select tests.act_as('alice');
select isnt_empty($$ select from dogs.audit_logs where action = 'create' $$,
  'an owner reads what was done with their bookings');
select tests.act_as_service();
select lives_ok($$ update dogs.dog_trainers set is_verified = false where id = tests.id('tara') $$,
  'the house takes a verification back');
select tests.act_as('tim');
select results_eq(
  $$ update dogs.users set status = 'deleted' where id = tests.id('tim') returning status $$,
  $$ values ('deleted') $$, 'a user leaves by the word of the document');
select tests.act_as_nobody();
select is((select first_name from core.person where person_id = tests.id('tim')), null,
  'nothing personal stays of a user who has left');

select * from finish();
rollback;
