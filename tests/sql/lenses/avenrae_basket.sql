-- A mixed basket of the sanctuary: a session, two tickets and three crystals with a coupon are one
-- payment; each is given back by itself, and every seller's statement is right to the cent. Then an
-- event of many paid seats is called off, killed in the middle of every other step: 60, or
-- SEATS=500 cargo test -p tests sql::lenses::avenrae_basket (with psql, PGOPTIONS='-c tests.seats=500').

begin;
select plan(26);

update core.marketplace set commission_bp = 1500, cancel_grace_min = 0;
select tests.make_staff('sam');
select tests.offer('massage', 'tara', 9999);
select tests.offer('circle', 'uwe', 3333, p_starts => now() + interval '20 days', p_capacity => 600);
update core.offering set kind = 'event' where title = 'circle';
insert into core.event (slot_id) values (tests.id('circle'));
select tests.goods('crystal', 'olga', 1111, p_on_hand => 10);
insert into core.coupon (coupon_id, code, kind, percent) values (tests.id('coupon'), 'TEN', 'percent', 10);
update core.cancellation_policy set tiers = '[{"hours_before": 0, "refund_percent": 100}]';
select tests.introduce('alice');
insert into core.customer values (tests.id('alice'));
-- 9999 + 2 x 3333 + 3 x 1111 = 19998, less ten percent, 1999.8, rounded to 2000.
select tests.act_as('alice');
select is(o ->> 'amount_minor', '17998', 'a mixed basket with a coupon is one amount')
from (select avenrae.place_order(jsonb_build_array(
  jsonb_build_object('service_id', (select id from avenrae.services where service_name = 'massage'),
                     'booking_date', (select starts_at from api.list_free_slots(tests.id('offering massage')))),
  jsonb_build_object('event_id', (select id from avenrae.events), 'quantity', 2),
  jsonb_build_object('product_id', (select id from avenrae.products), 'quantity', 3)), 'ten') as o) as x;
select throws_ok(
  $$ select avenrae.place_order(jsonb_agg(jsonb_build_object('product_id', p.id, 'quantity', 4)))
     from avenrae.products as p cross join generate_series(1, 2) $$, 'M9308', 'out_of_stock',
  'two lines of one item are added up: four and four of seven are refused');
select tests.act_as_nobody();
select is((select count(*) from core.payment), 1::bigint, 'a mixed basket is one payment');
select results_eq('select title, quantity, discount_minor, total_minor from core.order_line order by seq',
  $$ values ('massage', 1, 1000::bigint, 8999::bigint), ('circle', 2, 667, 5999), ('crystal', 3, 333, 3000) $$,
  'the coupon is shared over the lines of a basket by their price');
select tests.arrives(payment_id) from core.payment;
create function tests.earned(p_name text) returns bigint language sql
return (select coalesce(sum(e.provider_minor - e.returned_minor), 0)::bigint from core.earning as e
        where e.provider_id = tests.id(p_name));
create table line as select order_line_id, title, total_minor from core.order_line;
grant select on line to authenticated;
prepare earned as
select tests.earned('tara'), tests.earned('uwe'), tests.earned('olga'), tests.balance(null, 'revenue');
-- Of 8999 the platform keeps 1350 (1349.85), of 5999 900 (899.85), of 3000 450.
select results_eq('earned', $$ values (7649::bigint, 5099::bigint, 2550::bigint, 2700::bigint) $$,
  'each of three sellers has their line less the commission');
prepare statement as
select paid_minor, refunded_minor + refund_pending_minor as back, earned_minor - given_back_minor as left
from api.my_totals();

-- One after the other, each by itself.
select tests.act_as('sam');
select lives_ok($$ select api.refund_payment(p.uuid, null, 'broken', 'k1',
    jsonb_build_array(jsonb_build_object('order_line_id', l.order_line_id)))
  from line as l, (select uuid from avenrae.transactions where transaction_type = 'payment') as p
  where l.title = 'crystal' $$, 'staff refunds the goods of a basket');
select tests.act_as_nobody();
select results_eq('earned', $$ values (7649::bigint, 5099::bigint, 0::bigint, 2250::bigint) $$,
  'a refund of goods is borne by who sold them and by no other');
select tests.act_as('alice');
select results_eq($$ select refund_minor from api.cancel_booking(
    (select uuid from avenrae.event_registrations)) $$, 'values (5999::bigint)',
  'a client cancels the tickets of a basket and gets back what was paid for them');
