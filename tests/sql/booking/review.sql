-- Reviews: one a side, of what took place, by those who were there.

begin;
select plan(29);

select tests.offer('lesson', 'tara', 5000);
select tests.offer('second', 'tara', 5000, p_starts => now() + interval '11 days');
select tests.introduce('eve', 'staff');
select tests.make_staff('staff');
select tests.paid('lesson', 'alice');
select tests.paid('second', 'bob');
select set_config('test.lesson', booking_id::text, true)
from core.booking where customer_id = tests.id('alice');
select set_config('test.second', booking_id::text, true)
from core.booking where customer_id = tests.id('bob');

prepare review (text, integer) as
select count(api.review_booking(current_setting('test.' || $1)::uuid, $2, ' Good. '));
prepare rating as select rating from tutoring.expert_profiles where id = tests.id('tara');

select tests.act_as('alice');
select throws_ok(
  $$ execute review('lesson', 5) $$, 'M9502', 'booking_not_completed',
  'a booking cannot be reviewed before it took place');
select tests.act_as_nobody();
select tests.let_pass('13 days');
select tests.act_as('tara');
select count(*) from api.complete_booking(current_setting('test.lesson')::uuid);
select count(*) from api.complete_booking(current_setting('test.second')::uuid);

select tests.act_as('eve');
select throws_ok(
  $$ execute review('lesson', 1) $$, 'M4203', 'booking_not_found',
  'a stranger cannot review a booking');
select tests.act_as('bob');
select throws_ok(
  $$ execute review('lesson', 1) $$, 'M4203', 'booking_not_found',
  'another learner cannot review a booking');
select tests.act_as('staff');
select throws_ok($$ execute review('lesson', 1) $$, 'M3501', 'parties_only',
  'staff cannot review a booking');
select tests.act_as('alice');
select throws_ok($$ execute review('lesson', 0) $$, 'M0501', 'rating_invalid',
  'a rating of less than one star is refused');
select throws_ok($$ execute review('lesson', 6) $$, 'M0501', 'rating_invalid',
  'a rating of more than five stars is refused');
select throws_ok($$ execute review('lesson', null) $$, 'M0501', 'rating_invalid',
  'a review without a rating is refused');
select results_eq('rating', 'values (null::numeric(3, 2))',
  'an expert without reviews has no rating');
select lives_ok($$ execute review('lesson', 5) $$, 'the learner reviews a booking that took place');
select throws_ok($$ execute review('lesson', 1) $$, 'M9504', 'already_reviewed',
  'a booking cannot be reviewed twice by the same side');
select results_eq('rating', 'values (5::numeric(3, 2))',
  'the first review is the expert''s rating');
select tests.act_as('bob');
select lives_ok($$ execute review('second', 2) $$, 'another learner reviews the same expert');
select results_eq('rating', 'values (3.5::numeric(3, 2))',
  'an expert''s rating is the mean of their reviews');
select tests.act_as('tara');
select lives_ok($$ execute review('lesson', 1) $$, 'the expert reviews the learner');
select results_eq('rating', 'values (3.5::numeric(3, 2))',
  'a review of the learner does not change the expert''s rating');

-- Answers.
select tests.act_as_nobody();
select set_config('test.review', review_id::text, true)
from core.review where author_id = tests.id('alice');
select set_config('test.own', review_id::text, true)
from core.review where author_id = tests.id('tara');
prepare answer as select api.reply_to_review(current_setting('test.review')::uuid, ' Thanks. ');

select tests.act_as_anonymous();
select throws_ok('answer', '42501', null, 'an anonymous caller cannot reply to a review');
select tests.act_as('eve');
select throws_ok('answer', 'M4502', 'review_not_found', 'a stranger cannot reply to a review');
select tests.act_as('alice');
select throws_ok('answer', 'M4502', 'review_not_found',
  'the author of a review cannot reply to it');
select tests.act_as('tara');
select throws_ok(
  $$ select api.reply_to_review(current_setting('test.own')::uuid, 'x') $$,
  'M4502', 'review_not_found', 'an expert cannot reply to the review they wrote');
select lives_ok('answer', 'the person reviewed replies to the review');
select tests.act_as_nobody();
select results_eq(
  $$ select comment, reply from core.review where author_id = tests.id('alice') $$,
  $$ values ('Good.', 'Thanks.') $$,
  'the review and the reply are kept without surrounding spaces');

-- Not for ever.
select tests.offer('third', 'tara', 0);
select tests.book('third', 'carl');
select tests.let_pass('80 days');
update core.booking set status = 'completed' where customer_id = tests.id('carl');
select set_config('test.third', booking_id::text, true)
from core.booking where customer_id = tests.id('carl');
select tests.act_as('carl');
select throws_ok(
  $$ execute review('third', 1) $$, 'M9503', 'review_window_over',
  'a booking cannot be reviewed long after it took place');

-- By the fields of a row.
select tests.act_as('alice');
select throws_ok(format($$ select api.save_review('{"booking_id": "%s", "rating": 1}') $$,
  current_setting('test.lesson')), 'M0018', null, 'a review that was written cannot be changed');
select throws_ok(format($$ select api.save_review('{"booking_id": "%s"}', 'fail') $$,
  current_setting('test.lesson')), '23505', null, 'a second review is refused when asked so');
select throws_ok(format($$ select api.save_review('{"booking_id": "%s", "rating": 5}') $$,
  current_setting('test.third')), 'M4203', 'booking_not_found',
  'nobody reviews the booking of another by its fields');
select tests.act_as('carl');
select throws_ok(format($$ select api.save_review('{"booking_id": "%s", "author_id": "%s", "rating": 5}') $$,
  current_setting('test.third'), tests.id('alice')), '42501', null,
  'nobody reviews in the name of another');
select throws_ok(format($$ select api.save_review('{"booking_id": "%s", "rating": 5}') $$,
  current_setting('test.third')), 'M9503', 'review_window_over',
  'a review by its fields meets the same refusals');
select tests.act_as_nobody();
select set_config('test.review', review_id::text, true)
from core.review where author_side = 'customer' limit 1;
select tests.act_as('tara');
select lives_ok(format($$ select api.save_review('{"review_id": "%s", "reply": "Thank you"}') $$,
  current_setting('test.review')), 'a provider answers by the fields of a row');
select tests.act_as_nobody();
select is((select reply from core.review where review_id::text = current_setting('test.review')),
  'Thank you', 'the answer stands under the review');

select * from finish();
rollback;
