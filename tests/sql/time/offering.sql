-- Offerings: making sessions, by function and by the lens, and taking them down.

begin;
select plan(63);

select tests.introduce('tara', 'uwe', 'alice');
insert into core.provider (provider_id) values (tests.id('tara')), (tests.id('uwe'));

prepare make_session (text, integer, integer, text) as
select tutoring.create_session(tests.id('tara'), $1, 'About.', $2, $3, $4);

select tests.act_as_anonymous();
select throws_ok(
  $$ execute make_session('Danish', 60, 50000, 'DKK') $$, '42501', null,
  'an anonymous caller cannot make a session');

select tests.act_as('alice');
select throws_ok(
  $$ execute make_session('Danish', 60, 50000, 'DKK') $$, '42501',
  'The user id given is not that of the caller.',
  'a person cannot make a session in another''s name');
select throws_ok(
  $$ select api.save_offering('{"title": "Danish", "duration_min": 60, "price_minor": 50000}') $$,
  'M4001', 'provider_not_found', 'a person who is no provider cannot make a session');

select tests.act_as('tara');
select lives_ok($$ execute make_session(' Danish ', 60, 50000, 'dkk') $$,
  'an expert makes a session');
select results_eq(
  'select title, duration_minutes, price_cents, currency, is_active, max_participants
   from tutoring.sessions',
  $$ values ('Danish', 60, 50000::bigint, 'DKK', true, 1) $$, 'a new session has what the expert gave');
select api.save_offering('{"title": "Default", "duration_min": 15, "price_minor": 0}');
select is(
  (select currency from tutoring.sessions where title = 'Default'), 'DKK',
  'a session without a currency has the provider''s');
select throws_ok(
  $$ execute make_session('  ', 60, 50000, 'DKK') $$, 'M0104', 'title_required',
  'a session without a title is refused');
select throws_ok(
  $$ execute make_session('x', 50, 50000, 'DKK') $$, 'M0105', 'duration_invalid',
  'a duration that is not in quarters of an hour is refused');
select throws_ok(
  $$ execute make_session('x', 0, 50000, 'DKK') $$, 'M0105', 'duration_invalid',
  'a duration of nothing is refused');
select throws_ok(
  $$ execute make_session('x', 1455, 50000, 'DKK') $$, 'M0105', 'duration_invalid',
  'a duration of more than a day is refused');
select throws_ok(
  $$ execute make_session('x', null, 50000, 'DKK') $$, 'M0105', 'duration_invalid',
  'a session without a duration is refused');
select throws_ok(
  $$ execute make_session('x', 60, 50000, 'XXX') $$, 'M0101', 'currency_unknown',
  'a session in an unknown currency is refused');
select throws_ok(
  $$ execute make_session('x', 60, -1, 'DKK') $$, 'M0102', 'price_out_of_range',
  'a negative price is refused');
select throws_ok(
  $$ execute make_session('x', 60, 100000000, 'DKK') $$, 'M0102', 'price_out_of_range',
  'a price of more than a card can be charged is refused');
select throws_ok(
  $$ execute make_session('x', 60, null, 'DKK') $$, 'M0102', 'price_out_of_range',
  'a session without a price is refused');
select throws_ok(
  $$ execute make_session('x', 60, 249, 'DKK') $$, 'M0103', 'price_not_chargeable',
  'a price of less than a card can be charged is refused');
select throws_ok(
  $$ execute make_session('x', 60, 1005, 'KWD') $$, 'M0103', 'price_not_chargeable',
  'a price between the steps of its currency is refused');
-- Stripe lists no least charge for these, and takes none of less than half a dollar.
select tests.act_as_nobody();
update core.marketplace
set settlement_currencies = settlement_currencies || '{KES,UGX,KWD,NPR}';
select tests.act_as('tara');
select throws_ok(
  format('execute make_session(%L, 60, %s, %L)', 'x', x.price, x.currency), 'M0103',
  'price_not_chargeable', format('a price of %s minor units of %s is refused', x.price, x.currency))
from (values (100, 'KES'), (10000, 'UGX'), (100, 'KWD'), (100, 'NPR')) as x(price, currency);
select tests.act_as_nobody();
select is_empty(
  $$ select currency from core.currency
     where charge_min_minor < 30 or charge_min_minor % charge_step <> 0 $$,
  'each currency has a least charge, which is one of its steps');
