-- A row that a task of the clock cannot do is set aside, and the rows behind it are done.

begin;
select plan(33);

select tests.make_staff('sam');
create table poisoned (id uuid primary key, code text not null default 'P0001');
grant select on poisoned to public;

-- What is poisoned cannot be written, wherever its id stands.
create function poison() returns trigger language plpgsql as $$
declare
  v_code text;
begin
  select p.code into v_code
  from public.poisoned as p
  where strpos(to_jsonb(new)::text, p.id::text) > 0;
  if found then
    raise exception 'poisoned' using errcode = v_code;
  end if;
  return new;
end
$$;
create trigger poison before update on core.booking for each row execute function poison();
create trigger poison before update on core.order_line for each row execute function poison();
create trigger poison before update on core.earning for each row execute function poison();
create trigger poison before update on core.waitlist_entry for each row execute function poison();
create trigger poison before update on core.provider for each row execute function poison();
create trigger poison before insert on core.notification for each row execute function poison();

create function aside(p_task text) returns setof uuid language sql as
  'select f.subject_id from core.clock_failure as f where f.task = p_task and f.next_at > now()';

-- Holds: two are over, and the first of them cannot be ended.
select tests.offer('hold' || n, 'tara', 5000, p_starts => now() + make_interval(days => n))
from generate_series(2, 3) as n;
create table held as
select n, tests.book('hold' || n, 'alice') as payment_id from generate_series(2, 3) as n;
create function booking_of(p_slot text) returns uuid language sql as
  'select b.booking_id from core.booking as b where b.slot_id = tests.id(p_slot)';
update core.booking set hold_expires_at = now() - interval '1 minute'
where hold_expires_at is not null;
insert into poisoned values (booking_of('hold2'));
select tests.act_as('alice');
select throws_ok('select api.count_clock_failures(60)', '42501', null,
  'a person cannot ask what the clock has set aside');
select throws_ok('select * from core.clock_failure', '42501', null,
  'a person cannot read what the clock has set aside');
select tests.act_as_service();
select is(api.count_clock_failures(60), 0, 'nothing is set aside before something fails');
select is(api.expire_bookings(), 1, 'a hold ends although another cannot be ended');
select is(api.expire_bookings(), 0, 'a row that was set aside is not tried at once again');
select is(api.count_clock_failures(60), 1, 'the clock can tell that it has set something aside');
select tests.act_as_nobody();
select is((select status from core.booking where booking_id = booking_of('hold3')), 'expired',
  'the hold behind a poisoned one has ended');
select set_eq($$ select aside('expire_bookings') $$, $$ select booking_of('hold2') $$,
  'the hold that cannot be ended is set aside');

select tests.act_as('sam');
select results_eq(
  $$ select queue, kind, attempts, problem from api.list_stuck_work() $$,
  $$ values ('clock', 'expire_bookings', 1, 'P0001 poisoned') $$,
  'staff sees what the clock has set aside, and why');
select tests.act_as_nobody();

-- It waits longer each time, and is done when it can be.
update core.clock_failure set next_at = now() - interval '1 second';
select tests.act_as_service();
select is(api.expire_bookings(), 0, 'a poisoned row is tried again when it is due');
select tests.act_as_nobody();
select results_eq(
  $$ select attempts, next_at - now() from core.clock_failure $$,
  $$ values (2, interval '2 minutes') $$, 'what fails again waits twice as long');
update core.clock_failure set attempts = 30, next_at = now() - interval '1 second';
select tests.act_as_service();
select api.expire_bookings();
select tests.act_as_nobody();
select is((select next_at - now() from core.clock_failure), interval '6 hours',
  'what fails for ever is tried four times a day');
update core.clock_failure set next_at = now() - interval '1 second';

-- A deadlock says nothing about a row: the batch fails, and is tried again whole.
update poisoned set code = '40P01';
select tests.act_as_service();
select throws_ok('select api.expire_bookings()', '40P01', 'poisoned',
  'a deadlock sets no row aside, and ends the batch');
select tests.act_as_nobody();
delete from poisoned;
select tests.act_as_service();
select is(api.expire_bookings(), 1, 'a row that is mended is done at its next turn');
select tests.act_as_nobody();
update core.clock_failure set next_at = now() - interval '61 minutes';
select tests.act_as('sam');
select is_empty('select * from api.list_stuck_work()',
  'what was done since then is no longer shown');
select tests.act_as_nobody();

-- Bookings that are over, their reminders, and their earnings.
select tests.offer('lesson' || n, 'uwe', 5000, p_starts => now() + make_interval(days => n))
from generate_series(2, 3) as n;
create table paid as
select n, tests.paid('lesson' || n, 'bob') as payment_id from generate_series(2, 3) as n;
update core.booking as b
set confirmed_at = now() - interval '3 days'
where b.customer_id = tests.id('bob');
select tests.let_pass('48 hours' - interval '30 minutes');
insert into poisoned values (booking_of('lesson2'));
select tests.offer('free', 'vera', 0, p_starts => now() + interval '3 hours');
select tests.book('free', 'carl');
update core.booking set confirmed_at = now() - interval '3 days'
where customer_id = tests.id('carl');
select tests.act_as_service();
select is(api.remind_of_bookings(), 1, 'a booking is reminded of although another cannot be');
select tests.act_as_nobody();
select set_eq($$ select aside('remind_of_bookings') $$, $$ select booking_of('lesson2') $$,
  'a reminder that cannot be written is set aside');
