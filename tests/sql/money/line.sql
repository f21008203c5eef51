-- Lines: each is priced, paid, carried out and given back by itself; its seller bears it, and no
-- other. The sums of several sellers in one payment are those that once went wrong.

begin;
select plan(51);

select tests.introduce('sam', 'alice', 'bob');
insert into core.person_role (person_id, role_id)
select tests.id('sam'), r.role_id from core.role as r where r.name = 'staff';
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));

-- Commission: of each line, at the rate it was ordered at.
select tests.offer('tara10000', 'tara', 10000);
select tests.offer('tara1000', 'tara', 1000, p_starts => now() + interval '11 days');
select tests.goods('house10000', null, 10000);
select tests.goods('house20000', null, 20000);
create table paid (name text primary key, payment_id uuid);
grant select on paid to authenticated, service_role;
create function paid(p_name text) returns uuid language sql stable
return (select p.payment_id from paid as p where p.name = p_name);
insert into paid values
  ('mixed', tests.basket('alice', null, 'tara10000', 'house10000')),
  ('mostly house', tests.basket('alice', null, 'tara1000', 'house20000'));
update core.marketplace set commission_bp = 5000;
select is(tests.arrives(paid('mixed')), 'done', 'a payment of a provider and the house arrives');
select results_eq(
  $$ select l.title, e.commission_minor, e.provider_minor
     from core.earning as e join core.order_line as l using (order_line_id)
     where e.payment_id = paid('mixed') order by 1 $$,
  $$ values ('house10000', 10000::bigint, 0::bigint), ('tara10000', 1500, 8500) $$,
  'the commission of a provider''s line is of that line, at the rate when it was ordered');
select is(tests.arrives(paid('mostly house')), 'done',
  'a small line beside a large one of the house settles');
select is(tests.balance('tara', 'clearing'), 8500 + 850::bigint, 'the provider of a small line has 85 percent of it');
select is(tests.balance(null, 'revenue'), 31500 + 150::bigint, 'what the providers do not get is revenue');
update core.marketplace set commission_bp = 1500;

-- What the house sells is revenue, and its refund takes revenue back.
select tests.goods('house5000', null, 5000);
insert into paid values ('house', tests.basket('alice', null, 'house5000'));
select tests.arrives(paid('house'));
select tests.act_as('sam');
select lives_ok($$ select api.refund_payment(paid('house'), null, null, 'k') $$,
  'staff refunds what the house sold');
select tests.act_as_nobody();
select results_eq($$ select tests.balance(null, 'revenue'), tests.balance(null, 'loss') $$,
  $$ values (31650::bigint, 0::bigint) $$, 'a refund of what the house sold takes revenue back and is no loss');

-- A refund is of the lines it names, and of no others.
select tests.offer('tara a', 'tara', 10000, p_starts => now() + interval '12 days');
select tests.offer('uwe a', 'uwe', 10000, p_starts => now() + interval '12 days 2 hours');
insert into paid values ('two', tests.basket('alice', null, 'tara a', 'uwe a'));
select tests.arrives(paid('two'));
select is(tests.balance('uwe', 'clearing'), 8500::bigint, 'each of two providers has their part');
select tests.act_as('sam');
select throws_ok($$ select api.refund_payment(paid('two'), null, null, 'k', jsonb_build_array(
    jsonb_build_object('order_line_id', tests.line(paid('two'), 'uwe a'), 'amount_minor', 10001))) $$,
  'M9304', 'refund_too_large', 'more than a line has does not go back');
select throws_ok($$ select api.refund_payment(paid('two'), null, null, 'k', jsonb_build_array(
    jsonb_build_object('order_line_id', tests.line(paid('mixed'), 'house10000')))) $$,
  'M9304', 'refund_too_large', 'a refund cannot name a line of another payment');
select throws_ok($$ select api.refund_payment(paid('two'), 4001, null, 'k', jsonb_build_array(
    jsonb_build_object('order_line_id', tests.line(paid('two'), 'uwe a'), 'amount_minor', 4000))) $$,
  'M0318', 'lines_differ', 'the lines of a refund add up to its amount');
select lives_ok($$ select api.refund_payment(paid('two'), null, null, 'k', jsonb_build_array(
    jsonb_build_object('order_line_id', tests.line(paid('two'), 'uwe a'), 'amount_minor', 4000))) $$,
  'a part of one line goes back');
select throws_ok($$ select api.refund_payment(paid('two'), null, null, 'k', jsonb_build_array(
    jsonb_build_object('order_line_id', tests.line(paid('two'), 'tara a'), 'amount_minor', 4000))) $$,
  'M9305', 'refund_key_reused', 'a refund''s key cannot be used for another line');
select tests.act_as_nobody();
select results_eq($$ select tests.balance('tara', 'clearing'), tests.balance('uwe', 'clearing') $$,
  $$ values (8500 + 850 + 8500::bigint, 5100::bigint) $$, 'a refund of one line is borne by its seller, and by no other');

