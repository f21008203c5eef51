-- Categories: staff writes them, sellers use them.

begin;
select plan(23);

select tests.offer('walk', 'tara', 0);
select tests.introduce('uwe');
select tests.make_staff('sam');
insert into core.provider (provider_id) values (tests.id('uwe'));
grant usage on schema core to authenticated, anon;

select tests.act_as('tara');
select throws_ok($$ select api.save_category('{"name": "Puppies"}') $$, 'M3301', 'staff_only',
  'a provider cannot make a category');

select tests.act_as('sam');
select lives_ok(format($$ select api.save_category('{"category_id": "%s",
  "name": "Puppies & friends"}') $$, tests.id('puppies')), 'staff makes a category');
select lives_ok(format($$ select api.save_category('{"category_id": "%s", "name": "Agility",
  "slug": "agility"}') $$, tests.id('agility')), 'staff makes another one');
select throws_ok($$ select api.save_category('{"name": "Agility"}') $$, '23505', null,
  'two categories with one slug are refused');
select throws_ok($$ select api.save_category('{"slug": "x"}') $$, 'M0016', 'name_required',
  'a category needs a name');
select throws_ok(
  format($$ select api.save_category('{"category_id": "%s"}', 'fail') $$, tests.id('agility')),
  '23505', null, 'a category that must not be there is refused');
select lives_ok(format($$ select api.save_category('{"category_id": "%s", "name": "Dog agility"}') $$,
  tests.id('agility')), 'staff renames a category');

select tests.act_as_anonymous();
select results_eq('select name, slug from core.category order by slug',
  $$ values ('Dog agility', 'agility'), ('Puppies & friends', 'puppies-friends') $$,
  'everybody reads the categories; a slug is made of the name');

select tests.act_as('uwe');
select throws_ok(format('select api.set_offering_categories(%L, %L)', tests.id('offering walk'),
    array[tests.id('agility')]), 'M4101', 'offering_not_found',
  'another provider cannot sort an offering');
select tests.act_as('tara');
select is(api.set_offering_categories(tests.id('offering walk'),
    array[tests.id('agility'), tests.id('puppies'), tests.id('puppies')]), 2,
  'a provider puts an offering into categories');
select is(api.set_offering_categories(tests.id('offering walk'), array[tests.id('puppies')]), 1,
  'a provider replaces the categories of an offering');
select throws_ok(format('select api.set_offering_categories(%L, %L)', tests.id('offering walk'),
    array[tests.id('nothing')]), 'M4103', 'category_not_found',
  'an offering cannot be put into a category that is none');
select throws_ok('delete from core.offering_category', '42501', null,
  'categories of offerings are written through the function alone');

select tests.act_as_anonymous();
select results_eq('select offering_id, category_id from core.offering_category',
  $$ values (tests.id('offering walk'), tests.id('puppies')) $$,
  'everybody reads what stands in a category');
select tests.act_as_nobody();
update core.offering set is_active = false;
select tests.act_as_anonymous();
select is_empty('select * from core.offering_category',
  'what is not published is not found by its category');

select tests.act_as('tara');
select ok(api.set_offering_category(tests.id('offering walk'), tests.id('agility'), true),
  'a provider puts an offering into one more category');
select ok(not api.set_offering_category(tests.id('offering walk'), tests.id('agility'), true),
  'an offering that stands in a category is not put there again');
select ok(api.set_offering_category(tests.id('offering walk'), tests.id('agility'), false),
  'a provider takes an offering out of one category');
select tests.act_as('uwe');
select throws_ok(format('select api.set_offering_category(%L, %L, true)', tests.id('offering walk'),
    tests.id('agility')), 'M4101', null, 'another provider cannot add a category');
select tests.act_as('tara');
select throws_ok(format('select api.remove_category(%L)', tests.id('puppies')), 'M3301',
  'staff_only', 'a provider cannot remove a category');
select tests.act_as('sam');
select lives_ok(format('select api.remove_category(%L)', tests.id('puppies')),
  'staff removes a category');
select throws_ok(format('select api.remove_category(%L)', tests.id('puppies')), 'M4103',
  'category_not_found', 'a category is removed once');
select tests.act_as_nobody();
select is((select count(*) from core.audit_log where entity = 'category'), 4::bigint,
  'what staff does with categories is in the audit log');

select * from finish();
rollback;
