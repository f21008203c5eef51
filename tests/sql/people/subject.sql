-- Dogs: their owner's, and shown to whoever trains them.

begin;
select plan(30);

select tests.offer('walk', 'tara', 0);
select tests.introduce('alice', 'bob');
select tests.make_staff('sam');
insert into core.customer (customer_id) values (tests.id('alice'));
grant usage on schema core to authenticated, anon;

prepare dogs as select name, breed, age_years, size, notes from core.subject order by name;

select tests.act_as_anonymous();
select throws_ok($$ select api.save_subject('{"name": "Rex"}') $$, '42501', null,
  'an anonymous caller cannot save a dog');
select tests.act_as('bob');
select throws_ok($$ select api.save_subject('{"name": "Rex"}') $$, 'M4202', 'customer_not_found',
  'somebody who is no customer has no dogs');

select tests.act_as('alice');
select lives_ok(format($$ select api.save_subject('{"subject_id": "%s", "name": "Rex",
  "breed": "Collie", "age_years": 3, "size": "large", "notes": "afraid of bikes"}') $$,
  tests.id('rex')), 'a customer saves a dog');
select results_eq('dogs', $$ values ('Rex', 'Collie', 3, 'large', 'afraid of bikes') $$,
  'the owner reads it as they gave it');
select is((select age_recorded_on from core.subject), current_date,
  'the day of the age is kept with it');
select lives_ok(format($$ select api.save_subject('{"subject_id": "%s", "age_years": null}') $$,
  tests.id('rex')), 'an age may be taken back');
select is((select age_recorded_on from core.subject), null, 'without an age there is no day of it');
select throws_ok($$ select api.save_subject('{"name": ""}') $$, 'M0016', 'name_required',
  'a dog needs a name');
select throws_ok($$ select api.save_subject('{"name": "Rex", "kind": "dragon"}') $$, '23514', null,
  'a subject is of a known kind');
select throws_ok($$ select api.save_subject('{"name": "Rex", "age_years": -1}') $$, '23514', null,
  'a dog of a negative age is refused');
select throws_ok(
  format($$ select api.save_subject('{"subject_id": "%s"}', 'fail') $$, tests.id('rex')),
  '23505', null, 'a dog that must not be there is refused');
select throws_ok(
  format($$ select api.save_subject('{"name": "X", "customer_id": "%s"}') $$, tests.id('bob')),
  '42501', null, 'nobody saves a dog of another');
select lives_ok(format($$ select api.save_subject_photo('{"subject_photo_id": "%s",
  "subject_id": "%s", "url": "https://example.org/rex.jpg"}') $$,
  tests.id('photo'), tests.id('rex')), 'an owner adds a photo');
select throws_ok(format($$ select api.save_subject_photo('{"subject_id": "%s", "url": "rex"}') $$,
  tests.id('rex')), '23514', null, 'a photo is a web address');
select throws_ok(format($$ select api.save_subject_photo('{"subject_id": "%s", "url": "https://x"}') $$,
  tests.id('nobody')), 'M4006', 'subject_not_found', 'a photo needs a dog');

select tests.act_as('bob');
select is_empty('dogs', 'a stranger does not see the dog');
select throws_ok(
  format($$ select api.save_subject('{"subject_id": "%s", "name": "X"}') $$, tests.id('rex')),
  '42501', null, 'a stranger cannot change the dog');
select throws_ok(format('select api.retire_subject(%L)', tests.id('rex')), 'M4006',
  'subject_not_found', 'a stranger cannot retire the dog');
select throws_ok(
  format($$ select api.save_subject_photo('{"subject_id": "%s", "url": "https://x"}') $$,
         tests.id('rex')), '42501', null, 'a stranger cannot add a photo');
select throws_ok(format('select api.remove_subject_photo(%L)', tests.id('photo')), 'M4007',
  'photo_not_found', 'a stranger cannot remove a photo');
select tests.act_as('sam');
select is_empty('dogs', 'staff does not see the dog');

select tests.act_as_nobody();
select tests.book('walk', 'alice');
select tests.act_as('tara');
select is_empty('dogs', 'a provider who has booked the owner without the dog does not see it');
select tests.act_as_nobody();
update core.booking set subject_id = tests.id('rex');
select tests.act_as('tara');
select is((select notes from core.subject), 'afraid of bikes',
  'the provider of a booking with the dog sees it, notes and all');
select is((select count(*) from core.subject_photo), 1::bigint,
  'the provider of a booking with the dog sees its photos');
select throws_ok(
  format($$ select api.save_subject('{"subject_id": "%s", "name": "X"}') $$, tests.id('rex')),
  '42501', null, 'the provider cannot change the dog');
select tests.act_as_nobody();
update core.booking set status = 'cancelled', cancelled_by = 'customer', cancelled_at = now();
select tests.act_as('tara');
select is_empty('dogs', 'after the booking was called off the provider does not see the dog');

select tests.act_as('alice');
select lives_ok(format('select api.remove_subject_photo(%L)', tests.id('photo')),
  'an owner removes a photo');
select lives_ok(format('select api.retire_subject(%L)', tests.id('rex')), 'an owner retires a dog');
select is((select count(*) from core.subject where retired_at is not null), 1::bigint,
  'a retired dog is kept');
select throws_ok('update core.subject set retired_at = null', '42501', null,
  'dogs are written through functions alone');

select * from finish();
rollback;
