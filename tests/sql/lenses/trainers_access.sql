-- Who sees which rows through the trainers lens, and which columns of people.
--
-- Two of everything: Alice's with Tara, Bob's with Uwe. Eve has a token and nothing else; Cara had
-- a booking with Tara, long ago; Sam works here.

begin;
select plan(38);

update core.marketplace set default_currency = 'EUR';
select tests.introduce('tara', 'uwe', 'alice', 'bob', 'cara', 'eve');
select tests.make_staff('sam');
select tests.offer('a', 'tara', 5000);
select tests.offer('b', 'uwe', 5000, p_starts => now() + interval '11 days');
select tests.offer('c', 'tara', 5000, p_starts => now() + interval '12 days');
update core.offering set kind = 'service', is_active = true;
update core.provider set currency = 'EUR';
select tests.paid('a', 'alice');
select tests.paid('b', 'bob');
select tests.clear(tests.paid('c', 'cara'));
insert into core.person_private (person_id, contact_email, phone)
select tests.id(n), n || '@example.org', '+45 ' || n from unnest(array['alice', 'bob', 'cara', 'tara', 'uwe']) as n
on conflict (person_id) do update set contact_email = excluded.contact_email, phone = excluded.phone;
insert into core.location (location_id, person_id, label, is_primary, area_latitude, area_longitude)
select tests.id('home ' || n), tests.id(n), n, true, 55.68, 12.57
from unnest(array['alice', 'bob', 'cara', 'tara', 'uwe']) as n;
insert into core.location_exact (location_id, address, latitude, longitude)
select tests.id('home ' || n), 'Street 1', 55.676098, 12.568337
from unnest(array['alice', 'bob', 'cara', 'tara', 'uwe']) as n;
create temp table pair as
select b.booking_id, b.provider_id, b.customer_id, b.offering_id, gen_random_uuid() as id
from core.booking as b where b.customer_id in (tests.id('alice'), tests.id('bob'));
set local session_replication_role = replica;
insert into core.review (review_id, booking_id, author_side, author_id, provider_id, offering_id,
                         rating, status)
select id, booking_id, 'customer', customer_id, provider_id, offering_id, 5, 'hidden' from pair;
insert into core.payment_method (payment_method_id, person_id, external_id, last4)
select id, customer_id, id::text, '4242' from pair;
insert into core.payout (payout_id, provider_id, payout_account_id, origin, amount_minor, currency)
select id, provider_id, id, 'request', 1, 'EUR' from pair;
insert into core.support_case (support_case_id, person_id, provider_id, title)
select id, customer_id, provider_id, 'late' from pair;
insert into core.promotion (promotion_id, provider_id, kind, duration_days, currency)
select id, provider_id, 'profile_boost', 7, 'EUR' from pair;
insert into core.conversation (conversation_id, kind, first_id, second_id, opened_by)
select id, 'pair', least(customer_id, provider_id), greatest(customer_id, provider_id), customer_id
from pair;
insert into core.conversation_member (conversation_id, person_id)
select id, unnest(array[customer_id, provider_id]) from pair;
insert into core.message (message_id, conversation_id, sender_id, recipient_id, body)
select id, id, customer_id, provider_id, 'hello' from pair;
insert into core.referral (referral_id, referrer_id, referee_id, reward_minor, currency)
select id, provider_id, customer_id, 0, 'EUR' from pair;
set local session_replication_role = origin;
grant select on pair to public;

-- Of Alice's and Bob's rows.
select is(
  (select string_agg(tests.rows_seen('trainers', w.who, e.name, e.col), ' ' order by w.n)
   from unnest(array['nobody', 'eve', 'cara', 'alice', 'tara', 'uwe', 'sam', 'house'])
     with ordinality as w(who, n)),
  e.rows, format('trainers.%s shows nobody, Eve, Cara, Alice, Tara, Uwe, staff and the house %s',
                 e.name, e.rows))
