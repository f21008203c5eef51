-- Offerings: making sessions, by function and by the lens, and taking them down.

begin;
select plan(49);

select tests.introduce('tara', 'uwe', 'alice');
insert into core.provider (provider_id) values (tests.id('tara')), (tests.id('uwe'));

prepare make_session (text, integer, integer, text) as
select tutoring.create_session(tests.id('tara'), $1, 'About.', $2, $3, $4);

select tests.act_as_anonymous();
select throws_ok(
  $$ execute make_session('Danish', 60, 50000, 'DKK') $$, '42501', null,
  'nobody offers without signing in');

select tests.act_as('alice');
select throws_ok(
  $$ execute make_session('Danish', 60, 50000, 'DKK') $$, '42501',
  'The user id given is not that of the caller.', 'nobody offers in another''s name');
select throws_ok(
  $$ select api.create_session(tests.id('alice'), 'Danish', null, 60, 50000) $$,
  'M4002', 'expert_not_found', 'a learner offers nothing');

select tests.act_as('tara');
select lives_ok($$ execute make_session(' Danish ', 60, 50000, 'dkk') $$, 'an expert offers');
select results_eq(
  'select title, duration_minutes, price_cents, currency, is_active, max_participants
   from tutoring.sessions',
  $$ values ('Danish', 60, 50000, 'DKK', true, 1) $$, 'a session with what was said');
select api.create_session(tests.id('tara'), 'Default', null, 15, 0);
select is(
  (select currency from tutoring.sessions where title = 'Default'), 'DKK',
  'in Danish crowns unless said otherwise');
select throws_ok(
  $$ execute make_session('  ', 60, 50000, 'DKK') $$, 'M0104', 'title_required', 'with a title');
select throws_ok(
  $$ execute make_session('x', 50, 50000, 'DKK') $$, 'M0105', 'duration_invalid',
  'of quarters of an hour');
select throws_ok(
  $$ execute make_session('x', 0, 50000, 'DKK') $$, 'M0105', 'duration_invalid', 'at least one');
select throws_ok(
  $$ execute make_session('x', 1455, 50000, 'DKK') $$, 'M0105', 'duration_invalid',
  'at most a day of them');
select throws_ok(
  $$ execute make_session('x', null, 50000, 'DKK') $$, 'M0105', 'duration_invalid', 'and not none');
select throws_ok(
  $$ execute make_session('x', 60, 50000, 'XXX') $$, 'M0101', 'currency_unknown',
  'in a currency there is');
select throws_ok(
  $$ execute make_session('x', 60, -1, 'DKK') $$, 'M0102', 'price_out_of_range',
  'for no less than 0');
select throws_ok(
  $$ execute make_session('x', 60, 100000000, 'DKK') $$, 'M0102', 'price_out_of_range',
  'for no more than a card can be charged');
select throws_ok(
  $$ execute make_session('x', 60, null, 'DKK') $$, 'M0102', 'price_out_of_range', 'for something');
select throws_ok(
  $$ execute make_session('x', 60, 249, 'DKK') $$, 'M0103', 'price_not_chargeable',
  'for no less than a card can be charged');
select throws_ok(
  $$ execute make_session('x', 60, 1005, 'KWD') $$, 'M0103', 'price_not_chargeable',
  'in the steps that can be charged');
select lives_ok($$ execute make_session('Free', 60, 0, 'KWD') $$, 'free is always possible');

-- The short description.
select api.create_session(tests.id('tara'), 'Long', repeat('a word ', 100), 60, 0);
select is(
  (select length(short_description) > 490 and description like short_description || ' %'
   from tutoring.sessions where title = 'Long'),
  true, 'a long description is cut at a word');
select tests.act_as_nobody();
select is(internal.shorten(repeat('x', 600), 500), repeat('x', 500), 'an endless word is cut hard');
select is(internal.shorten(repeat('x', 500) || ' y', 500), repeat('x', 500),
  'a word that fits stays');
select is(internal.shorten('  short  ', 500), 'short', 'a short one is left as it is');
select is(internal.shorten(null, 500), null, 'and none is none');

-- Through the lens.
select tests.act_as('tara');
select results_eq(
  $$ insert into tutoring.sessions
       (title, duration_minutes, price_cents, level, topic_tags, materials_url)
     values ('Lens', 60, 9900, 'BEGINNER', '{a,b}', 'https://example.org/m')
     returning expert_id, level, topic_tags, materials_url, currency, is_active $$,
  $$ values (tests.id('tara'), 'BEGINNER', '{a,b}'::text[], 'https://example.org/m',
             'DKK', true) $$,
  'an insert gives back the whole session');
