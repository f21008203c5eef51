-- The rules an offering is booked by: set by its provider, named when they are wrong, and kept.

begin;
select plan(38);

select tests.offer('lesson', 'tara', 0, p_starts => now() + interval '10 days');
select tests.offer('other', 'tara', 0, p_starts => now() + interval '10 days 3 hours');
select tests.offer('foreign', 'uwe', 0);
update core.person set timezone = 'UTC' where person_id = tests.id('tara');
update core.slot
set starts_at = date_trunc('day', starts_at) + interval '8 hours',
    ends_at = date_trunc('day', starts_at) + interval '9 hours'
where slot_id = tests.id('lesson');
update core.slot
set starts_at = date_trunc('day', now() + interval '10 days') + interval '14 hours',
    ends_at = date_trunc('day', now() + interval '10 days') + interval '15 hours'
where slot_id = tests.id('other');
select tests.introduce('alice', 'bob');
insert into core.customer select tests.id(name) from unnest(array['alice', 'bob']) as name;
prepare rule (jsonb) as select api.set_booking_rules(tests.id('offering lesson'), $1);
prepare book (text, text) as
select count(*) from tutoring.create_booking_with_payment(tests.id($1), tests.id($2));
prepare listed (text) as
select count(*) from api.list_free_slots(tests.id('offering ' || $1),
                                         p_until => now() + interval '40 days');

-- Who.
select tests.act_as_anonymous();
select throws_ok($$ execute rule('{}') $$, '42501', null, 'nobody sets rules unsigned');
select is(api.booking_rules(tests.id('offering lesson')) ->> 'booking_mode', 'instant',
  'everybody reads the rules');
select tests.act_as('alice');
select throws_ok($$ execute rule('{}') $$, 'M4101', 'offering_not_found', 'a customer sets none');
select tests.act_as('uwe');
select throws_ok($$ execute rule('{}') $$, 'M4101', 'offering_not_found',
  'another provider sets none');

-- What.
select tests.act_as('tara');
select throws_ok(
  $$ execute rule('{"min_notice": 5}') $$, 'M0013', 'field_unknown', 'an unknown rule is refused');
select throws_ok(
  $$ execute rule('{"title": "x"}') $$, 'M0013', 'field_unknown',
  'what is no rule of an offering is not set with the rules');
select throws_ok(
  $$ execute rule('[]') $$, 'M0012', 'fields_invalid', 'rules that are no object are refused');
select throws_ok(format('execute rule(%L)', r.rules), 'M0109', 'rule_invalid',
  format('the rules %s are refused', r.rules))
from (values
  ('{"min_notice_min": -1}'), ('{"min_notice_min": "5"}'),
  ('{"min_notice_min": 1.5}'), ('{"buffer_before_min": 1441}'), ('{"buffer_after_min": true}'),
  ('{"slot_step_min": 4}'), ('{"horizon_days": 0}'), ('{"max_per_day": 101}'),
  ('{"booking_mode": "sometimes"}'), ('{"min_notice_min": 525601}'), ('{"cancellation_policy_id": null}'),
  ('{"cancellation_policy_id": "x"}')
) as r(rules);
select tests.act_as_nobody();
create function tests.detail_of(p_sql text)
returns text
language plpgsql
as $$
declare
  v_detail text;
begin
  execute p_sql;
  return null;
exception
  when others then
    get stacked diagnostics v_detail = pg_exception_detail;
    return v_detail;
end
$$;
select tests.act_as('tara');
select is(
  tests.detail_of($$ execute rule('{"slot_step_min": 4}') $$),
  'slot_step_min is a whole number from 5 to 1440.', 'the refusal names the rule and its range');
select is(
  (api.set_booking_rules(tests.id('offering lesson'), '{"booking_mode": "request",
     "min_notice_min": 60, "buffer_before_min": 5, "buffer_after_min": 10, "slot_step_min": 30,
     "horizon_days": 30, "max_per_day": 3,
     "cancellation_policy_id": "00000000-0000-4000-8000-000000000013"}')) - 'cancellation',
  '{"booking_mode": "request", "min_notice_min": 60, "buffer_before_min": 5,
    "buffer_after_min": 10, "slot_step_min": 30, "horizon_days": 30, "max_per_day": 3,
    "cancellation_policy_id": "00000000-0000-4000-8000-000000000013"}'::jsonb,
  'a provider sets every rule');
select is(
  (api.set_booking_rules(tests.id('offering lesson'), '{"slot_step_min": null,
     "booking_mode": null}')) - 'cancellation' - 'cancellation_policy_id',
  '{"booking_mode": "instant", "min_notice_min": 60, "buffer_before_min": 5,
    "buffer_after_min": 10, "slot_step_min": null, "horizon_days": 30, "max_per_day": 3}'::jsonb,
  'null is the default, and what is not named stays');
select throws_ok(
  $$ select api.save_offering(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'horizon_days', 731)) $$,
  'M0109', 'rule_invalid', 'an offering is saved with the same check of its rules');
select lives_ok(
  $$ select api.save_offering(jsonb_build_object(
       'offering_id', tests.id('offering lesson'), 'horizon_days', 29, 'max_per_day', 4)) $$,
  'rules can be saved with the offering');
select is(
  api.booking_rules(tests.id('offering lesson')) -> 'horizon_days', '29',
  'what was saved with the offering is among its rules');
select tests.act_as('uwe');
select lives_ok(
  $$ select api.set_cancellation_policy('mine', '[{"hours_before": 1, "refund_percent": 10}]') $$,
  'another provider has a policy of their own');
select tests.act_as_nobody();
select set_config('tests.policy', cancellation_policy_id::text, true)
from core.cancellation_policy where name = 'mine';
select tests.act_as('tara');
select throws_ok(
  format('execute rule(%L)', jsonb_build_object(
    'cancellation_policy_id', current_setting('tests.policy'))),
  'M0109', 'rule_invalid', 'another provider''s policy is none to choose');

-- How far ahead.
select results_eq($$ execute listed('lesson') $$, 'values (1::bigint)',
  'a slot within the days ahead is listed');
select lives_ok($$ execute rule('{"horizon_days": 9}') $$, 'bookings are taken 9 days ahead');
select results_eq($$ execute listed('lesson') $$, 'values (0::bigint)',
  'a slot beyond them is not listed');
select tests.act_as('alice');
select throws_ok($$ execute book('alice', 'lesson') $$, 'M9104', 'too_far_ahead',
  'a slot beyond the rules cannot be booked');
select tests.act_as('tara');
select lives_ok($$ execute rule('{"horizon_days": null, "max_per_day": 1}') $$,
  'one booking a day');

-- How many a day, whatever is taught.
select tests.act_as('alice');
select lives_ok($$ execute book('alice', 'other') $$, 'another offering is booked that day');
select results_eq($$ execute listed('lesson') $$, 'values (0::bigint)',
  'a slot of a full day is listed no more');
select tests.act_as('bob');
select throws_ok($$ execute book('bob', 'lesson') $$, 'M9105', 'day_full',
  'a slot of a full day cannot be booked');
select tests.act_as('tara');
select lives_ok($$ execute rule('{"max_per_day": 2}') $$, 'two bookings a day');
select tests.act_as('bob');
select lives_ok($$ execute book('bob', 'lesson') $$, 'the second is booked');
select results_eq(
  $$ select count(*) from tutoring.bookings where status = 'confirmed' $$,
  'values (1::bigint)', 'the second booking of the day stands');

select * from finish();
rollback;
