-- What people write they can read: each their own, through api.

begin;
select plan(27);

select tests.offer('lesson', 'tara', 0, p_starts => now() + interval '10 days');
select tests.offer('done', 'tara', 0, p_starts => now() + interval '2 hours');
select tests.introduce('bob', 'carl', 'eve');
insert into core.customer select tests.id(name) from unnest(array['bob', 'carl', 'eve']) as name;
select tests.book('lesson', 'alice');
select tests.book('done', 'alice');
create temp table made as
select booking_id from core.booking where slot_id = tests.id('done');
grant select on made to public;
update core.booking
set status = 'completed', starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'
where slot_id = tests.id('done');

-- Reviews.
select tests.act_as('alice');
select lives_ok($$ select api.review_booking(booking_id, 4, 'Good') from made $$,
  'a customer reviews a booking');
select tests.act_as('tara');
select lives_ok($$ select api.review_booking(booking_id, 5, 'On time') from made $$,
  'a provider reviews it too');
prepare reviews as
select author_side, author_name, rating, comment, booking_id is not null
from api.list_reviews(tests.id('tara')) order by 1;
select results_eq('reviews',
  $$ values ('customer', 'alice', 4, 'Good', true), ('provider', 'tara', 5, 'On time', true) $$,
  'the provider reads both');
select tests.act_as('alice');
select results_eq('reviews',
  $$ values ('customer', 'alice', 4, 'Good', true), ('provider', 'tara', 5, 'On time', true) $$,
  'the customer reads both');
select is((select count(*) from made, api.list_reviews(p_booking_id => booking_id)), 2::bigint,
  'the customer reads the reviews of one booking');
select tests.act_as_anonymous();
select results_eq('reviews', $$ values ('customer', 'alice', 4, 'Good', false) $$,
  'everybody reads what the customer said, and not of which booking');
select tests.act_as('eve');
select is((select count(*) from made, api.list_reviews(p_booking_id => booking_id)), 0::bigint,
  'a stranger does not ask about a booking');
select tests.act_as_nobody();
update core.review set status = 'hidden' where author_side = 'customer';
select tests.act_as_anonymous();
select is_empty('reviews', 'a hidden review is not read');
select tests.act_as('alice');
select is((select status from api.list_reviews() where author_side = 'customer'), 'hidden',
  'a hidden review is read by its author only');

-- The waitlist.
prepare waiting as select offering_title, state, place from api.list_waitlist();
select tests.act_as('bob');
select lives_ok($$ select api.join_waitlist(tests.id('lesson')) $$,
  'a customer waits for a full slot');
select tests.act_as('carl');
select lives_ok($$ select api.join_waitlist(tests.id('lesson')) $$,
  'another customer waits for the full slot');
select results_eq('waiting', $$ values ('lesson', 'waiting', 2) $$,
  'a customer who waits sees their place');
select tests.act_as('eve');
select is_empty('waiting', 'a customer who does not wait sees no place');
select tests.act_as_anonymous();
select throws_ok('waiting', '42501', null, 'a visitor asks nothing');
select tests.act_as('alice');
select lives_ok(
  $$ update tutoring.bookings set status = 'cancelled' where slot_id = tests.id('lesson') $$,
  'a seat comes free');
select tests.act_as('bob');
select results_eq('waiting', $$ values ('lesson', 'offered', null::integer) $$,
  'the first sees that it is offered');
select tests.act_as('carl');
select results_eq('waiting', $$ values ('lesson', 'waiting', 1) $$, 'the second has moved up');

-- Notifications.
select tests.act_as('bob');
select results_eq(
  $$ select type, title, read_at is null from api.list_notifications() $$,
  $$ values ('waitlist_offer', 'A seat is free', true) $$, 'news can be read');
select results_eq('select api.mark_notifications_read()', 'values (1)',
  'a notification can be marked as read');
select is((select count(*) from api.list_notifications(true)), 0::bigint,
  'nothing is unread when all is marked as read');
select is((select count(*) from api.list_notifications(p_limit => -1)), 0::bigint,
  'a page has no negative length');
select tests.act_as('eve');
select is((select count(*) from api.list_notifications()), 0::bigint, 'others read none of it');

-- Policies, exceptions, coupons.
select tests.act_as('tara');
select lives_ok(
  $$ select api.set_cancellation_policy('mine', '[{"hours_before": 1, "refund_percent": 10}]'),
            api.block_time(now() + interval '20 days', now() + interval '21 days', 'Dentist'),
            api.create_coupon('tara10', 10) $$,
  'a provider has a policy, a block and a coupon');
select results_eq(
  $$ select string_agg(name, ', ' order by name) from api.list_cancellation_policies() $$,
  $$ values ('flexible, mine, moderate, strict') $$,
  'a provider reads their cancellation policies');
select results_eq($$ select kind, reason from api.list_exceptions() $$,
  $$ values ('block', 'Dentist') $$, 'the exceptions with their reasons');
select results_eq($$ select code, percent, is_active from api.list_coupons() $$,
  $$ values ('TARA10', 10, true) $$, 'a provider reads their coupons');
select tests.act_as('eve');
select results_eq(
  $$ select (select count(*) from api.list_exceptions()), (select count(*) from api.list_coupons()),
            (select count(*) from api.list_cancellation_policies()) $$,
  'values (0::bigint, 0::bigint, 3::bigint)', 'another person reads none of these');

select * from finish();
rollback;
