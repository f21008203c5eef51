-- Reviews: one a side, of what took place, by those who were there.

begin;
select plan(22);

select tests.offer('lesson', 'tara', 5000);
select tests.offer('second', 'tara', 5000, p_starts => now() + interval '11 days');
select tests.introduce('eve', 'staff');
insert into core.person_role (person_id, role_id)
select tests.id('staff'), role_id from core.role where name = 'staff';
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
  $$ execute review('lesson', 5) $$, 'M9502', 'booking_not_completed', 'first it takes place');
select tests.act_as_nobody();
select tests.let_pass('13 days');
select tests.act_as('tara');
select count(*) from api.complete_booking(current_setting('test.lesson')::uuid);
select count(*) from api.complete_booking(current_setting('test.second')::uuid);

select tests.act_as('eve');
select throws_ok(
  $$ execute review('lesson', 1) $$, 'M4203', 'booking_not_found', 'a stranger was not there');
select tests.act_as('bob');
select throws_ok(
  $$ execute review('lesson', 1) $$, 'M4203', 'booking_not_found', 'nor was another learner');
select tests.act_as('staff');
select throws_ok($$ execute review('lesson', 1) $$, 'M3501', 'parties_only', 'nor was staff');
select tests.act_as('alice');
select throws_ok($$ execute review('lesson', 0) $$, 'M0501', 'rating_invalid', 'one star at least');
select throws_ok($$ execute review('lesson', 6) $$, 'M0501', 'rating_invalid', 'five at most');
select throws_ok($$ execute review('lesson', null) $$, 'M0501', 'rating_invalid', 'and some');
select results_eq('rating', 'values (null::numeric(3, 2))', 'nobody is rated before the first');
select lives_ok($$ execute review('lesson', 5) $$, 'the learner reviews');
select throws_ok($$ execute review('lesson', 1) $$, 'M9504', 'already_reviewed', 'once');
select results_eq('rating', 'values (5::numeric(3, 2))', 'and the expert is rated');
select tests.act_as('bob');
select lives_ok($$ execute review('second', 2) $$, 'another learner reviews');
select results_eq('rating', 'values (3.5::numeric(3, 2))', 'and the rating is the mean');
select tests.act_as('tara');
select lives_ok($$ execute review('lesson', 1) $$, 'the expert reviews the learner');
select results_eq('rating', 'values (3.5::numeric(3, 2))', 'which is no rating of the expert');

-- Answers.
select tests.act_as_nobody();
select set_config('test.review', review_id::text, true)
from core.review where author_id = tests.id('alice');
select set_config('test.own', review_id::text, true)
from core.review where author_id = tests.id('tara');
prepare answer as select api.reply_to_review(current_setting('test.review')::uuid, ' Thanks. ');

select tests.act_as_anonymous();
select throws_ok('answer', '42501', null, 'nobody answers without signing in');
select tests.act_as('eve');
select throws_ok('answer', 'M4502', 'review_not_found', 'nobody answers for another');
select tests.act_as('alice');
select throws_ok('answer', 'M4502', 'review_not_found', 'nor does its author');
select tests.act_as('tara');
select throws_ok(
  $$ select api.reply_to_review(current_setting('test.own')::uuid, 'x') $$,
  'M4502', 'review_not_found', 'nobody answers what they wrote themselves');
select lives_ok('answer', 'who was reviewed answers');
select tests.act_as_nobody();
select results_eq(
  $$ select comment, reply from core.review where author_id = tests.id('alice') $$,
  $$ values ('Good.', 'Thanks.') $$, 'and both stand');

-- Not for ever.
select tests.offer('third', 'tara', 0);
select tests.book('third', 'carl');
select tests.let_pass('80 days');
update core.booking set status = 'completed' where customer_id = tests.id('carl');
select set_config('test.third', booking_id::text, true)
from core.booking where customer_id = tests.id('carl');
select tests.act_as('carl');
select throws_ok(
  $$ execute review('third', 1) $$, 'M9503', 'review_window_over', 'it was too long ago');

select * from finish();
rollback;
