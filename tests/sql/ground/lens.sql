-- What lenses are written with, and writing through the tutoring lens: inserts, upserts, the
-- service key.

begin;
select plan(60);

select tests.offer('lesson', 'tara', 5000);
select tests.introduce('alice', 'bob', 'eve');

-- The fields of a write.
prepare fields (jsonb, jsonb) as
select api.written_fields('{"id": "offering_id", "name": "title", "price": "price_minor"}', $1, $2);

select results_eq(
  $$ execute fields('{"id": null, "name": "a", "price": null}', null) $$,
  $$ values ('{"title": "a"}'::jsonb) $$, 'the fields of a new row are those that are not null');
select results_eq(
  $$ execute fields('{"id": 1, "name": "a", "price": null}', '{"id": 1, "name": "a", "price": 5}') $$,
  $$ values ('{"offering_id": 1, "price_minor": null}'::jsonb) $$,
  'the fields of a changed row are its id and those that differ, null included');
select set_config('app.columns', '["name", "price"]', true);
select results_eq(
  $$ execute fields('{"id": null, "name": "a", "price": null}', null) $$,
  $$ values ('{"title": "a", "price_minor": null}'::jsonb) $$,
  'a null that the request names is a field of a new row');
select set_config('app.columns', '', true);

select tests.act_as('alice');
select results_eq(
  $$ select api.may_write(tests.id('alice')), api.may_write(tests.id('bob')) $$,
  'values (true, false)', 'a person writes rows of their own alone');
select tests.act_as_service();
select is(api.may_write(tests.id('bob')), true, 'the house writes rows of anybody');
select tests.act_as_nobody();

select is(api.if_exists('UPDATE'), 'merge', 'an update merges with what exists');
select is(api.if_exists('INSERT'), 'fail', 'an insert without a preference fails on a duplicate');

select throws_ok($$ select api.save_offering('{"title": "x"}') $$, 'M1001', 'sign_in_required',
  'saving without a caller is refused');

-- Verbs that save.
select tests.act_as('tara');
select throws_ok($$ select api.save_offering('[]') $$, 'M0012', 'fields_invalid',
  'an array is no object of fields');
select throws_ok($$ select api.save_offering('{"rating": 5}') $$, 'M0013', 'field_unknown',
  'a field that nobody saves is refused by name');
select throws_ok(
  $$ select api.save_provider('{"provider_id": null}', 'replace') $$, 'M0011', 'if_exists_unknown',
  'an unknown word for duplicates is refused');
select throws_ok(
  $$ select api.save_offering('{"title": "x", "duration_min": 60, "price": 10.005}') $$,
  'M0015', 'amount_too_fine', 'an amount with more decimals than its currency is refused');
select throws_ok(
  $$ select api.save_offering('{"title": "x", "duration_min": 60, "price": "NaN"}') $$,
  'M0014', 'amount_invalid', 'an amount that is no number is refused');
select lives_ok(
  $$ select api.save_offering('{"title": "Decimal", "duration_min": 60, "price": 19.99,
                                "tags": "[\"a\", \"b\"]", "kind": "service"}') $$,
  'a price may be a decimal and tags the text of an array');
select results_eq(
  $$ select price_cents, topic_tags from tutoring.sessions where title = 'Decimal' $$,
  $$ values (1999::bigint, array['a', 'b']) $$,
  'a decimal is kept in minor units, and a service is a session of the tutoring lens');
select throws_ok(
  $$ select api.save_offering(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'duration_min', 1455)) $$,
  'M0105', 'duration_invalid', 'a session of more than a day is refused by a change too');
select throws_ok(
  $$ select api.save_offering(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'title', 'x'), 'fail') $$,
  '23505', 'This offering exists already.', 'an offering that must be new is refused if it is there');
select is(
  api.save_offering(jsonb_build_object(
    'offering_id', tests.id('offering lesson'), 'title', 'x'), 'ignore'),
  null, 'an offering that is there already can be ignored');
select is(
  (select title from tutoring.sessions where id = tests.id('offering lesson')), 'lesson',
  'an ignored save changes nothing');

select tests.act_as('eve');
select throws_ok(
  $$ select api.save_offering(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'title', 'stolen')) $$, '42501', null,
  'a person cannot save the offering of another');
select throws_ok(
  $$ select api.remove_offering(tests.id('offering lesson')) $$, 'M4101', 'offering_not_found',
  'a person cannot remove the offering of another');

