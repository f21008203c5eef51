-- Stripe's list of events: where the walk stands, what was never heard of, and who may ask.

begin;
select plan(19);

select tests.act_as('alice');
select throws_ok('select api.next_event_page()', '42501', null,
  'a person cannot ask which events are read next');
select throws_ok($$ select api.unheard_events('[]') $$, '42501', null,
  'a person cannot ask which events were never heard of');
select throws_ok($$ select api.keep_event_page(null, 1, 'evt_1', false) $$, '42501', null,
  'a person cannot move the place in the list of events');
select throws_ok('select api.restart_event_walk()', '42501', null,
  'a person cannot begin the walk anew');
select throws_ok('select * from core.event_cursor', '42501', null,
  'a person cannot see how far events have been read');

select tests.act_as_nobody();
update core.event_cursor set heard_at = to_timestamp(10000);
select tests.act_as_service();
select is(api.next_event_page(), '{"created_from": 9700, "after_id": null}',
  'a walk begins five minutes before what was heard');
select ok(api.keep_event_page(null, 20000, 'evt_100', true), 'the first page of a walk is kept');
select is(api.next_event_page(), '{"created_from": 9700, "after_id": "evt_100"}',
  'the next page begins after the last event of the page before');
select ok(not api.keep_event_page(null, 30000, 'evt_200', false),
  'a process that read an older page moves nothing');
select ok(api.keep_event_page('evt_100', 15000, 'evt_150', false), 'the last page of a walk is kept');
select is(api.next_event_page(), '{"created_from": 19700, "after_id": null}',
  'after a walk everything up to its newest event was heard');
select ok(api.keep_event_page(null, null, null, false), 'an empty page is kept');
select ok(api.keep_event_page(null, 11000, 'evt_1', false), 'a page of old events is kept');
select is(api.next_event_page(), '{"created_from": 19700, "after_id": null}',
  'neither an empty page nor old events move the place back');
select ok(api.keep_event_page(null, 40000, 'evt_300', true), 'another walk begins with a page');
select lives_ok('select api.restart_event_walk()', 'a walk whose place Stripe forgot begins anew');
select is(api.next_event_page(), '{"created_from": 19700, "after_id": null}',
  'a walk that begins anew skips nothing');

select api.store_stripe_event('evt_known', 'refund.created', 're_1', null, false, 'x', 1, 'x');
select is(
  api.unheard_events('[{"id": "evt_c", "type": "refund.failed"},
                       {"id": "evt_known", "type": "refund.created"},
                       {"id": "evt_b", "type": "balance.available"},
                       {"id": "evt_d", "type": "account.updated"},
                       {"id": "evt_a", "type": "charge.refunded"}]'),
  '["evt_a", "evt_c"]',
  'unheard are events of needed types that are not stored, the oldest first');

select tests.act_as_nobody();
select results_eq(
  $$ select distinct endpoint from internal.needed_events() order by 1 $$,
  $$ values ('connect'), ('platform') $$,
  'each needed event comes by one of the two endpoints');
select * from finish();
rollback;
