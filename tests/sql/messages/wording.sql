-- The words of notifications: in the language and zone of their reader, about what they may see.

begin;
select plan(9);

select tests.offer('circle', 'tara', 2000, p_starts => '2030-01-15 23:30+00');
update core.slot set starts_at = now() + interval '5 days', ends_at = now() + interval '6 days'
where slot_id = tests.id('circle');
select tests.paid('circle', 'alice');
update core.booking set starts_at = '2030-01-15 23:30+00', ends_at = '2030-01-16 00:30+00';
select tests.introduce('eve');
delete from core.notification;
update core.person set timezone = 'Europe/Copenhagen', locale = 'da-DK'
where person_id = tests.id('alice');
update core.person set locale = 'fr' where person_id = tests.id('tara');
prepare tell (text, text) as
select internal.notify(tests.id($1), $2, jsonb_build_object('booking_id', b.booking_id))
from core.booking as b;
prepare read as select title, body from api.list_notifications();

select is_empty(
  $$ select t.type from core.notification_type as t
     where t.type <> 'auth.email' and not exists (
       select from internal.english_words() as e join internal.danish_words() as d using (type)
       where e.type = t.type) $$,
  'every type of notification has words in English and in Danish');
select is_empty(
  $$ select w.type from (select * from internal.english_words()
                         union all select * from internal.danish_words()) as w
     where regexp_replace(w.body, '\{(title|when|amount)\}', '', 'g') ~ '[{}]'
        or length(w.title) not between 1 and 100 $$,
  'words name a title, a time and an amount and nothing else');

execute tell('alice', 'booking_confirmed');
execute tell('tara', 'booking_confirmed');
execute tell('eve', 'booking_confirmed');
select tests.act_as('alice');
select results_eq('read',
  $$ values ('Booking bekræftet', 'circle er bekræftet, 2030-01-16 00:30.') $$,
  'a reader of Danish reads Danish, with the time of their own zone');
select tests.act_as('tara');
select results_eq('read',
  $$ values ('Booking confirmed', 'circle is confirmed, 2030-01-15 23:30.') $$,
  'a reader of a language that is not spoken here reads English');
select tests.act_as('eve');
select results_eq('read', $$ values ('Booking confirmed', '') $$,
  'a notification never words a booking that its reader has no part in');

select tests.act_as_nobody();
delete from core.notification;
select internal.notify(tests.id('alice'), 'payment_captured',
  jsonb_build_object('payment_id', p.payment_id)) from core.payment as p;
select tests.act_as('alice');
select results_eq('read',
  $$ values ('Betaling modtaget', 'Din betaling på 20.00 EUR er modtaget.') $$,
  'a notification about money says how much, and leaves out what it is not about');
select tests.act_as_nobody();
delete from core.notification;
select internal.notify(tests.id('eve'), 'waitlist_called_off',
  jsonb_build_object('slot_id', tests.id('circle')));
select tests.act_as('eve');
select results_eq($$ select title, body like '%: circle, 20__-__-__ __:__.' from api.list_notifications() $$,
  $$ values ('A time was called off', true) $$,
  'a notification about a slot says which one it is');
select tests.act_as_nobody();
insert into core.notification_type values ('brand_new', 'Something new');
select internal.notify(tests.id('alice'), 'brand_new', '{}');
select tests.act_as('alice');
select results_eq('read', $$ values ('Something new', '') $$,
  'a type without words shows its title');
select tests.act_as_anonymous();
select throws_ok('execute read', '42501', null, 'an anonymous caller reads no notification');

select * from finish();
rollback;