select throws_ok(
  $$ insert into tutoring.sessions (title, duration_minutes, price_cents) values ('x', 50, 0) $$,
  '23514', null, 'the lens keeps the same rules');
select throws_ok(
  $$ insert into tutoring.sessions (title, duration_minutes, price_cents) values ('x', 60, 100) $$,
  'M0103', 'price_not_chargeable', 'for prices too');
select throws_ok(
  $$ insert into tutoring.sessions (expert_id, title, duration_minutes, price_cents)
     values (tests.id('uwe'), 'x', 60, 0) $$, '42501', null, 'nobody offers in another''s name');
select lives_ok(
  $$ update tutoring.sessions set title = 'Renamed', materials_url = null where title = 'Lens' $$,
  'an expert edits');
select throws_ok(
  $$ update tutoring.sessions set expert_id = tests.id('uwe') $$, '42501', null,
  'nobody gives a session away');
select throws_ok(
  $$ update tutoring.sessions set materials_url = 'javascript:x' where title = 'Renamed' $$,
  '23514', null, 'materials are on the web');

select tests.act_as('uwe');
select throws_ok(
  $$ update tutoring.sessions set title = 'stolen' $$, '42501', null,
  'another expert edits nothing, naming no row');
select throws_ok(
  $$ delete from tutoring.sessions where title = 'Renamed' $$, '42501', null, 'nor deletes');

-- Taking down.
prepare take_down as
select tutoring.unpublish_session(id) from tutoring.sessions where title = 'Danish';

select throws_ok('take_down', 'M4101', 'offering_not_found', 'another expert takes nothing down');
select throws_ok(
  $$ select api.publish_offering(tests.id('x')) $$, 'M4101', 'offering_not_found',
  'what is not there is not published');

select tests.act_as('tara');
select lives_ok('take_down', 'an expert takes their session down');
select is(
  (select is_active from tutoring.sessions where title = 'Danish'), false, 'and sees it still');
select tests.act_as_anonymous();
select is_empty($$ select * from tutoring.sessions where title = 'Danish' $$, 'strangers do not');
select is_empty(
  $$ select * from tutoring.expert_sessions where title = 'Danish' $$, 'by its old name neither');
select tests.act_as('tara');
select lives_ok(
  $$ select tutoring.publish_session(id) from tutoring.sessions where title = 'Danish' $$,
  'it can be put up again');
select lives_ok(
  $$ delete from tutoring.sessions where title = 'Renamed' $$, 'one that nobody booked can go');

-- Materials are for those who have booked.
select tests.act_as_nobody();
select tests.offer('lesson', 'tara', 5000);
insert into core.offering_material
values (tests.id('offering lesson'), 'https://example.org/secret');
select tests.book('lesson', 'alice');

prepare materials as
select materials_url from tutoring.sessions where id = tests.id('offering lesson');

select tests.act_as('alice');
select results_eq('materials', 'values (null::text)', 'a hold opens no materials');
select tests.act_as_nobody();
select tests.event('evt_1', 'payment_intent.succeeded', tests.intent(payment_id, 'succeeded'))
from core.payment;
select tests.act_as('alice');
select results_eq(
  'materials', $$ values ('https://example.org/secret') $$, 'who has paid opens them');
select tests.act_as('uwe');
select results_eq('materials', 'values (null::text)', 'nobody else does');
select tests.act_as('tara');
select results_eq(
  'materials', $$ values ('https://example.org/secret') $$, 'but their expert');
select throws_ok(
  $$ delete from tutoring.sessions where id = tests.id('offering lesson') $$, '23503', null,
  'a session that was booked is history');
select lives_ok(
  $$ select tutoring.unpublish_session(tests.id('offering lesson')) $$, 'it is taken down instead');
select tests.act_as('alice');
select results_eq(
  'materials', $$ values ('https://example.org/secret') $$, 'and stays open to who has paid');

select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('tara');
select tests.act_as('tara');
select throws_ok(
  $$ execute make_session('Danish', 60, 50000, 'DKK') $$, 'M3001', 'person_suspended',
  'who is suspended offers nothing');
select throws_ok(
  $$ insert into tutoring.sessions (title, duration_minutes, price_cents) values ('x', 60, 0) $$,
  'M3001', 'person_suspended', 'by the lens neither');

select * from finish();
rollback;
