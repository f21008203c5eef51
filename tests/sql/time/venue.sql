-- Where an offering takes place is told to who has booked it, and to nobody else.

begin;
select plan(18);

select tests.offer('lesson', 'tara', 0);
select tests.offer('request', 'tara', 0, p_mode => 'request',
                   p_starts => now() + interval '12 days');
select tests.introduce('alice', 'bob', 'eve');
insert into core.customer select tests.id(name) from unnest(array['alice', 'bob', 'eve']) as name;
prepare set_venue (text, text) as select api.set_venue(tests.id('offering lesson'), $1, $2);
-- The table alone: what the lens shows of it is the lens's matter.
grant usage on schema core to anon, authenticated;
prepare seen as select place, meeting_url from core.offering_venue;

select tests.act_as_anonymous();
select throws_ok($$ execute set_venue('Here', null) $$, '42501', null, 'nobody says where unsigned');
select tests.act_as('alice');
select throws_ok($$ execute set_venue('Here', null) $$, 'M4101', 'offering_not_found',
  'a customer does not say where');
select tests.act_as('tara');
select throws_ok($$ execute set_venue(repeat('x', 501), null) $$, 'M0110', 'venue_invalid',
  'a place has an end');
select throws_ok($$ execute set_venue(null, 'javascript:alert(1)') $$, 'M0110', 'venue_invalid',
  'a meeting link is a web address');
select throws_ok($$ execute set_venue(null, 'https://meet.example/a b') $$, 'M0110',
  'venue_invalid', 'a meeting link is one web address without blanks');
select lives_ok($$ execute set_venue('Main Street 1', 'https://meet.example/1') $$,
  'a provider says where');
select results_eq('seen', $$ values ('Main Street 1', 'https://meet.example/1') $$,
  'a provider reads the venue they set');
select tests.act_as_anonymous();
select is_empty('seen', 'a visitor does not read the venue');
select tests.act_as('eve');
select is_empty('seen', 'a customer who has not booked does not read the venue');
select tests.act_as_nobody();
select tests.book('lesson', 'alice');
select tests.act_as('alice');
select results_eq('seen', $$ values ('Main Street 1', 'https://meet.example/1') $$,
  'a customer who has booked reads the venue');
select tests.act_as_nobody();
update core.booking set status = 'requested', accept_by = now() + interval '1 day';
select tests.act_as('alice');
select is_empty('seen', 'a customer whose request waits does not read the venue');
select tests.act_as_nobody();
update core.booking
set status = 'cancelled', cancelled_by = 'customer', cancelled_at = now();
select tests.act_as('alice');
select is_empty('seen', 'a customer who has cancelled does not read the venue any more');
select tests.act_as('tara');
select lives_ok($$ execute set_venue(null, ' https://meet.example/2 ') $$,
  'a provider changes the venue of an offering');
select results_eq('seen', $$ values (null, 'https://meet.example/2') $$,
  'a venue is changed as a whole');
select lives_ok(
  $$ select api.save_offering(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'place', 'Harbour 3')) $$,
  'a provider says where when they save the offering');
select results_eq('seen', $$ values ('Harbour 3', 'https://meet.example/2') $$,
  'what is not named of a venue stays when the offering is saved');
select throws_ok(
  $$ select api.save_offering(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'meeting_url', 'meet.example')) $$,
  'M0110', 'venue_invalid', 'a venue is checked when the offering is saved');
select lives_ok($$ execute set_venue(null, '') $$, 'a provider takes it back');

select * from finish();
rollback;