select tests.act_as('tara');
select lives_ok($$ execute make_session('Free', 60, 0, 'KWD') $$,
  'a free session is accepted in every currency');

-- The short description.
select api.save_offering(jsonb_build_object(
  'title', 'Long', 'description', repeat('a word ', 100), 'duration_min', 60, 'price', '0'));
select is(
  (select length(short_description) > 490 and description like short_description || ' %'
   from tutoring.sessions where title = 'Long'),
  true, 'a long description is cut at a word for the short one');
select tests.act_as_nobody();
select is(internal.shorten(repeat('x', 600), 500), repeat('x', 500),
  'a description that is one long word is cut within the word');
select is(internal.shorten(repeat('x', 500) || ' y', 500), repeat('x', 500),
  'a word that ends at the limit stays in the short description');
select is(internal.shorten('  short  ', 500), 'short',
  'a description shorter than the limit is trimmed only');
select is(internal.shorten(null, 500), null, 'the short description of null is null');

-- Through the lens.
select tests.act_as('tara');
select results_eq(
  $$ insert into tutoring.sessions
       (title, duration_minutes, price_cents, level, topic_tags, materials_url)
     values ('Lens', 60, 9900, 'BEGINNER', '{a,b}', 'https://example.org/m')
     returning expert_id, level, topic_tags, materials_url, currency, is_active $$,
  $$ values (tests.id('tara'), 'BEGINNER', '{a,b}'::text[], 'https://example.org/m',
             'DKK', true) $$,
  'a session inserted through the lens is given back whole');
select throws_ok(
  $$ insert into tutoring.sessions (title, duration_minutes, price_cents) values ('x', 50, 0) $$,
  'M0105', 'duration_invalid', 'an odd duration is refused through the lens');
select throws_ok(
  $$ insert into tutoring.sessions (title, duration_minutes, price_cents) values ('x', 60, 100) $$,
  'M0103', 'price_not_chargeable', 'a price too small to charge is refused through the lens');
select throws_ok(
  $$ insert into tutoring.sessions (expert_id, title, duration_minutes, price_cents)
     values (tests.id('uwe'), 'x', 60, 0) $$, '42501', null,
  'a person cannot make a session in another''s name through the lens');
select lives_ok(
  $$ update tutoring.sessions set title = 'Renamed', materials_url = null where title = 'Lens' $$,
  'an expert edits their session');
select throws_ok(
  $$ update tutoring.sessions set expert_id = tests.id('uwe') $$, 'M0018', 'column_read_only',
  'an expert cannot give a session to another');
select throws_ok(
  $$ update tutoring.sessions set materials_url = 'javascript:x' where title = 'Renamed' $$,
  '23514', null, 'materials that are not at a web address are refused');

select tests.act_as('uwe');
select throws_ok(
  $$ update tutoring.sessions set title = 'stolen' $$, '42501', null,
  'another expert''s edit without a filter changes no session');
select throws_ok(
  $$ delete from tutoring.sessions where title = 'Renamed' $$, 'M4101', 'offering_not_found',
  'another expert cannot delete a session');

-- Taking down.
select tests.act_as_nobody();
create table own as select offering_id from core.offering where title = 'Danish';
grant select on own to authenticated;
select tests.act_as('uwe');
prepare take_down as
select tutoring.unpublish_session(id) from tutoring.sessions where title = 'Danish';

select throws_ok('take_down', 'M4101', 'offering_not_found',
  'another expert cannot take a session down');
select throws_ok(
  $$ select api.publish_offering(tests.id('x')) $$, 'M4101', 'offering_not_found',
  'an offering that does not exist cannot be published');

select tests.act_as('tara');
select lives_ok('take_down', 'an expert takes their session down');
select is(
  (select is_active from tutoring.sessions where title = 'Danish'), false,
  'an expert sees their session after taking it down');
select tests.act_as_anonymous();
select is_empty($$ select * from tutoring.sessions where title = 'Danish' $$,
  'an anonymous caller does not see a session that was taken down');
