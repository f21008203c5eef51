-- A front end saves a row whole, as it read it: every view of every lens takes back what it shows.

begin;
select plan(12);

-- Tara sells a lesson, trains dogs and heals; Alice has booked and reviewed; both have rows of
-- their own in every lens.
select tests.offer('lesson', 'tara', 5000);
select tests.clear(tests.paid('lesson', 'alice'));
select tests.act_as('alice');
insert into trainers.reviews (booking_id, rating, comment)
select id, 5, 'Patient.' from trainers.bookings;
insert into dogs.dogs (owner_id, name, age) values (tests.id('alice'), 'Rex', 3);
insert into dogs.dog_photos (dog_id, photo_url) select id, 'https://example.org/rex' from dogs.dogs;
insert into dogs.locations (user_id, address, latitude, longitude)
values (tests.id('alice'), 'Ryesgade 1', 56.1529, 10.2034);
insert into fitness."Profile" ("userId", weight) values (tests.id('alice'), 60.5);
insert into trainers.messages (sender_id, receiver_id, content)
values (tests.id('alice'), tests.id('tara'), 'Hello');
insert into trainers.reported_issues (user_id, complaint_type, title, description)
values (tests.id('alice'), 'other', 'A', 'B');
select tests.act_as('tara');
select api.set_availability('[{"weekday": 1, "start_local": "09:00", "end_local": "12:00"}]');
update trainers.user_profiles
set hourly_rate = 450.5, service_radius = 22, certifications = '["one"]',
    hourly_rate_by_radius = '[{"radius_km": 5, "rate": 450}]',
    payout_details = '"DK5000400440116243"'
where id = tests.id('tara');
insert into dogs.dog_trainers (user_id, bio) values (tests.id('tara'), 'Calm.');
insert into dogs.trainer_certifications (trainer_id, name) values (tests.id('tara'), 'CPDT-KA');
insert into avenrae.products (product_name, price, stock_quantity) values ('Oil', 99, 3);

select tests.act_as_nobody();
create table tests.saved (view text, verb text, who text, sqlstate text, message text, details text);
grant insert on tests.saved to authenticated;
grant usage on schema tests to authenticated;

-- Every row that somebody sees, saved as it is. What comes back must be what was read, but for
-- the time of the change.
create function tests.save_as_read(p_who text) returns void language plpgsql as $$
declare
  v record; v_row jsonb; v_after jsonb; v_detail text; v_verb text;
begin
  perform tests.act_as(p_who);
  for v in
    select c.oid::regclass::text as name,
           string_agg(format('%I', a.attname), ', ' order by a.attnum) as columns,
           json_agg(a.attname order by a.attnum)::text as names,
           case when bool_or(a.attname = 'uuid') then 'uuid' else 'id' end as key,
           bool_or(has_column_privilege(c.oid, a.attnum, 'update')) as updated,
           bool_or(has_column_privilege(c.oid, a.attnum, 'insert')) as inserted
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
    where c.relkind = 'v'
      and c.relnamespace::regnamespace::text = any ('{tutoring,dogs,trainers,fitness,avenrae}')
    group by 1
    having bool_or(a.attname in ('id', 'uuid'))
       and bool_or(has_column_privilege(c.oid, a.attnum, 'insert, update'))
  loop
    for v_row in execute format('select to_jsonb(v) from %s as v', v.name) loop
      foreach v_verb in array array['update', 'upsert'] loop
        continue when v_verb = 'update' and not v.updated or v_verb = 'upsert' and not v.inserted;
        begin
          if v_verb = 'update' then
            execute format(
              'update %1$s as v set (%2$s) = (select %2$s from jsonb_populate_record(null::%1$s, $1)) '
              'where v.%3$I = (jsonb_populate_record(null::%1$s, $1)).%3$I returning to_jsonb(v)',
              v.name, v.columns, v.key) into v_after using v_row;
          else
            perform set_config('app.on_conflict', 'merge', true),
                    set_config('app.columns', v.names, true);
            execute format(
              'insert into %1$s as v (%2$s) select %2$s from jsonb_populate_record(null::%1$s, $1) '
              'returning to_jsonb(v)', v.name, v.columns) into v_after using v_row;
          end if;
          insert into tests.saved
          select v.name, v_verb, p_who,
                 case
                   when v_after is null then 'skipped'
                   when v_after - 'updated_at' - 'updatedAt' = v_row - 'updated_at' - 'updatedAt'
                     then 'same'
                   else 'other'
                 end, v_row::text, v_after::text;
        exception when others then
          get stacked diagnostics v_detail = pg_exception_detail;
          insert into tests.saved values (v.name, v_verb, p_who, sqlstate, sqlerrm, v_detail);
        end;
        perform set_config('app.on_conflict', '', true), set_config('app.columns', '', true);
      end loop;
    end loop;
  end loop;
  perform tests.act_as_nobody();