-- Two bookings of one payment: each cancellation gives its own line back.
create view of_two as
select l.title, l.booking_id, l.order_line_id
from core.order_line as l join core.payment as p using (order_id)
where p.payment_id = paid('two');
grant select on of_two to authenticated, service_role;
create function cancel(p_title text) returns bigint language sql
return (select c.refund_minor from of_two as t, api.cancel_booking(t.booking_id) as c
        where t.title = p_title);
select tests.act_as_service();
select is(api.quote_cancellation((select booking_id from of_two where title = 'uwe a'))
            ->> 'refund_minor', '6000', 'a quote of a cancellation says what is left of the line');
select is(cancel('uwe a'), 6000::bigint, 'a cancellation gives back what is left of its line');
select is(cancel('tara a'), 10000::bigint, 'a second cancellation on one payment gives back its own line');
select is(cancel('uwe a'), 6000::bigint, 'a cancellation asked again answers what it answered first');
select tests.act_as_nobody();
select is((select sum(amount_minor) from core.refund where payment_id = paid('two')),
  20000::numeric, 'after both cancellations all of the payment is on its way');
select results_eq($$ select tests.balance('tara', 'clearing'), tests.balance('uwe', 'clearing') $$,
  $$ values (8500 + 850::bigint, 0::bigint) $$, 'after both cancellations each seller has given up their own part');
select is((select count(*) from tests.stripe_does() as k where k = 'refund'), 4::bigint,
  'Stripe is asked for each refund of a line');
select is((select status from core.payment where payment_id = paid('two')), 'refunded',
  'a payment whose lines all went back is refunded');

-- A payment that comes too late: what can be kept is kept, the rest goes back, that alone.
select tests.offer('late', 'tara', 3000, p_starts => now() + interval '13 days');
select tests.offer('free', 'uwe', 4000, p_starts => now() + interval '14 days');
select tests.goods('last piece', 'uwe', 700, p_on_hand => 1);
insert into paid values ('late', tests.basket('alice', null, 'late', 'free', 'last piece'));
select throws_ok($$ select tests.basket('bob', null, 'last piece') $$, 'M9308', 'out_of_stock',
  'a piece that is kept for one is not sold to another');
select tests.act_as_nobody();
select tests.let_pass(interval '16 minutes');
update core.order set expires_at = now() - interval '1 second' where status = 'pending';
select tests.act_as_service();
select is(api.expire_bookings(), 2, 'the bookings of an unpaid basket end');
select is(api.expire_orders(), 1, 'the rest of an unpaid basket ends after its bookings');
select is(api.expire_orders(), 0, 'an unpaid basket ends only once');
select tests.act_as_nobody();
insert into paid values ('faster', tests.basket('bob', null, 'late', 'last piece'));
select tests.arrives(paid('faster'));
select is((select on_hand from core.stock_item where offering_id = tests.id('offering last piece')),
  0, 'a piece that is paid for is off the shelf');
select is(tests.arrives(paid('late')), 'done', 'a payment that comes after the end of its basket is applied');
select results_eq(
  $$ select l.title, b.status, l.fulfilment, l.called_off_at is not null
     from core.order_line as l join core.payment as p using (order_id)
     left join core.booking as b on b.booking_id = l.booking_id
     where p.payment_id = paid('late') order by 1 $$,
  $$ values ('free', 'confirmed', null::text, false), ('last piece', null, null, true),
            ('late', 'expired', null, true) $$,
  'a late basket books what is still free and not what is gone');
select results_eq(
  $$ select r.cause, r.amount_minor, count(*) from core.refund as r
     join core.refund_line as l using (refund_id)
     where r.payment_id = paid('late') group by r.refund_id $$,
  $$ values ('orphan', 3700::bigint, 2::bigint) $$, 'a late basket gives back only what is gone, in one refund');
select is(tests.event('evt_again', 'payment_intent.succeeded',
  tests.intent(paid('late'), 'succeeded')), 'done', 'a late payment whose event is repeated is applied');
select is((select count(*) from core.refund where payment_id = paid('late')), 1::bigint,
  'a late payment whose event is repeated gives nothing more back');

-- An authorisation is for one booking; among other things a request is refused.
select tests.offer('ask', 'tara', 3000, p_mode => 'request', p_starts => now() + interval '15 days');
select throws_ok($$ select tests.basket('alice', null, 'ask', 'house5000') $$, 'M9309',
  'request_is_alone', 'a request is ordered alone');
select tests.act_as_nobody();
insert into paid values ('asked', tests.basket('alice', null, 'ask')),
                        ('goods', tests.basket('alice', null, 'house5000'));
select results_eq(
  $$ select y.name, p.capture_method from paid as y join core.payment as p using (payment_id)
     where y.name in ('asked', 'goods') order by 1 $$,
  $$ values ('asked', 'manual'), ('goods', 'automatic') $$, 'only a single request is authorised first');
