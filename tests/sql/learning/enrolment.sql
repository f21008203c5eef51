-- Enrolments: how one gets into a course, and until when one stays.

begin;
select plan(40);

select tests.course('free', 'tara', 0);
select tests.course('yoga', 'tara', 5000);
select tests.course('run', 'uwe', 3000);
select tests.introduce('alice', 'bob', 'eve');
insert into core.customer values (tests.id('alice')), (tests.id('bob'));
grant usage on schema core to anon, authenticated;
create function tests.opens(p_person text, p_course text)
returns boolean
language plpgsql
as $$
declare
  v_opens boolean;
begin
  perform tests.act_as(p_person);
  v_opens := exists (select from core.course_body as b
                     where b.offering_id = tests.id('offering ' || p_course));
  perform tests.act_as_nobody();
  return v_opens;
end
$$;

-- Free.
select tests.act_as_anonymous();
select throws_ok($$ select api.enrol(tests.id('offering free')) $$, '42501', null,
  'an anonymous caller cannot enter a course');
select tests.act_as('eve');
select lives_ok($$ select api.enrol(tests.id('offering free')) $$,
  'somebody who is no customer yet enters a free course');
select throws_ok($$ select api.enrol(tests.id('offering free')) $$, 'M9801', 'already_enrolled',
  'nobody enters a course twice');
select throws_ok($$ select api.enrol(tests.id('offering yoga')) $$, 'M2801', 'course_costs_money',
  'a course that costs money is not entered for nothing');
select throws_ok($$ select api.enrol(tests.id('nothing')) $$, 'M4801', null,
  'a course that does not exist cannot be entered');
select throws_ok($$ select api.enrol(tests.id('offering free'), tests.id('bob')) $$, '42501', null,
  'nobody enters a course in another''s name');
select tests.act_as('tara');
select throws_ok($$ select api.enrol(tests.id('offering free')) $$, 'M3201', null,
  'a provider cannot enter their own course');
select ok(tests.opens('eve', 'free'), 'a learner of a free course opens it');
select tests.act_as_nobody();
update core.offering set is_active = false where title = 'free';
select tests.act_as('bob');
select throws_ok($$ select api.enrol(tests.id('offering free')) $$, 'M9205', null,
  'a course that was taken down cannot be entered');
select tests.act_as_nobody();
update core.offering set is_active = true where title = 'free';

-- Bought.
select tests.act_as('alice');
select is((api.quote_order(tests.items('yoga')) ->> 'amount_minor')::bigint, 5000::bigint,
  'a quote tells what a course costs');
select throws_ok($$ select api.place_order(jsonb_build_array(jsonb_build_object(
  'offering_id', tests.id('offering yoga'), 'quantity', 2))) $$, 'M0305', null,
  'a course cannot be ordered twice at once');
select tests.act_as_nobody();
create table paid as select tests.basket('alice', null, 'yoga', 'run') as payment_id;
grant select on paid to public;
select results_eq($$ select kind, provider_id, total_minor from core.order_line order by 3 $$,
  $$ values ('enrolment', tests.id('uwe'), 3000::bigint),
            ('enrolment', tests.id('tara'), 5000::bigint) $$,
  'courses of two providers are ordered at once, each in a line of its own');
select ok(not tests.opens('alice', 'yoga'), 'a learner who has not paid does not open the course');
select tests.act_as('alice');
select throws_ok($$ select api.place_order(tests.items('yoga')) $$, 'M9802', 'enrolment_pending',
  'a course that waits to be paid cannot be ordered again');
select tests.act_as_nobody();
select is(tests.arrives(payment_id), 'done', 'the money for the course arrives') from paid;
select ok(tests.opens('alice', 'yoga') and tests.opens('alice', 'run'),
  'a learner who has paid opens both courses');
select is(count(*), 2::bigint, 'the payment makes one enrolment for each course')
from core.enrolment where enrolled_at is not null and customer_id = tests.id('alice');
select tests.act_as('alice');
select throws_ok($$ select api.place_order(tests.items('yoga')) $$, 'M9801', 'already_enrolled',
  'a course that one is in cannot be ordered');
