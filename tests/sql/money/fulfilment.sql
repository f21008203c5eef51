-- Fulfilment: who says how far goods have come, what follows from it, and what a seller sees.

begin;
select plan(44);

select tests.goods('tea', 'tara', 1000, p_on_hand => 10);
select tests.goods('cup', 'uwe', 3000, p_on_hand => 10);
select tests.goods('mug', null, 5000, p_on_hand => 10);
select tests.offer('lesson', 'tara', 10000);
select tests.introduce('eve');
select tests.make_staff('sam');
create temp table sold (payment_id uuid);
insert into sold values (tests.basket('alice', null, 'tea', 'tea', 'cup', 'mug', 'lesson'));
grant select on sold to public;
create function pg_temp.line(p_title text) returns uuid language sql as
$$ select tests.line((select payment_id from sold), p_title) $$;
grant execute on all functions in schema tests to public;
prepare move (text, text) as select api.move_fulfilment(pg_temp.line($1), $2);
prepare goods as
select l.title, l.fulfilment from core.order_line as l where l.kind = 'goods' order by 1;
prepare news (text) as
select n.type, n.payload ->> 'order_line_id' = pg_temp.line('tea')::text
from core.notification as n
where n.person_id = tests.id($1) and n.type like 'goods%' order by n.seq;

-- Before it is paid.
select tests.act_as('tara');
select throws_ok($$ execute move('tea', 'shipped') $$, 'M9310', 'fulfilment_not_next',
  'goods that are not paid cannot be sent');
select results_eq('select title, status, fulfilment from api.my_sales() order by 1',
  $$ values ('lesson', 'pending', null::text), ('tea', 'pending', null) $$,
  'a seller sees what was ordered of them and is not paid yet');
select tests.act_as_nobody();
select tests.arrives(payment_id) from sold;
select results_eq('goods', $$ values ('cup', 'placed'), ('mug', 'placed'), ('tea', 'placed') $$,
  'goods that are paid are placed');
select results_eq($$ execute news('tara') $$, $$ values ('goods_ordered', true) $$,
  'the seller of paid goods is told once that there is something to send');
select is((select count(*) from core.outbox where topic = 'staff.goods_ordered'), 1::bigint,
  'staff is told that there is something to send of the house');

-- Who may say it.
select tests.act_as_anonymous();
select throws_ok($$ select api.move_fulfilment(gen_random_uuid(), 'shipped') $$, '42501', null,
  'an anonymous caller cannot say that goods were sent');
select throws_ok('select api.my_sales()', '42501', null, 'an anonymous caller has sold nothing');
select tests.act_as('alice');
select throws_ok($$ execute move('tea', 'delivered') $$, 'M4309', 'order_line_not_found',
  'a buyer cannot say that goods were delivered');
select tests.act_as('uwe');
select throws_ok($$ execute move('tea', 'shipped') $$, 'M4309', 'order_line_not_found',
  'a seller cannot say that goods of another seller were sent');
select throws_ok($$ execute move('mug', 'shipped') $$, 'M4309', 'order_line_not_found',
  'a seller cannot say that goods of the house were sent');
select tests.act_as('tara');
select results_eq($$ execute move('tea', 'shipped') $$, 'values (true)',
  'the seller of goods says that they were sent');
select results_eq($$ execute move('tea', 'shipped') $$, 'values (false)',
  'saying again that goods were sent changes nothing');
select tests.act_as('sam');
select results_eq($$ execute move('mug', 'shipped') $$, 'values (true)',
  'staff says that goods of the house were sent');
select tests.act_as_nobody();
select results_eq($$ execute news('alice') $$,
  $$ values ('goods_shipped', true), ('goods_shipped', false) $$,
  'the buyer is told once of each line that was sent');
select results_eq(
  $$ select actor_id, before ->> 'fulfilment', after ->> 'fulfilment' from core.audit_log
     where action = 'move_fulfilment' $$,
  $$ values (tests.id('sam'), 'placed', 'shipped') $$, 'only the word of staff is audited');

-- What the mails say.
prepare subject (text, text) as
select distinct s ->> 'title', s ->> 'part', s ->> 'other_name', s -> 'lines'
from core.outbox as o, internal.subject_of(o) as s
where o.topic = $1 and o.person_id = tests.id($2) order by 1;
select results_eq($$ execute subject('goods_shipped', 'alice') $$,
  $$ values ('2 × tea', 'customer', 'tara', null::jsonb), ('mug', 'customer', 'Convene', null) $$,
  'a buyer reads what was sent, and by whom');
select results_eq($$ execute subject('goods_ordered', 'tara') $$,
  $$ values ('2 × tea', 'provider', 'alice', null::jsonb) $$,
  'a seller reads what to send, and to whom');
select set_eq(
  $$ select jsonb_array_elements_text(internal.subject_of(o) -> 'lines') from core.outbox as o
     where o.topic = 'payment_captured' and o.person_id = tests.id('alice') $$,
  array['2 × tea', 'cup', 'mug', 'lesson'], 'a receipt names what was ordered');