select is_empty(
  $$ select * from tutoring.expert_sessions where title = 'Danish' $$,
  'an anonymous caller does not see it in expert_sessions either');
select tests.act_as('tara');
select lives_ok(
  $$ select tutoring.publish_session(id) from tutoring.sessions where title = 'Danish' $$,
  'an expert publishes their session again');
select lives_ok(
  $$ delete from tutoring.sessions where title = 'Renamed' $$,
  'an expert deletes a session that nobody booked');

-- By core's own words.
select tests.act_as_nobody();
prepare active as
select is_active, published_at is not null from core.offering where title = 'Danish';
select tests.act_as('uwe');
select throws_ok(
  $$ select api.unpublish_offering(o.offering_id) from own as o $$, 'M4101', 'offering_not_found',
  'another provider cannot unpublish an offering');
select tests.act_as('tara');
select lives_ok(
  $$ select api.unpublish_offering(o.offering_id) from own as o, generate_series(1, 2) $$,
  'a provider unpublishes an offering as often as they like');
select tests.act_as_nobody();
select results_eq('active', 'values (false, true)', 'an unpublished offering is not active');
select tests.act_as('tara');
select lives_ok($$ select api.publish_offering(o.offering_id) from own as o $$,
  'a provider publishes an offering again');
select tests.act_as_nobody();
select results_eq('active', 'values (true, true)', 'a published offering is active');

-- Removing by core's own word.
select tests.act_as_nobody();
insert into core.offering (offering_id, provider_id, title, duration_min, price_minor)
values (tests.id('unwanted'), tests.id('tara'), 'unwanted', 60, 0);
select tests.act_as('uwe');
select throws_ok($$ select api.remove_offering(tests.id('unwanted')) $$, 'M4101',
  'offering_not_found', 'another provider cannot remove an offering');
select tests.act_as('tara');
select lives_ok($$ select api.remove_offering(tests.id('unwanted')) $$,
  'a provider removes an offering that was never booked');
select throws_ok($$ select api.remove_offering(tests.id('unwanted')) $$, 'M4101',
  'offering_not_found', 'an offering is removed once');

-- Materials are for those who have booked.
select tests.act_as_nobody();
select tests.offer('lesson', 'tara', 5000);
insert into core.offering_material
values (tests.id('offering lesson'), 'https://example.org/secret');
select tests.book('lesson', 'alice');

prepare materials as
select materials_url from tutoring.sessions where id = tests.id('offering lesson');

select tests.act_as('alice');
select results_eq('materials', 'values (null::text)',
  'a learner who holds a seat does not see the materials');
select tests.act_as_nobody();
select tests.event('evt_1', 'payment_intent.succeeded', tests.intent(payment_id, 'succeeded'))
from core.payment;
select tests.act_as('alice');
select results_eq(
  'materials', $$ values ('https://example.org/secret') $$,
  'a learner who has paid sees the materials');
select tests.act_as('uwe');
select results_eq('materials', 'values (null::text)', 'another expert does not see the materials');
select tests.act_as('tara');
select results_eq(
  'materials', $$ values ('https://example.org/secret') $$,
  'the session''s own expert sees the materials');
select throws_ok(
  $$ delete from tutoring.sessions where id = tests.id('offering lesson') $$, 'M9106', 'offering_in_use',
  'a session that was booked cannot be deleted');
select throws_ok($$ select api.remove_offering(tests.id('offering lesson')) $$, 'M9106',
  'offering_in_use', 'an offering that was booked cannot be removed');
select lives_ok(
  $$ select tutoring.unpublish_session(tests.id('offering lesson')) $$,
  'a session that was booked can be taken down');
select tests.act_as('alice');
select results_eq(
  'materials', $$ values ('https://example.org/secret') $$,
  'a learner who has paid sees the materials after it was taken down');

select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('tara');
select tests.act_as('tara');
select throws_ok(
  $$ execute make_session('Danish', 60, 50000, 'DKK') $$, 'M3001', 'person_suspended',
  'a suspended expert cannot make a session');
select throws_ok(
  $$ insert into tutoring.sessions (title, duration_minutes, price_cents) values ('x', 60, 0) $$,
  'M3001', 'person_suspended', 'a suspended expert cannot make a session through the lens');

select * from finish();
rollback;
