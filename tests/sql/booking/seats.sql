-- Seats that are given back: free at once, and paid back in their share.

begin;
select plan(27);

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

-- With tickets.
select tests.offer('event', 'tara', 1000, p_capacity => 4, p_starts => now() + interval '20 days');
update core.offering set kind = 'event' where title = 'event';
truncate made;
select tests.act_as_service();
insert into made select b.booking_id, b.payment_id
from api.book_slot(tests.id('bob'), tests.id('event'), p_seats => 4) as b;
select tests.act_as_nobody();
select tests.arrives(payment_id) from made;
prepare keep_but (integer, integer[]) as
  select seats, refund_minor from api.keep_seats((select booking_id from made), $1,
    p_ticket_ids => array(select ticket_id from api.list_tickets((select booking_id from made)) where seat = any ($2)));
prepare tickets as select seat, state from api.list_tickets((select booking_id from made)) order by 1;
select set_config('tests.code', (select code from core.ticket where seat = 2), true);
select tests.act_as('bob');
select throws_ok('execute keep_but(3, array[1, 2])', 'M0201', 'seats_invalid',
  'more tickets than seats cannot be given back');
select results_eq('execute keep_but(3, array[2])', 'values (3, 1000::bigint)',
  'a ticket that is named is given back for its share of the price');
select results_eq('execute keep_but(3, array[2])', 'values (3, 0::bigint)',
  'giving a ticket back is safe to repeat');
select results_eq('tickets', $$ values (1, 'valid'), (2, 'void'), (3, 'valid'), (4, 'valid') $$,
  'the ticket that was given back is void, and the others stay valid');
select throws_ok('execute keep_but(2, array[2])', 'M9236', 'tickets_used',
  'a ticket that is void cannot be given back again');
select tests.act_as('tara');
select throws_ok($$ select api.check_in(current_setting('tests.code')) $$, 'M9231', 'ticket_void',
  'a ticket that was given back lets nobody in');
select api.check_in((select code from api.list_tickets((select booking_id from made)) where seat = 4));
select tests.act_as('bob');
select throws_ok('execute keep_but(2, array[4])', 'M9236', 'tickets_used',
  'a ticket that was checked in cannot be given back');
select results_eq('execute keep(2)', 'values (2, 1000::bigint)',
  'without a name the last unused ticket is given back');
select results_eq('tickets', $$ values (1, 'valid'), (2, 'void'), (3, 'void'), (4, 'used') $$,
  'without a name the unused ticket with the highest seat goes');
select tests.act_as_nobody();
select internal.issue_tickets(b) from core.booking as b;
select is((select count(*) from core.ticket), 4::bigint, 'no ticket is issued for a seat that is gone');

-- After it has begun.
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