from (values
  ('bookings',             'client_id',   'x - - s s s S S'),
  ('payments',             'user_id',     'x - - s s s S S'),
  ('payment_methods',      'user_id',     'x - - s - - - S'),
  ('user_wallets',         'user_id',     'x - - s s s S S'),
  ('wallet_balances',      'user_id',     'x - - - s s S S'),
  ('transactions',         'user_id',     'x - - s s s S S'),
  ('payouts',              'trainer_id',  'x - - - s s S S'),
  ('payout_requests',      'trainer_id',  'x - - - s s S S'),
  ('reported_issues',      'user_id',     'x - - s - - S S'),
  ('issues',               'user_id',     'x - - s - - S S'),
  ('promotion_requests',   'trainer_id',  'x - - - s s S S'),
  ('promotions',           'trainer_id',  'x - - - s s S S'),
  ('messages',             'id',          'x - - s s s - S'),
  ('notifications',        'user_id',     'x - - s s s - S'),
  ('referrals',            'id',          'x - - s s s S S'),
  ('reviews',              'id',          '- - - s - - S S'),
  ('services',             'trainer_id',  'S S S S S S S S'),
  ('trainer_availability', 'trainer_id',  'S S S S S S S S')
) as e(name, col, rows);

-- People. Which of Alice, Bob, Cara, Tara and Uwe each sees, and what of them.
select is(tests.people_seen('trainers', e.who, e.name, e.key, e.col), e.people,
          format('%s sees %s of %s in trainers.%s', e.who, e.col, e.people, e.name))
from (values
  ('nobody', 'user_profiles', 'user_id', 'name', 'tara uwe'),
  ('eve', 'user_profiles', 'user_id', 'name', 'tara uwe'),
  ('alice', 'user_profiles', 'user_id', 'name', 'alice tara uwe'),
  ('tara', 'user_profiles', 'user_id', 'name', 'alice cara tara uwe'),
  ('sam', 'user_profiles', 'user_id', 'name', 'alice bob cara tara uwe'),
  ('nobody', 'users', 'id', 'phone', 'x'),
  ('eve', 'users', 'id', 'email', '-'),
  ('alice', 'users', 'id', 'phone', 'alice'),
  ('tara', 'users', 'id', 'phone', 'tara'),
  ('uwe', 'users', 'id', 'email', 'uwe'),
  ('eve', 'user_profiles', 'user_id', 'location_lat', 'tara uwe'),
  ('alice', 'user_profiles', 'user_id', 'location_lat', 'alice tara uwe'),
  ('tara', 'user_profiles', 'user_id', 'location_lat', 'alice tara uwe'),
  ('tara', 'users', 'id', 'balance', 'tara'),
  ('alice', 'users', 'id', 'balance', 'alice')
) as e(who, name, key, col, people);

-- The exact place.
create function pg_temp.exact(p_who text)
returns text
language plpgsql
as $$
declare
  v_seen text;
begin
  perform tests.act_as(p_who);
  select coalesce(string_agg(v.location_label, ' ' order by v.location_label), '-') into v_seen
  from trainers.user_profiles as v where v.location_lat = 55.676098;
  perform tests.act_as_nobody();
  return v_seen;
end
$$;
select is(pg_temp.exact('eve'), '-', 'a stranger sees nobody''s exact place');
select is(pg_temp.exact('alice'), 'alice', 'a client sees their own exact place alone');
select is(pg_temp.exact('tara'), 'alice tara',
  'a trainer sees exactly where the client of a live booking is, and not one of the past');
select is(pg_temp.exact('uwe'), 'bob uwe', 'another trainer sees the place of their own client');
select tests.act_as_nobody();
update core.booking set status = 'cancelled', cancelled_by = 'customer', cancelled_at = now()
where slot_id = tests.id('a');
select is(pg_temp.exact('tara'), 'tara', 'when the booking is cancelled the place is hidden again');

select * from finish();
rollback;