select tests.act_as_nobody();
select results_eq('earned', $$ values (7649::bigint, 0::bigint, 0::bigint, 1350::bigint) $$,
  'cancelled tickets are borne by the organiser and by no other');
select tests.act_as('alice');
select results_eq($$ select item_name, payment_status from avenrae.order_items order by id $$,
  $$ values ('massage', 'paid'), ('circle', 'refunded'), ('crystal', 'refunded') $$,
  'each item of a basket says whether it was given back');
select results_eq($$ select status, payment_status from avenrae.orders $$,
  $$ values ('paid', 'paid') $$, 'an order of which something stands is paid');
select tests.act_as('tara');
select results_eq($$ update avenrae.bookings set status = 'cancelled' returning payment_status $$,
  $$ values ('refunded') $$, 'a healer cancels the session of a basket');
select tests.act_as_nobody();
select results_eq('earned', $$ values (0::bigint, 0::bigint, 0::bigint, 0::bigint) $$,
  'nobody keeps anything of a basket that was given back');
select is((select sum(amount_minor) from core.refund), 17998::numeric,
  'the refunds of a basket come to what was paid, to the cent');
select results_eq('select count(*), count(distinct cause) from core.refund',
  'values (3::bigint, 3::bigint)', 'each line of a basket has a refund of its own');
select is_empty('select * from tests.ledger_problems()', 'the books of a mixed basket add up');
select is((select on_hand from core.stock_item), 10,
  'goods that were given back before they were sent are in stock again');
select tests.stripe_does();
select tests.act_as('alice');
select results_eq($$ select sum(amount) from avenrae.transactions where status = 'completed' $$,
  'values (0.00)', 'the transactions of a client who got everything back come to nothing');

-- Many paid seats.
select tests.act_as_nobody();
create function tests.seats() returns integer language sql
return coalesce(nullif(current_setting('tests.seats', true), ''), '60')::integer;
grant execute on function tests.seats to public;
select count(tests.introduce('m' || n)) from generate_series(1, tests.seats()) as n;
insert into core.customer select tests.id('m' || n) from generate_series(1, tests.seats()) as n;
create table many (payment_id uuid);
grant insert, select on many to service_role;
select tests.act_as_service();
insert into many
select b.payment_id from generate_series(1, tests.seats()) as n
cross join lateral api.book_slot(tests.id('m' || n), tests.id('circle')) as b;
select tests.act_as_nobody();
select count(tests.arrives(payment_id)) from many;
select is((select count(*) from core.booking where status = 'confirmed' and slot_id = tests.id('circle')),
          tests.seats()::bigint, 'everybody has registered and paid');
select tests.act_as('uwe');
select results_eq('select bookings_left from avenrae.call_off_event((select id from avenrae.events))',
  'select tests.seats() - 25', 'calling off a large event cancels the first at once and leaves the rest');
select tests.act_as_nobody();
create function tests.killed_and_resumed() returns integer language plpgsql as $$
declare
  v_steps integer := 0;
  v_done  integer;
begin
  loop
    v_steps := v_steps + 1;
    perform tests.act_as_service();
    begin
      v_done := api.continue_call_offs(1 + v_steps * 7 % 20);
      if v_steps % 2 = 0 then
        raise exception using errcode = 'T0001', message = 'killed';
      end if;
    exception when sqlstate 'T0001' then
      v_done := -1;
    end;
    perform tests.act_as_nobody();
    exit when v_done = 0;
  end loop;
  return v_steps;
end $$;
select cmp_ok(tests.killed_and_resumed(), '>', 4, 'calling off goes on after it was killed many times');
select is((select count(*) from core.booking where status = 'confirmed'), 0::bigint,
  'nobody is left in an event that was called off');
select results_eq(
  $$ select count(*), count(distinct r.payment_id), min(r.amount_minor), max(r.amount_minor)
     from core.refund as r join many using (payment_id) $$,
  'select tests.seats()::bigint, tests.seats()::bigint, 3333::bigint, 3333::bigint',
  'everybody gets everything back once');
select results_eq(
  $$ select count(*), count(distinct person_id) from core.notification
     where type = 'booking_cancelled' and person_id in (select tests.id('m' || n) from generate_series(1, tests.seats()) as n) $$,
  'select tests.seats()::bigint, tests.seats()::bigint', 'everybody is told once');
select is(tests.earned('uwe'), 0::bigint, 'the organiser of an event that was called off earns nothing');
select is_empty('select * from tests.ledger_problems()',
  'the books of a large event that was called off add up');

select * from finish();
rollback;
