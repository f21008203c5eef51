-- Favourites: a person's own, of providers that can be found.

begin;
select plan(14);

select tests.introduce('alice', 'bob', 'tara', 'uwe');
insert into core.provider (provider_id) values (tests.id('tara')), (tests.id('uwe'));
update core.person set status = 'suspended' where person_id = tests.id('uwe');
prepare mark (text) as select api.add_favorite(tests.id($1));
prepare unmark (text) as select api.remove_favorite(tests.id($1));
prepare marked as select p.display_name from core.favorite as f
join core.person as p on p.person_id = f.provider_id;
grant usage on schema core to authenticated;

select tests.act_as_anonymous();
select throws_ok($$ execute mark('tara') $$, '42501', null,
  'an anonymous caller cannot mark a favourite');
select tests.act_as('alice');
select results_eq($$ execute mark('tara') $$, 'values (true)', 'a person marks a favourite');
select results_eq($$ execute mark('tara') $$, 'values (false)',
  'a favourite that is marked again stays one');
select throws_ok($$ execute mark('bob') $$, 'M4001', 'provider_not_found',
  'a person who is no provider cannot be a favourite');
select throws_ok($$ execute mark('uwe') $$, 'M4001', 'provider_not_found',
  'a suspended provider cannot be marked');
select results_eq('marked', $$ values ('tara') $$, 'a person sees their own favourites');
select tests.act_as('tara');
select is_empty('marked', 'a provider cannot see whose favourite they are');
select tests.act_as('bob');
select is_empty('marked', 'a person cannot see the favourites of another');
select results_eq($$ execute unmark('tara') $$, 'values (false)',
  'a person cannot take away the mark of another');
select tests.act_as('alice');
select results_eq($$ execute unmark('tara') $$, 'values (true)', 'a person takes a mark away');
select is_empty('marked', 'a favourite that was taken away is gone');

select tests.act_as('bob');
select throws_ok($$ select api.add_favorite(tests.id('tara'), tests.id('alice')) $$, '42501', null,
  'a person cannot mark a favourite in the name of another');
select api.add_favorite(tests.id('tara'), tests.id('bob'));
select isnt_empty($$ select from jsonb_array_elements(api.export_my_data() -> 'favourites') $$,
  'a favourite is in the export of whose it is');
select api.erase_me();
select tests.act_as_nobody();
select is_empty($$ select from core.favorite where person_id = tests.id('bob') $$,
  'an erased person leaves no favourite');

select * from finish();
rollback;
