-- Wishes: a person's own list of products.

begin;
select plan(13);

select tests.introduce('alice', 'bob');
select tests.goods('tea', 'tara', 1000);
select tests.goods('mug', null, 500);
select tests.offer('lesson', 'tara', 5000);
prepare wish (text) as select api.add_wish(tests.id('offering ' || $1));
prepare unwish (text) as select api.remove_wish(tests.id('offering ' || $1));
prepare wished as select o.title from core.wish join core.offering as o using (offering_id) order by 1;
grant usage on schema core to authenticated;

select tests.act_as_anonymous();
select throws_ok($$ execute wish('tea') $$, '42501', null,
  'an anonymous caller cannot wish for a product');
select tests.act_as('alice');
select results_eq($$ execute wish('tea') $$, 'values (true)', 'a person wishes for a product');
select results_eq($$ execute wish('mug') $$, 'values (true)',
  'a person wishes for what the marketplace sells itself');
select results_eq($$ execute wish('tea') $$, 'values (false)',
  'a wish that is made again stays one');
select throws_ok($$ execute wish('lesson') $$, 'M4306', 'product_not_found',
  'a person cannot wish for a session');
select results_eq('wished', $$ values ('mug'), ('tea') $$, 'a person sees their own wishes');
select tests.act_as('bob');
select is_empty('wished', 'a person cannot see the wishes of another');
select results_eq($$ execute unwish('tea') $$, 'values (false)',
  'a person cannot take away the wish of another');
select tests.act_as('alice');
select results_eq($$ execute unwish('tea') $$, 'values (true)', 'a person takes a wish away');
select results_eq('wished', $$ values ('mug') $$, 'a wish that was taken away is gone');

select tests.act_as('bob');
select throws_ok($$ select api.add_wish(tests.id('offering tea'), tests.id('eve')) $$, '42501', null,
  'a person cannot wish in the name of another');
select api.add_wish(tests.id('offering tea'));
select isnt_empty($$ select from jsonb_array_elements(api.export_my_data() -> 'wishes') $$,
  'a wish is in the export of whose it is');
select api.erase_me();
select tests.act_as_nobody();
select is_empty($$ select from core.wish where person_id = tests.id('bob') $$,
  'an erased person leaves no wish');

select * from finish();
rollback;