select is_empty(
  $$ select from core.outbox as o, internal.subject_of(jsonb_populate_record(o,
       jsonb_build_object('person_id', tests.id('eve')))) as s
     where s is not null and (o.topic like 'goods%' or o.topic = 'payment_captured') $$,
  'a message to somebody else tells nothing of an order');

-- The order of states.
select tests.act_as('tara');
select throws_ok($$ execute move('tea', 'lost') $$, 'M0311', 'fulfilment_unknown',
  'a state that does not exist is refused');
select throws_ok($$ execute move('tea', null) $$, 'M0311', 'fulfilment_unknown',
  'no state at all is refused');
select throws_ok($$ execute move('tea', 'placed') $$, 'M9310', 'fulfilment_not_next',
  'goods that were sent cannot be placed again');
select throws_ok($$ execute move('lesson', 'shipped') $$, 'M9310', 'fulfilment_not_next',
  'what is no goods cannot be sent');
select tests.act_as('uwe');
select throws_ok($$ execute move('cup', 'returned') $$, 'M9310', 'fulfilment_not_next',
  'goods that were not sent cannot come back');
select results_eq($$ execute move('cup', 'delivered') $$, 'values (true)',
  'goods that are fetched are delivered without being sent');
select throws_ok($$ execute move('cup', 'shipped') $$, 'M9310', 'fulfilment_not_next',
  'goods that were delivered are not sent again');

-- A refund moves no goods, and a return no money.
select tests.act_as('tara');
select results_eq($$ execute move('tea', 'delivered') $$, 'values (true)',
  'goods that were sent are delivered');
select tests.act_as('sam');
select lives_ok(
  $$ select api.refund_payment((select payment_id from sold), p_lines => jsonb_build_array(
       jsonb_build_object('order_line_id', pg_temp.line('tea')))) $$, 'staff refunds the tea');
select tests.act_as_nobody();
select results_eq('goods', $$ values ('cup', 'delivered'), ('mug', 'shipped'), ('tea', 'delivered') $$,
  'a refund does not change how far goods have come');
select is((select on_hand from core.stock_item where offering_id = tests.id('offering tea')), 8,
  'a refund of goods that were sent puts nothing back in stock');
select tests.act_as('tara');
select results_eq(
  'select title, status, earned_minor, refunded_minor, fulfilment from api.my_sales() order by 1',
  $$ values ('lesson', 'paid', 8500::bigint, 0::bigint, null::text),
            ('tea', 'refunded', 0, 2000, 'delivered') $$,
  'a seller sees what each of their lines left them, and of no other line');
select results_eq($$ execute move('tea', 'returned') $$, 'values (true)',
  'goods that were delivered come back');
select tests.act_as_nobody();
select is((select on_hand from core.stock_item where offering_id = tests.id('offering tea')), 10,
  'goods that came back are in stock again');
select is((select count(*) from core.refund), 1::bigint, 'goods that came back refund nothing');

-- Refunded before they were sent.
truncate sold;
insert into sold values (tests.basket('bob', null, 'tea', 'cup'));
select tests.arrives(payment_id) from sold;
select tests.act_as('sam');
select lives_ok(
  $$ select api.refund_payment((select payment_id from sold), p_lines => jsonb_build_array(
       jsonb_build_object('order_line_id', pg_temp.line('tea'), 'amount_minor', 900))) $$,
  'staff refunds most of the tea before it was sent');
select tests.act_as_nobody();
select is((select called_off_at from core.order_line where order_line_id = pg_temp.line('tea')),
  null, 'goods that are refunded in part are still to be sent');
select tests.act_as('sam');
select lives_ok(
  $$ select api.refund_payment((select payment_id from sold), p_lines => jsonb_build_array(
       jsonb_build_object('order_line_id', pg_temp.line('tea')))) $$,
  'staff refunds the rest of the tea before it was sent');
select tests.act_as('tara');
select throws_ok($$ execute move('tea', 'shipped') $$, 'M9310', 'fulfilment_not_next',
  'goods that were wholly refunded are not sent any more');
select tests.act_as_nobody();
select is((select on_hand from core.stock_item where offering_id = tests.id('offering tea')), 10,
  'goods that were refunded before they were sent are in stock again, once');
select is((select on_hand from core.stock_item where offering_id = tests.id('offering cup')), 8,
  'goods of another line stay sold');

-- What a seller sees.
select tests.act_as('uwe');
select results_eq('select distinct title, buyer_name from api.my_sales() order by 2',
  $$ values ('cup', 'alice'), ('cup', 'bob') $$, 'a seller sees who bought their goods');
select results_eq($$ select buyer_name from api.my_sales('placed') $$, $$ values ('bob') $$,
  'a seller lists what is to be sent');
select is_empty($$ select from api.my_sales(p_before => (
    select min(placed_at) from api.my_sales())) $$, 'the next page begins before the last sale');
select tests.act_as('eve');
select is_empty('select from api.my_sales()', 'a stranger sees no sales');

select * from finish();
rollback;