select tests.act_as('bob');
select is_empty($$ select * from core.enrolment $$, 'a stranger sees no enrolment');
select tests.act_as('tara');
select results_eq($$ select count(*) from core.enrolment $$, 'values (2::bigint)',
  'a provider sees who is in their courses');
select results_eq($$ select display_name from core.person order by display_name $$,
  $$ values ('alice'), ('eve'), ('tara'), ('uwe') $$,
  'a provider sees the names of those in their courses');
select is_empty($$ select * from core.customer where customer_id <> tests.id('tara') $$,
  'a provider cannot read what a learner has told of themselves');

-- Given back, line by line.
select tests.act_as_service();
select lives_ok($$
  select api.refund_payment(payment_id, p_lines => jsonb_build_array(jsonb_build_object(
    'order_line_id', tests.line(payment_id, 'yoga'), 'amount_minor', 1000))) from paid
$$, 'part of a course is given back');
select tests.act_as_nobody();
select ok(tests.opens('alice', 'yoga'), 'a course of which a part was given back stays open');
select tests.act_as_service();
select lives_ok($$
  select api.refund_payment(payment_id, p_lines => jsonb_build_array(jsonb_build_object(
    'order_line_id', tests.line(payment_id, 'yoga')))) from paid
$$, 'the rest of it is given back');
select tests.act_as_nobody();
select ok(not tests.opens('alice', 'yoga'), 'a course that was given back whole is closed at once');
select ok(tests.opens('alice', 'run'), 'the other course of the same payment stays open');
select is(array_agg(r order by r), array['create_payment', 'refund', 'refund'],
  'Stripe is asked for both refunds') from tests.stripe_does() as r;
select ok(not tests.opens('alice', 'yoga'), 'a refund that has arrived leaves the course closed');

-- Bought again, and paid twice.
create table again as
select tests.basket('alice', null, 'yoga') as payment_id;
select is(tests.arrives(payment_id), 'done', 'a course is bought again') from again;
select ok(tests.opens('alice', 'yoga'), 'a course that was bought again is open');
select is(count(*), 1::bigint, 'a customer has one enrolment in a course, however often they buy it')
from core.enrolment
where customer_id = tests.id('alice') and offering_id = tests.id('offering yoga');

create table late as select tests.basket('bob', null, 'yoga') as payment_id;
update core.order set expires_at = now() where order_id in (
  select order_id from core.payment join late using (payment_id));
create table second as select tests.basket('bob', null, 'yoga') as payment_id;
select is(tests.arrives(payment_id), 'done', 'a payment that came too late arrives') from late;
select ok(tests.opens('bob', 'yoga'), 'a payment that came late opens the course while it can');
select is(tests.arrives(payment_id), 'done', 'the second payment arrives') from second;
select results_eq($$ select cause, amount_minor from core.refund join second using (payment_id) $$,
  $$ values ('orphan', 5000::bigint) $$, 'the second payment of one course goes back');

-- Lost to the bank of the payer.
select ok(tests.opens('alice', 'run'), 'a course that was paid is open before the dispute');
select tests.event('evt_lost', 'charge.dispute.closed', tests.dispute(
  payment_id, 'dp_1', 'lost', (
    select jsonb_build_array(jsonb_build_object(
      'id', 'txn_1', 'fee', 0, 'currency', lower(currency), 'amount', -amount_minor,
      'net', -amount_minor))
    from core.payment where payment_id = paid.payment_id))) from paid;
select ok(not tests.opens('alice', 'run'), 'a dispute that is lost closes the course');

-- Suspended.
select tests.act_as_nobody();
select tests.make_staff('sam');
select tests.act_as('sam');
select api.suspend_person(tests.id('tara'), 'rude');
select tests.act_as_anonymous();
select is_empty($$ select * from core.lesson where provider_id = tests.id('tara') $$,
  'the courses of a suspended provider are not shown');
select ok(tests.opens('eve', 'free'), 'a learner still opens the course of a suspended provider');

select * from finish();
rollback;