-- Upserts, as the data API sends them.
select tests.act_as('tara');
select throws_ok(
  $$ insert into tutoring.sessions (id, title, duration_minutes, price_cents)
     values (tests.id('offering lesson'), 'again', 60, 0) $$,
  '23505', null, 'an insert of a session that is there fails');
select set_config('app.on_conflict', 'merge', true);
select results_eq(
  $$ insert into tutoring.sessions (id, title) values (tests.id('offering lesson'), 'merged')
     returning title, price_cents, duration_minutes $$,
  $$ values ('merged', 5000::bigint, 60) $$,
  'an upsert of a session changes what it gives and keeps the rest');
select results_eq(
  $$ insert into tutoring.expert_profiles (user_profile_id, bio) values (tests.id('tara'), 'Hello')
     returning bio, is_available $$,
  $$ values ('Hello', true) $$, 'an upsert of an expert profile changes it');
select results_eq(
  $$ insert into tutoring.bookable_slots (id, max_bookings) values (tests.id('lesson'), 3)
     returning max_bookings $$,
  'values (3)', 'an upsert of a slot changes its seats');
select results_eq(
  $$ insert into tutoring.bookable_slots (session_id, start_time)
     values (tests.id('offering lesson'), date_trunc('day', now()) + interval '40 days')
     returning end_time - start_time, is_available $$,
  $$ values (interval '1 hour', true) $$, 'an upsert of a slot that is not there adds it');

-- The keys that an upsert sets stay what they are.
select lives_ok(
  $$ insert into tutoring.availability_windows
       (id, expert_id, day_of_week, start_time, end_time, timezone)
     select tests.id('hours'), tests.id('tara'), 1, '09:00', '10:00', 'UTC'
     from generate_series(1, 2) $$,
  'hours are upserted with their keys');
select throws_ok(
  $$ update tutoring.availability_windows set expert_id = tests.id('alice')
     where id = tests.id('hours') $$, 'M0018', 'column_read_only',
  'hours cannot be handed to another provider');
select tests.act_as_service();
select throws_ok(
  $$ update tutoring.availability_windows set expert_id = tests.id('alice')
     where id = tests.id('hours') $$, 'M0018', 'column_read_only',
  'the service key cannot hand hours to another provider');
select throws_ok(
  $$ update tutoring.user_profiles set id = tests.id('x') where id = tests.id('alice') $$,
  'M0018', 'column_read_only', 'the service key cannot change the id of a person');

select tests.act_as('alice');
select throws_ok(
  $$ insert into tutoring.sessions (id, title) values (tests.id('offering lesson'), 'stolen') $$,
  '42501', null, 'a person cannot upsert the session of another');
select results_eq(
  $$ insert into tutoring.learner_profiles (user_profile_id, interests)
     values (tests.id('alice'), '{chess}') returning interests, learning_goals $$,
  $$ values (array['chess'], '{}'::text[]) $$, 'an upsert makes a learner who is not there');
select results_eq(
  $$ insert into tutoring.learner_profiles (user_profile_id, learning_goals)
     values (tests.id('alice'), '{speak}') returning interests, learning_goals $$,
  $$ values (array['chess'], array['speak']) $$, 'an upsert of a learner keeps what it does not give');
select results_eq(
  $$ insert into tutoring.bookings (learner_id, slot_id, learner_notes)
     values (tests.id('alice'), tests.id('lesson'), 'hi') returning status, learner_notes $$,
  $$ values ('pending', 'hi') $$, 'an insert into bookings books the slot');
select throws_ok(
  $$ insert into tutoring.bookings (learner_id, slot_id)
     values (tests.id('bob'), tests.id('lesson')) $$, '42501', null,
  'a person cannot book for another through the lens');
select throws_ok(
  $$ insert into tutoring.bookings (slot_id, status) values (tests.id('lesson'), 'confirmed') $$,
  '22P02', null, 'a new booking cannot be confirmed by who makes it');
select results_eq(
  $$ insert into tutoring.bookings (id, learner_notes)
     select id, 'bye' from tutoring.bookings returning status, learner_notes $$,
  $$ values ('pending', 'bye') $$, 'an upsert of a booking keeps its notes');