end $$;
select tests.save_as_read('alice');
select tests.save_as_read('tara');

select isnt_empty($$ select from tests.saved where view = 'dogs.dogs' and sqlstate = 'same' $$,
  'a dog that is saved as it was read comes back as it was read');
select set_eq(
  $$ select distinct view, who from tests.saved
     where view like '%.reviews' and verb = 'upsert' and sqlstate = 'same' $$,
  $$ select l || '.reviews', w from unnest(array['dogs', 'trainers', 'avenrae']) as l,
       unnest(array['alice', 'tara']) as w $$,
  'a review that is saved as it was read comes back, to its author and to whom it is about');
select is_empty(
  $$ select view, verb, message, details from tests.saved where sqlstate = 'other' $$,
  'no row changes when it is saved as it was read');
select is_empty(
  $$ select view, verb, details from tests.saved where sqlstate = 'M0018' $$,
  'no column is refused when a row is saved as it was read');
select results_eq(
  $$ select distinct view, sqlstate from tests.saved
     where sqlstate not in ('same', 'skipped') and (sqlstate, message) not in (
       ('42501', 'The user id given is not that of the caller.'), ('M4201', 'slot_not_found'))
     order by 1 $$,
  $$ values
    -- A balance is never written; the refusal says what is used instead.
    ('trainers.user_wallets', 'M3401')
    order by 1 $$,
  'whoever may write a row may save it as it was read');
select ok(count(*) > 40, 'the test has saved rows of many views')
from (select distinct view from tests.saved where sqlstate = 'same') as v;

-- And what has changed is told by its name.
select tests.act_as('tara');
select throws_ok(
  $$ update dogs.dog_trainers set bio = 'x', total_reviews = 9 where id = tests.id('tara') $$,
  'M0018', 'column_read_only', 'a column that is computed is refused when it is changed');
select set_config('app.on_conflict', 'merge', true);
select throws_ok(
  $$ insert into dogs.dog_trainers (id, total_reviews) values (tests.id('tara'), 9) $$,
  'M0018', 'column_read_only', 'an upsert cannot change a column that is computed');
select lives_ok(
  $$ insert into dogs.dog_trainers (user_id, bio, is_verified, total_reviews, created_at)
     values (tests.id('tara'), 'y', false, 0, now()) $$,
  'a row is found by the key of its person, and counts of nothing may be sent');

-- What is decided when a row is made is not changed by an upsert, and not passed over in silence.
select tests.act_as('alice');
select throws_ok(
  $$ insert into tutoring.bookings (id, slot_id, seats)
     select id, slot_id, 2 from tutoring.bookings $$,
  'M0018', 'column_read_only', 'an upsert of a booking cannot change its seats');
select throws_ok(
  $$ insert into tutoring.bookings (id, slot_id) select id, gen_random_uuid()
     from tutoring.bookings $$,
  'M0018', 'column_read_only', 'an upsert of a booking cannot change its slot');
select set_config('app.on_conflict', '', true);
select tests.act_as('tara');
select throws_ok(
  $$ insert into dogs.trainer_certifications (trainer_id, name, updated_at)
     values (tests.id('uwe'), 'A', now()) $$, '42501', null,
  'a new row is still its own person''s');

select * from finish();
rollback;
