-- The settings of the marketplace: read by everybody, written by nobody who calls.

begin;
select plan(5);

update core.marketplace
set name = 'Lessons', default_currency = 'DKK', hold_min = 20, commission_bp = 1234;

select tests.act_as_anonymous();
select results_eq(
  $$ select m ->> 'name', m ->> 'currency', m ->> 'hold_min' from api.marketplace() as m $$,
  $$ values ('Lessons', 'DKK', '20') $$, 'an anonymous caller reads the marketplace''s settings');
select is(
  (select array_agg(k order by k) from jsonb_object_keys(api.marketplace()) as k),
  '{currency,hold_min,name,review_window_days,slot_horizon_days,timezone}',
  'the settings that everybody reads are those a front end needs, and no others');
select tests.act_as('alice');
select is(api.marketplace() ->> 'name', 'Lessons', 'a signed-in person reads the settings');
select throws_ok('update core.marketplace set commission_bp = 0', '42501', null,
  'a signed-in person cannot change the commission');
select tests.act_as_service();
select throws_ok('update core.marketplace set commission_bp = 0', '42501', null,
  'the service cannot change the commission');

select * from finish();
rollback;
