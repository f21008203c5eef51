-- The vocabulary itself: names, ids and acting.

begin;
select plan(3);

select is(
  tests.id('alice'), 'f7d8be13-2a72-5104-bd02-7a5964737a91'::uuid,
  'a name has the same id in SQL as in Rust');

select tests.act_as('alice');

select is(current_user::text, 'authenticated', 'a person acts in the role authenticated');
select is(
  current_setting('app.user_id'), tests.id('alice')::text,
  'a person acts under their own user id');

select * from finish();
rollback;