select is(tests.event('evt_odd', 'payment_intent.amount_capturable_updated',
  tests.intent(paid('goods'), 'requires_capture')), 'done',
  'goods that Stripe calls authorised are no error');
select is((select release_asked_at is not null from core.payment where payment_id = paid('goods')),
  true, 'goods that Stripe calls authorised are let go');

-- A dispute falls on all lines, by what is left of each.
select tests.offer('tara d', 'tara', 10000, p_starts => now() + interval '16 days');
select tests.offer('uwe d', 'uwe', 10000, p_starts => now() + interval '16 days 2 hours');
insert into paid values ('disputed', tests.basket('alice', null, 'tara d', 'uwe d'));
select tests.arrives(paid('disputed'));
update core.booking set status = 'completed', starts_at = now() - interval '9 days',
  ends_at = now() - interval '8 days'
where booking_id in (select l.booking_id from core.order_line as l join core.payment as p
  using (order_id) where p.payment_id = paid('disputed'));
select tests.act_as_service();
select api.release_due_earnings();
select tests.act_as_nobody();
select tests.event('evt_d1', 'charge.dispute.created',
  tests.dispute(paid('disputed'), 'dp_1', 'needs_response', '[]'));
select results_eq(
  $$ select tests.balance('tara', 'held'), tests.balance('uwe', 'held') $$,
  $$ values (8500::bigint, 8500::bigint) $$, 'what both sellers earned is held');
select is((select count(*) from core.notification where type = 'dispute_opened'), 2::bigint,
  'both sellers of a disputed payment are told');
select tests.event('evt_d2', 'charge.dispute.closed',
  tests.dispute(paid('disputed'), 'dp_1', 'lost', '[]'));
select results_eq(
  $$ select tests.balance('tara', 'held'), tests.balance('uwe', 'held'),
            tests.balance('uwe', 'available') $$,
  $$ values (0::bigint, 0::bigint, 0::bigint) $$, 'both sellers bear their parts of a dispute that is lost');
select tests.event('evt_d3', 'charge.dispute.closed',
  tests.dispute(paid('disputed'), 'dp_1', 'won', '[]'));
select results_eq(
  $$ select tests.balance('tara', 'available'), tests.balance('uwe', 'available') $$,
  $$ values (8500::bigint, 8500::bigint) $$, 'both sellers get their parts back when a lost dispute is won');

-- What a seller sees of an order of several.
select set_config('role', 'postgres', true);
grant usage on schema core to authenticated;
select tests.act_as('uwe');
select is_empty($$ select payment_id from core.payment where payment_id = paid('disputed') $$,
  'a seller of several does not see the payment, which tells what others sold');
select results_eq(
  $$ select l.title from core.order_line as l join core.refund_line as r using (order_line_id)
     order by 1 $$,
  $$ values ('last piece'), ('uwe a'), ('uwe a') $$, 'a seller sees what went back of their own lines');
select results_eq(
  $$ select l.title, d.amount_minor from core.order_line as l
     join core.dispute_line as d using (order_line_id) $$,
  $$ values ('uwe d', 10000::bigint) $$, 'a seller sees what of their own lines is disputed');
select isnt_empty($$ select from core.order_line where title = 'uwe d' $$, 'a seller sees their own lines of an order');
select is_empty($$ select from core.order_line where title = 'tara d' $$, 'a seller does not see another seller''s lines of an order');
select tests.act_as_nobody();

-- The state of the payment and that of the parcel are two.
update core.order_line set fulfilment = 'shipped' where title = 'house10000';
select tests.event('evt_again2', 'payment_intent.succeeded',
  tests.intent(paid('mixed'), 'succeeded'));
select results_eq(
  $$ select o.status, l.fulfilment from core.order as o join core.order_line as l using (order_id)
     where l.title = 'house10000' $$,
  $$ values ('paid', 'shipped') $$, 'a payment that settles again leaves a parcel where it is');

-- Goods clear some days after they were paid.
select is((select e.released_at from core.earning as e join core.order_line as l using (order_line_id)
           where l.title = 'last piece' and e.payment_id = paid('faster')), null,
  'goods have not cleared at once');
update core.earning set created_at = now() - interval '4 days' where payment_id = paid('faster');
select tests.act_as_service();
select is(api.release_due_earnings(), 1, 'goods clear some days after they were paid');
select tests.act_as_nobody();

-- One key, one order.
select tests.act_as('alice');
select is(
  api.place_order(i.items, null, 'key') ->> 'order_id',
  api.place_order(i.items, null, 'key') ->> 'order_id', 'one key makes one order')
from (select jsonb_build_array(jsonb_build_object('offering_id', tests.id('offering house5000'),
                                                  'quantity', 2)) as items) as i;
select throws_ok($$ select api.place_order(jsonb_build_array(jsonb_build_object(
    'offering_id', tests.id('offering house5000'), 'quantity', 3)), null, 'key') $$,
  'M9209', 'idempotency_key_reused', 'a key of an order cannot be used for another order');
select tests.act_as_nobody();

set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up');
select * from finish();
rollback;