select is((select count(*) from core.booking_reminder where booking_id = booking_of('lesson2')),
  0::bigint, 'a reminder that was set aside counts as not sent');

delete from poisoned;
select tests.let_pass('80 hours');
insert into poisoned values (booking_of('lesson2'));
select tests.act_as_service();
select is(api.complete_due_bookings(), 2, 'bookings are completed although one cannot be');
select tests.act_as_nobody();
select set_eq($$ select aside('complete_due_bookings') $$, $$ select booking_of('lesson2') $$,
  'a booking that cannot be completed is set aside');
delete from poisoned;
update core.clock_failure set next_at = now() - interval '1 second';
select tests.act_as_service();
select is(api.complete_due_bookings(), 1, 'a booking that was set aside is completed when it can be');
select tests.act_as_nobody();
select tests.let_pass('40 days');
insert into poisoned
select e.earning_id from core.earning as e where e.booking_id = booking_of('lesson2');
select tests.act_as_service();
select is(api.release_due_earnings(), 1, 'an earning is released although another cannot be');
select tests.act_as_nobody();
select set_eq($$ select aside('release_due_earnings') $$, $$ select id from poisoned $$,
  'an earning that cannot be released is set aside');
select is(tests.balance('uwe', 'available') > 0, true, 'the released earning is available');

-- Orders that nobody paid.
select tests.goods('book', 'uwe', 700), tests.goods('pen', 'uwe', 300);
create table baskets as
select tests.basket('alice', null, 'book') as payment_id union all
select tests.basket('bob', null, 'pen');
insert into poisoned
select p.order_id from core.payment as p join baskets using (payment_id)
order by p.order_id limit 1;
update core.order set expires_at = now() - interval '1 second' where status = 'pending';
select tests.act_as_service();
select is(api.expire_orders(), 1, 'an order ends although another cannot be ended');
select tests.act_as_nobody();

-- Seats that became free.
select tests.offer('seat' || n, 'xenia', 0, p_starts => now() + make_interval(days => n))
from generate_series(2, 3) as n;
select tests.book('seat' || n, 'alice') from generate_series(2, 3) as n;
select tests.introduce('dora');
insert into core.customer (customer_id) values (tests.id('dora')) on conflict do nothing;
insert into core.waitlist_entry (waitlist_entry_id, slot_id, customer_id, seats)
select gen_random_uuid(), tests.id('seat' || n), tests.id('dora'), 1
from generate_series(2, 3) as n;
update core.booking set status = 'cancelled', cancelled_by = 'customer', cancelled_at = now()
where slot_id in (tests.id('seat2'), tests.id('seat3'));
select internal.settle_slot(tests.id('seat' || n)) from generate_series(2, 3) as n;
insert into poisoned
select w.waitlist_entry_id from core.waitlist_entry as w where w.slot_id = tests.id('seat2');
select tests.act_as_service();
select is(api.offer_freed_seats(), 1, 'a seat is offered although another cannot be');
select tests.act_as_nobody();
select set_eq($$ select aside('offer_freed_seats') $$, $$ select tests.id('seat2') $$,
  'a slot whose seats cannot be offered is set aside');

-- The horizon, and a time that was called off.
delete from poisoned;
update core.provider set slots_until = null;
insert into poisoned values (tests.id('uwe'));
select tests.act_as_service();
select is(api.extend_slots() > 1, true, 'slots are made although those of one cannot be');
select tests.act_as_nobody();
select set_eq($$ select aside('extend_slots') $$, $$ select tests.id('uwe') $$,
  'a provider whose slots cannot be made is set aside');

delete from poisoned;
select tests.offer('off' || n, 'yara', 0, p_starts => now() + make_interval(days => n))
from generate_series(2, 4) as n;
select tests.book('off' || n, 'guest' || n) from generate_series(2, 4) as n;
select set_config('app.user_id', tests.id('yara')::text, true);
select internal.begin_call_off(tests.id('yara'), null, tstzrange(now(), now() + interval '9 days'),
                               null, null);
select tests.act_as_nobody();
insert into poisoned values (booking_of('off3'));
select tests.act_as_service();
select is(api.continue_call_offs(), 2, 'bookings are called off although one cannot be');
select tests.act_as_nobody();
select is((select finished_at from core.call_off), null,
  'a call-off is not finished before its last booking is called off');
delete from poisoned;
update core.clock_failure set next_at = now() - interval '1 second';
select tests.act_as_service();
select is(api.continue_call_offs(), 1, 'the last booking is called off when it can be');
select tests.act_as_nobody();
select isnt((select finished_at from core.call_off), null, 'a call-off is finished with its last booking');

select * from finish();
rollback;