select tests.act_as('bob');
select throws_ok(
  $$ insert into tutoring.bookings (id, status)
     values (tests.id('no booking of his'), 'cancelled') $$, 'M4203', 'booking_not_found',
  'a booking that is not the caller''s is not found by an upsert');

select tests.act_as('alice');
select set_config('app.on_conflict', 'ignore', true);
select is_empty(
  $$ insert into tutoring.learner_profiles (user_profile_id, interests)
     values (tests.id('alice'), '{go}') returning id $$,
  'an upsert that ignores duplicates gives back no row that was there');
select is(
  (select interests from tutoring.learner_profiles), array['chess'],
  'an upsert that ignores duplicates changes nothing');
select set_config('app.on_conflict', '', true);

-- The service key writes for others, through every view.
select tests.act_as_service();
select results_eq(
  $$ insert into tutoring.user_profiles (user_id, display_name) values (tests.id('new'), 'New')
     returning display_name $$,
  $$ values ('New') $$, 'the service key makes a person');
select results_eq(
  $$ update tutoring.user_profiles set display_name = 'Newer' where id = tests.id('new')
     returning display_name $$,
  $$ values ('Newer') $$, 'the service key changes a person');
select results_eq(
  $$ insert into tutoring.expert_profiles (user_profile_id, hourly_rate_cents)
     values (tests.id('new'), 90000) returning hourly_rate_cents $$,
  'values (90000::bigint)', 'the service key makes an expert');
select results_eq(
  $$ insert into tutoring.learner_profiles (user_profile_id) values (tests.id('new'))
     returning user_profile_id $$,
  $$ values (tests.id('new')) $$, 'the service key makes a learner');
select results_eq(
  $$ insert into tutoring.sessions (expert_id, title, duration_minutes, price_cents)
     values (tests.id('new'), 'By the office', 30, 10000) returning is_active $$,
  'values (true)', 'the service key puts up a session');
select results_eq(
  $$ insert into tutoring.availability_windows
       (expert_id, day_of_week, start_time, end_time, timezone)
     values (tests.id('new'), 1, '09:00', '10:00', 'UTC') returning is_active $$,
  'values (true)', 'the service key opens hours');
select results_eq(
  $$ insert into tutoring.bookings (learner_id, slot_id)
     values (tests.id('bob'), tests.id('lesson')) returning status $$,
  $$ values ('pending') $$, 'the service key books for a customer')
from (select api.save_customer(jsonb_build_object('customer_id', tests.id('bob')))) as c;
select results_eq(
  $$ update tutoring.bookings set status = 'cancelled' where learner_id = tests.id('bob')
     returning status, cancelled_by $$,
  $$ values ('cancelled', 'system') $$, 'the service key cancels a booking');
select tests.act_as_anonymous();
select throws_ok(
  $$ insert into tutoring.user_profiles (user_id) values (tests.id('x')) $$, '42501', null,
  'an anonymous caller writes nothing through the lens');

-- Numbers and the keys behind them.
select tests.act_as('alice');
select lives_ok($$ select api.keep_column(true, 'It follows from something else.') $$,
  'a column that is kept may be sent');
select throws_ok($$ select api.keep_column(null, 'It follows from something else.') $$, 'M0018',
  'column_read_only', 'a column that is not kept is refused');
select is(api.one_of('status', 'open', 'open', 'closed'), 'open', 'a word of the list is written');
select is(api.one_of('status', null, 'open', 'closed'), null::text, 'no word is written as none');
select throws_ok($$ select api.one_of('status', 'ajar', 'open', 'closed') $$, 'M0019',
  'word_unknown', 'a word that is not in the list is refused with its column');

select is(api.key_of('healer', 7, tests.id('x')), tests.id('x'),
  'a number stands for the key of its row');
select is(api.key_of('healer', 7, tests.id('x'), tests.id('x')), tests.id('x'),
  'a number and its own key may be given together');
select is(api.key_of('healer', null, null, tests.id('x')), tests.id('x'),
  'a key may be given without its number');
select is(api.key_of('healer', null, null), null::uuid, 'neither number nor key is no key');
select throws_ok($$ select api.key_of('healer', 7, null) $$, 'M4021', 'number_not_found',
  'a number of nothing that the caller sees is not found');
select throws_ok($$ select api.key_of('healer', 7, tests.id('x'), tests.id('y')) $$, '42501', null,
  'a number cannot be given with the key of another row');

select * from finish();
rollback;
