-- A calendar feed shows a person's bookings to whoever knows its key, until it is revoked.

begin;
select plan(24);

select tests.offer('lesson', 'tara', 0);
select tests.offer('later', 'tara', 0, p_starts => now() + interval '20 days');
select tests.offer('request', 'tara', 0, p_mode => 'request',
                   p_starts => now() + interval '30 days');
insert into core.offering_venue (offering_id, place, meeting_url)
values (tests.id('offering lesson'), 'Harbour 3', 'https://meet.example/1');
select tests.book('lesson', 'alice');
select tests.book('later', 'bob');
update core.booking set customer_notes = 'verbs' where customer_id = tests.id('alice');
create function tests.feed(p_key text)
returns jsonb
language sql
as $$ select api.read_calendar_feed(p_key) -> 'entries' $$;
grant execute on function tests.feed to public;

select tests.act_as_anonymous();
select throws_ok('select api.make_calendar_feed()', '42501', null, 'nobody makes a feed unsigned');
select throws_ok($$ select api.read_calendar_feed('guess') $$, 'M4207', 'feed_not_found',
  'a key that nobody has opens no feed');
select throws_ok('select api.read_calendar_feed(null)', 'M4207', 'feed_not_found',
  'no key opens no feed');

select tests.act_as('alice');
select is_empty('select * from api.calendar_feed()', 'nobody has a feed unasked');
select set_config('tests.alice', api.make_calendar_feed(), true);
select is(length(current_setting('tests.alice')), 64, 'a key has 64 digits');
select results_eq('select read_at from api.calendar_feed()', 'values (null::timestamptz)',
  'the owner of a feed sees that nobody has read it');
select tests.act_as('tara');
select set_config('tests.tara', api.make_calendar_feed(), true);

select tests.act_as_anonymous();
select is(
  (select jsonb_agg(e - array['booking_id', 'starts_at', 'ends_at', 'updated_at', 'ics_sequence'])
   from jsonb_array_elements(tests.feed(current_setting('tests.alice'))) as e),
  '[{"title": "lesson", "status": "confirmed", "other_name": "tara", "place": "Harbour 3",
     "meeting_url": "https://meet.example/1", "notes": "verbs"}]'::jsonb,
  'a feed shows the bookings of its owner, where they are and with whom');
select is(
  (select jsonb_agg(e ->> 'other_name' order by e ->> 'starts_at')
   from jsonb_array_elements(tests.feed(current_setting('tests.tara'))) as e),
  '["alice", "bob"]'::jsonb, 'a provider''s feed shows who comes');
select tests.act_as('alice');
select isnt((select read_at from api.calendar_feed()), null,
  'the owner of a feed sees when it was read');

-- What stands, and nothing else.
select tests.act_as_nobody();
update core.booking set status = 'requested', accept_by = now() + interval '1 day'
where customer_id = tests.id('alice');
select is(tests.feed(current_setting('tests.alice')) -> 0 ->> 'status', 'requested',
  'a request is shown as one');
update core.booking
set status = 'cancelled', cancelled_by = 'customer', cancelled_at = now()
where customer_id = tests.id('alice');
select is(tests.feed(current_setting('tests.alice')), '[]', 'a cancelled booking is not shown');
update core.booking
set status = 'confirmed', starts_at = now() - interval '60 days',
    ends_at = now() - interval '59 days 23 hours'
where customer_id = tests.id('alice');
select is(jsonb_array_length(tests.feed(current_setting('tests.alice'))), 1,
  'a booking of two months ago is still shown');
update core.booking
set starts_at = now() - interval '60 days 1 hour', ends_at = now() - interval '60 days'
where customer_id = tests.id('alice');
select is(tests.feed(current_setting('tests.alice')), '[]',
  'a booking of long ago is not shown any more');

-- Programs ask often; their owner wants to know to the hour.
create function tests.noted_after(p_time interval)
returns boolean
language plpgsql
as $$
begin
  update core.calendar_feed set read_at = now() - p_time where person_id = tests.id('alice');
  perform api.read_calendar_feed(current_setting('tests.alice'));
  return (select read_at = now() from core.calendar_feed where person_id = tests.id('alice'));
end
$$;
select is(tests.noted_after('59 minutes'), false, 'a feed that is read twice in an hour is noted once');
select is(tests.noted_after('61 minutes'), true, 'a feed that is read after an hour is noted again');

-- No more than a program can take.
set local session_replication_role = replica;
insert into core.booking overriding system value
select (jsonb_populate_record(b.*, jsonb_build_object(
  'booking_id', gen_random_uuid(), 'seq', -n, 'idempotency_key', null))).*
from core.booking as b, generate_series(1, 2000) as n
where b.customer_id = tests.id('bob');
set local session_replication_role = origin;
select is(jsonb_array_length(tests.feed(current_setting('tests.tara'))), 2000,
  'a feed has 2,000 entries at most');

-- The key.
select is_empty(
  $$ select from core.calendar_feed
     where convert_to(current_setting('tests.alice'), 'UTF8') in (key_hash)
        or encode(key_hash, 'hex') = current_setting('tests.alice') $$,
  'the key itself is not stored');
select tests.act_as('alice');
select set_config('tests.new', api.make_calendar_feed(), true);
select throws_ok($$ select api.read_calendar_feed(current_setting('tests.alice')) $$,
  'M4207', 'feed_not_found', 'a new key ends the old one');
select lives_ok($$ select api.read_calendar_feed(current_setting('tests.new')) $$,
  'the new key opens the feed');
select lives_ok('select api.remove_calendar_feed()', 'a feed is revoked');
select throws_ok($$ select api.read_calendar_feed(current_setting('tests.new')) $$,
  'M4207', 'feed_not_found', 'a revoked feed is not read');
select is_empty('select * from api.calendar_feed()', 'a revoked feed is gone');

select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('tara');
select throws_ok($$ select api.read_calendar_feed(current_setting('tests.tara')) $$,
  'M4207', 'feed_not_found', 'the feed of a suspended person is not read');
select tests.act_as('tara');
select throws_ok('select api.make_calendar_feed()', 'M3001', 'person_suspended',
  'a suspended person makes no feed');

select * from finish();
rollback;
