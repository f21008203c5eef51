-- What costs nothing has limits: a newcomer does not empty a calendar with free sessions.

begin;
select plan(21);

create function book(p_slot text, p_customer text) returns text language sql as $$
  select format('select api.book_slot(%L, %L)', tests.id(p_customer),
                tests.id(p_slot))
$$;
create function cancel(p_slot text, p_customer text) returns void language plpgsql as $$
declare
  v_booking_id uuid := (select booking_id from core.booking
                        where slot_id = tests.id(p_slot) and customer_id = tests.id(p_customer)
                          and status = 'confirmed');
begin
  perform tests.act_as(p_customer);
  perform api.cancel_booking(v_booking_id);
  perform tests.act_as_nobody();
end
$$;

select tests.introduce('alice', 'bob');
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));
select tests.offer(p || n, p, 0, p_starts => now() + make_interval(days => d * 20 + n))
from (values ('tara', 0), ('otto', 1), ('uma', 2)) as v(p, d), generate_series(1, 12) as n;
select tests.offer('paid', 'tara', 10000, p_starts => now() + interval '100 days');

-- With one provider.
select tests.act_as('alice');
select lives_ok(book('tara1', 'alice'), 'a customer books a free session');
select lives_ok(book('tara2', 'alice'),
  'a customer books a second free session with the same provider');
select throws_ok(book('tara3', 'alice'), 'M9226', 'too_many_free',
  'a customer cannot book a third free session with the same provider');
select lives_ok(book('paid', 'alice'), 'what is paid for is not limited by it');
select tests.act_as('bob');
select lives_ok(book('tara3', 'bob'), 'another customer books the third');

-- A provider says another number.
select tests.act_as_nobody();
update core.provider set max_free = 3 where provider_id = tests.id('tara');
select tests.act_as('alice');
select lives_ok(book('tara4', 'alice'), 'a provider may allow more');
select tests.act_as_nobody();
update core.provider set max_free = 0 where provider_id = tests.id('uma');
select tests.act_as('alice');
select throws_ok(book('uma1', 'alice'), 'M9226', 'too_many_free',
  'a provider may allow no free sessions at all');

-- In all, and in a day.
select lives_ok(book('otto1', 'alice'), 'a customer books with another provider');
select lives_ok(book('otto2', 'alice'), 'a customer books five free sessions in all');
select tests.act_as_nobody();
update core.provider set max_free = 100;
select tests.act_as('alice');
select throws_ok(book('otto3', 'alice'), 'M9226', 'too_many_free', 'six are too many');
select tests.act_as_nobody();
select cancel('otto2', 'alice');
select tests.act_as('alice');
select throws_ok(book('otto3', 'alice'), 'M9226', 'too_many_free',
  'what was called off counts for a day');
select tests.act_as_nobody();
update core.booking set created_at = now() - interval '25 hours'
where customer_id = tests.id('alice');
select tests.act_as('alice');
select lives_ok(book('otto3', 'alice'), 'a customer books again when the day is over');

-- Book and call off, again and again.
select tests.act_as_nobody();
update core.marketplace set max_free = 100, max_free_a_day = 100, max_cancels_a_day = 3;
select tests.act_as('bob');
select lives_ok(book('otto' || n, 'bob'), format('bob books again what he called off, round %s', n)) from generate_series(4, 6) as n;
select tests.act_as_nobody();
select cancel('otto' || n, 'bob') from generate_series(4, 6) as n;
select tests.act_as('bob');
select throws_ok(book('otto7', 'bob'), 'M9225', 'too_many_cancellations',
  'after three cancellations nothing more is booked');
select throws_ok(book('paid', 'bob'), 'M9225', 'too_many_cancellations',
  'a customer who cancelled three times cannot book what is paid either');
select tests.act_as_nobody();
update core.booking set cancelled_at = cancelled_at - interval '25 hours'
where customer_id = tests.id('bob') and status = 'cancelled';
select tests.act_as('bob');
select lives_ok(book('otto7', 'bob'),
  'a customer who cancelled three times books again after a day');

-- What a newcomer makes.
select tests.act_as_nobody();
update core.marketplace set max_offerings = 12, max_coupons = 1, max_slots = 200;
select tests.act_as('otto');
select throws_ok(
  $$ select api.save_offering('{"title": "One more", "duration_min": 60, "price_minor": 5000,
                                "currency": "EUR"}') $$, 'M9002', 'too_many_made', 'a provider has so many offerings');
select api.create_coupon('FIRST', 10);
select throws_ok($$ select api.create_coupon('SECOND', 10) $$, 'M9002', 'too_many_made',
  'a provider has no more coupons than the limit');
select throws_ok(
  $$ select api.set_availability('[{"weekday": 1, "start_local": "00:00", "end_local": "23:00"}]') $$,
  'M0108', 'hours_too_many', 'a provider has no hours that make more slots than the limit');

select * from finish();
rollback;
