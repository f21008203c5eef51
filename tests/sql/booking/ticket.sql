-- Tickets: one for each seat at confirmation, checked in once.

begin;
select plan(28);

select tests.offer('circle', 'tara', 2000, p_capacity => 5);
select tests.offer('lesson', 'tara', 2000, p_starts => now() + interval '20 days');
update core.offering set kind = 'event' where title = 'circle';
select tests.introduce('alice', 'uwe', 'eve');
insert into core.provider (provider_id) values (tests.id('uwe'));
insert into core.customer values (tests.id('alice'));
select tests.make_staff('sam');
prepare tickets as select seat, state, holder_name from api.list_tickets() order by seat;
prepare scan as select api.check_in(current_setting('tests.code')) ->> 'holder_name';

-- Issued.
select tests.act_as_service();
select set_config('tests.payment', (
  select payment_id::text from api.book_slot(tests.id('alice'), tests.id('circle'), p_seats => 2)), true);
select tests.act_as('alice');
select is_empty('tickets', 'a registration that is not paid has no ticket');
select tests.act_as_nobody();
select tests.arrives(current_setting('tests.payment')::uuid);
select tests.paid('lesson', 'alice');
select tests.act_as('alice');
select results_eq('tickets', $$ values (1, 'valid', 'alice'), (2, 'valid', 'alice') $$,
  'a paid registration has a ticket for each seat, and a booking of a session has none');
select tests.act_as_nobody();
select internal.issue_tickets(b) from core.booking as b;
select results_eq('select count(*), count(distinct code) from core.ticket',
  'values (2::bigint, 2::bigint)', 'tickets are issued once, each with a code of its own');
select is((select bool_and(code ~ '^[0-9A-HJKMNP-TV-Z]{16}$') from core.ticket), true,
  'the code of a ticket fits the alphanumeric mode of a QR code');
select set_config('tests.code', (select code from core.ticket where seat = 1), true),
       set_config('tests.other', (select code from core.ticket where seat = 2), true);

-- Who sees it.
select tests.act_as('tara');
select results_eq('tickets', $$ values (1, 'valid', 'alice'), (2, 'valid', 'alice') $$,
  'an organiser sees the tickets of their event');
select is_empty($$ select * from api.list_tickets(p_slot_id => tests.id('lesson')) $$,
  'tickets are listed of one date');
select tests.act_as('uwe');
select is_empty('tickets', 'another organiser sees no ticket');
select tests.act_as_anonymous();
select throws_ok('execute tickets', '42501', null, 'an anonymous caller cannot list tickets');

-- Checked in.
select throws_ok('execute scan', '42501', null, 'an anonymous caller cannot check a ticket in');
select tests.act_as('eve');
select throws_ok('execute scan', 'M4205', 'ticket_not_found',
  'a stranger cannot check a ticket in');
select tests.act_as('uwe');
select throws_ok('execute scan', 'M4205', 'ticket_not_found',
  'another organiser cannot check a ticket in');
select tests.act_as('alice');
select throws_ok('execute scan', 'M3202', 'provider_only',
  'the holder of a ticket cannot check it in');
select tests.act_as('tara');
select throws_ok($$ select api.check_in('0000000000000000') $$, 'M4205', 'ticket_not_found',
  'a code of no ticket is not found');
select throws_ok($$ select api.check_in(null) $$, 'M4205', 'ticket_not_found',
  'no code at all is not found');
select throws_ok(
  $$ select api.check_in(current_setting('tests.code'), tests.id('lesson')) $$, 'M4205',
  'ticket_not_found', 'a ticket of another date is not found');
select results_eq('scan', $$ values ('alice') $$, 'an organiser checks a ticket in');
select throws_ok('execute scan', 'M9232', 'ticket_used', 'a ticket cannot be checked in twice');
select results_eq('tickets', $$ values (1, 'used', 'alice'), (2, 'valid', 'alice') $$,
  'the other ticket of a registration stays valid');
select tests.act_as('sam');
select lives_ok($$ select api.check_in(lower(left(current_setting('tests.other'), 8)) || ' - '
                     || right(current_setting('tests.other'), 8), tests.id('circle')) $$,
  'staff checks a ticket in, however its code is spaced and written');
select tests.act_as_nobody();
select results_eq('select checked_in_by from core.ticket order by seat',
  $$ values (tests.id('tara')), (tests.id('sam')) $$, 'a ticket says who has checked it in');

-- Void.
update core.ticket set checked_in_at = null, checked_in_by = null;
select tests.act_as('tara');
select api.call_off_slot(tests.id('circle'));
select throws_ok('execute scan', 'M9231', 'ticket_void',
  'a ticket of an event that was called off cannot be checked in');
select results_eq('tickets', $$ values (1, 'void', 'alice'), (2, 'void', 'alice') $$,
  'tickets of an event that was called off are void');

-- A request is confirmed by its organiser.
select tests.act_as_nobody();
select tests.offer('retreat', 'tara', 2000, p_mode => 'request',
                   p_starts => now() + interval '30 days');
update core.offering set kind = 'event' where title = 'retreat';
select set_config('tests.payment', tests.book('retreat', 'alice')::text, true);
select tests.event('evt_asked', 'payment_intent.amount_capturable_updated',
                   tests.intent(current_setting('tests.payment')::uuid, 'requires_capture'));
prepare of_retreat as select state from api.list_tickets(p_slot_id => tests.id('retreat'));
select tests.act_as('alice');
select is_empty('of_retreat', 'a registration that waits for an answer has no ticket');
select tests.act_as('tara');
select lives_ok($$ select api.accept_booking(id) from tutoring.bookings
                   where slot_id = tests.id('retreat') $$, 'an organiser accepts a registration');
select tests.act_as('alice');
select results_eq('of_retreat', $$ values ('valid') $$,
  'a registration that was accepted has its ticket');

-- Mailed to who holds them, and to nobody else.
select tests.act_as_nobody();
create function tests.mailed_codes(p_name text) returns jsonb language sql as $$
  select internal.occasion_of(o) -> 'tickets'
  from core.outbox as o
  join core.booking as b on b.booking_id = (o.payload ->> 'booking_id')::uuid
  where o.topic = 'booking_confirmed' and o.person_id = tests.id(p_name)
    and b.slot_id = tests.id('retreat') $$;
select is(tests.mailed_codes('alice'), (
    select jsonb_agg(t.code order by t.seat)
    from core.ticket as t
    join core.booking as b using (booking_id)
    where b.slot_id = tests.id('retreat')),
  'the mail of a confirmed registration has the codes of its tickets');
select is(tests.mailed_codes('tara'), 'null'::jsonb,
  'the mail to the organiser has no code that opens the door');

-- Free of charge.
select tests.act_as_nobody();
select tests.offer('open day', 'tara', 0, p_starts => now() + interval '40 days');
update core.offering set kind = 'event' where title = 'open day';
select tests.book('open day', 'alice');
select tests.act_as('alice');
select results_eq($$ select state from api.list_tickets(p_slot_id => tests.id('open day')) $$,
  $$ values ('valid') $$, 'a registration that costs nothing has its ticket at once');

select * from finish();
rollback;
