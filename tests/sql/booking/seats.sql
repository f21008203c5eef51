-- Seats that are given back: free at once, and paid back in their share.

begin;
select plan(18);

select tests.offer('group', 'tara', 3333, p_capacity => 4);
select tests.introduce('alice', 'bob');
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));
create table made (booking_id uuid, payment_id uuid);
grant select, insert on made to authenticated, service_role;
select tests.act_as_service();
insert into made
select b.booking_id, b.payment_id
from api.book_slot(tests.id('alice'), tests.id('group'), p_seats => 3) as b;
prepare keep (integer) as select seats, refund_minor from api.keep_seats((select booking_id from made), $1);

select tests.act_as('alice');
select throws_ok('execute keep(2)', 'M9211', 'booking_not_open',
  'seats of a booking that is not paid cannot be given back');
select tests.act_as_nobody();
select tests.arrives(payment_id) from made;
update core.booking set confirmed_at = now() - interval '1 day', created_at = now() - interval '1 day';

select tests.act_as('bob');
select throws_ok('execute keep(2)', 'M4203', 'booking_not_found',
  'somebody else''s seats cannot be given back');
select tests.act_as('alice');
select throws_ok('execute keep(0)', 'M0201', 'seats_invalid', 'at least one seat is kept');
select throws_ok('execute keep(4)', 'M0201', 'seats_invalid', 'seats cannot be added in this way');
select results_eq('execute keep(2)', 'values (2, 3333::bigint)',
  'a seat that is given back in time comes to its share of the price');
select results_eq('execute keep(2)', 'values (2, 0::bigint)', 'giving a seat back is safe to repeat');
select tests.act_as_nobody();
select results_eq('select taken, capacity from core.slot', 'values (2, 4)',
  'a seat that was given back is free at once');
select results_eq('select amount_minor, actor from core.refund', $$ values (3333::bigint, 'customer') $$,
  'there is one refund for one seat');
select results_eq('select seats, price_minor, status from core.booking',
  $$ values (2, 6666::bigint, 'confirmed') $$, 'the booking stands with the seats that are left');
select tests.stripe_does();
select is((select status from core.payment), 'partially_refunded', 'Stripe sends the money of the seat');

-- A day later it costs half.
update core.booking set starts_at = now() + interval '20 hours', ends_at = now() + interval '21 hours';
select tests.act_as('alice');
select results_eq('execute keep(1)', 'values (1, 1667::bigint)',
  'a seat that is given back late comes to what the policy says');
select tests.act_as('tara');
select is((select q ->> 'refund_minor' from api.quote_cancellation((select booking_id from made)) as q),
  '4999', 'what is left can still be called off, and comes to what is left');
select results_eq(
  'select status, refund_minor from api.cancel_booking((select booking_id from made))',
  $$ values ('cancelled', 4999::bigint) $$, 'the provider calls off the rest, in full');
select tests.act_as_nobody();
select tests.stripe_does();
select is((select sum(amount_minor) from core.refund where status = 'succeeded'), 9999::numeric,
  'in the end all of it has gone back, to the cent');
select is(tests.balance('tara', 'clearing'), 0::bigint, 'the provider keeps nothing of it');

-- After it has begun, and with tickets.
select tests.offer('event', 'tara', 1000, p_capacity => 4, p_starts => now() + interval '20 days');
truncate made;
select tests.act_as_service();
insert into made select b.booking_id, b.payment_id
from api.book_slot(tests.id('bob'), tests.id('event'), p_seats => 2) as b;
select tests.act_as_nobody();
select tests.arrives(payment_id) from made;
insert into core.ticket (ticket_id, booking_id, seat, code)
select gen_random_uuid(), booking_id, 1, 'ABCDEFGH12345678' from made;
select tests.act_as('bob');
select throws_ok('execute keep(1)', 'M9236', 'tickets_issued',
  'a seat with a ticket cannot be given back by itself');
select tests.act_as_nobody();
delete from core.ticket;
update core.booking set starts_at = now() - interval '1 minute'
where booking_id = (select booking_id from made);
select tests.act_as('bob');
select throws_ok('execute keep(1)', 'M9212', 'booking_begun',
  'a seat cannot be given back after the beginning');
select tests.act_as_nobody();
set constraints all immediate;
select is_empty('select tests.ledger_problems()', 'the ledger adds up after seats were given back');
select * from finish();
rollback;
