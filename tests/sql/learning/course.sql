-- Courses: who makes and changes one, what it costs, and who reads its text.

begin;
select plan(27);

select tests.introduce('tara', 'uwe', 'alice');
grant usage on schema core to anon, authenticated;
prepare texts as select body from core.course_body;

-- Making one.
select tests.act_as_anonymous();
select throws_ok($$ select api.save_course('{}') $$, '42501', null,
  'an anonymous caller cannot make a course');
select tests.act_as('tara');
select lives_ok($$
  select api.save_course(jsonb_build_object(
    'offering_id', tests.id('yoga'), 'title', 'Yoga for Everybody!', 'price', 49.5,
    'currency', 'EUR', 'sale_price', 39.99, 'access_days', 30, 'duration_min', 600,
    'image_url', 'https://example.org/i.png', 'body', 'the text'))
$$, 'somebody who is no provider yet makes a course');
select results_eq($$
  select o.kind, o.slug, o.is_active, o.price_minor, c.sale_price_minor, c.access_days
  from core.offering as o join core.course as c using (offering_id)
$$, $$ values ('course', 'yoga-for-everybody', false, 4950::bigint, 3999::bigint, 30) $$,
  'a new course is a draft with a slug made of its title and its prices to the cent');
select lives_ok($$
  select api.save_course(jsonb_build_object(
    'offering_id', tests.id('twin'), 'title', 'Yoga, for everybody', 'currency', 'EUR')) $$,
  'a second course of the same title is made');
select isnt(slug, 'yoga-for-everybody', 'a slug that is taken gets an end of its own')
from core.offering where offering_id = tests.id('twin');
select throws_ok($$ select api.save_course('{"title": "x", "color": "red"}') $$, 'M0013', null,
  'a field that no course has is refused');
select throws_ok($$ select api.save_course('{"title": " "}') $$, 'M0104', null,
  'a course without a title is refused');

-- Prices.
select throws_ok($$
  select api.save_course(jsonb_build_object('offering_id', tests.id('yoga'), 'sale_price', 50))
$$, 'M0801', null, 'a sale price above the price is refused');
select throws_ok($$
  select api.save_course(jsonb_build_object('offering_id', tests.id('yoga'), 'price', 30))
$$, 'M0801', null, 'a price under the sale price is refused');
select throws_ok($$
  select api.save_course(jsonb_build_object('offering_id', tests.id('yoga'), 'price', 0.1 + 0.205))
$$, 'M0015', null, 'a price between two cents is refused');
select throws_ok($$
  select api.save_course(jsonb_build_object('offering_id', tests.id('yoga'), 'sale_price_minor', 1))
$$, 'M0103', null, 'a sale price that no card can be charged is refused');
select lives_ok($$
  select api.save_course(jsonb_build_object(
    'offering_id', tests.id('yoga'), 'sale_price', null, 'is_active', true)) $$,
  'a sale of a course ends at its time');
select is(sale_price_minor, null, 'a course whose sale has ended has no sale price')
from core.course where offering_id = tests.id('yoga');
select results_eq('texts', $$ values ('the text') $$,
  'a field that is not given stays as it was');

-- Whose it is.
select tests.act_as('uwe');
select throws_ok($$
  select api.save_course(jsonb_build_object('offering_id', tests.id('yoga'), 'title', 'mine'))
$$, '42501', null, 'somebody else cannot change a course');
select throws_ok($$
  select api.save_course(jsonb_build_object('provider_id', tests.id('tara'), 'title', 'hers'))
$$, '42501', null, 'nobody makes a course in another''s name');
select throws_ok($$ select api.remove_course(tests.id('yoga')) $$, 'M4801', null,
  'somebody else cannot remove a course');
select results_eq($$ select title from core.offering join core.course using (offering_id) $$,
  $$ values ('Yoga for Everybody!') $$, 'a draft is seen by nobody else');

-- Who reads the text.
select is_empty('texts', 'a stranger cannot read the text of a course');
select tests.act_as_anonymous();
select is_empty('texts', 'an anonymous caller cannot read the text of a course');
select results_eq($$ select image_url from core.course $$,
  $$ values ('https://example.org/i.png') $$, 'everybody sees the picture of a published course');
select tests.act_as_nobody();
insert into core.customer values (tests.id('alice'));
insert into core.enrolment (customer_id, offering_id, provider_id, enrolled_at)
values (tests.id('alice'), tests.id('yoga'), tests.id('tara'), now());
select tests.act_as('alice');
select results_eq('texts', $$ values ('the text') $$, 'a learner reads the text of their course');

-- Removing one.
select tests.act_as('tara');
select throws_ok($$ select api.remove_course(tests.id('yoga')) $$, 'M9106', 'offering_in_use',
  'a course that somebody is in cannot be removed');
select lives_ok($$ select api.remove_course(tests.id('twin')) $$,
  'a course that nobody is in is removed');
select tests.act_as_nobody();
select tests.offer('lesson', 'tara', 5000);
select tests.act_as('tara');
select throws_ok($$
  select api.save_course(jsonb_build_object('offering_id', tests.id('offering lesson')))
$$, 'M4801', null, 'a session does not become a course');
select lives_ok($$ select api.unpublish_offering(tests.id('yoga')) $$, 'a course is taken down');
select tests.act_as('alice');
select results_eq($$ select title from core.offering join core.course using (offering_id) $$,
  $$ values ('Yoga for Everybody!') $$, 'a learner still sees a course after it was taken down');

select * from finish();
rollback;
