-- Support: who opens a case, who sees it, and who answers.

begin;
select plan(50);

-- Answers are kept in temporary tables, which no role of the API may make otherwise.
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$;

select tests.offer('lesson', 'tara', 10000);
select tests.paid('lesson', 'alice');
select tests.introduce('alice', 'bob', 'eve', 'zoe');
select tests.make_staff('sam');
create temp table it as select booking_id, seq from core.booking;
grant select on it to public;

select tests.act_as('alice');
create temp table opened as
select api.open_case('She was late', 'By an hour', 'booking_issue', null, booking_id::text,
                     '["https://example.org/1.png", {"url": "https://example.org/2", "name": "chat"}]')
  as id
from it;
grant select on opened to public;
select isnt((select id from opened), null, 'a customer opens a case');
select tests.act_as_nobody();
select results_eq(
  'select person_id, provider_id, booking_id, kind, status, priority, resolved_at
   from core.support_case',
  format($$ values (%L::uuid, %L::uuid, %L::uuid, 'booking_issue', 'open', 'normal',
                    null::timestamptz) $$,
         tests.id('alice'), tests.id('tara'), (select booking_id from it)),
  'the booking is found by its id, and the provider by the booking');
select is((select count(*) from core.outbox where topic = 'staff.case_opened'), 1::bigint,
  'staff is told of a new case');

-- Who sees it.
grant usage on schema core to authenticated;
select tests.act_as('alice');
select is((select count(*) from core.support_case), 1::bigint, 'the person who opened a case sees it');
select is(api.attachments_of_case((select id from opened)),
  '["https://example.org/1.png", {"url": "https://example.org/2", "name": "chat"}]',
  'the attachments come back as they were given');
select tests.act_as('tara');
select is((select count(*) from core.support_case), 0::bigint,
  'the provider whom a case is about does not see it');
select is(api.attachments_of_case((select id from opened)), '[]',
  'the provider does not see what proves it');
select tests.act_as('eve');
select is((select count(*) from core.support_case), 0::bigint, 'a stranger sees no case');
select tests.act_as('sam');
select is((select count(*) from core.support_case), 1::bigint, 'staff sees every case');

select is((select array_agg(person_name) from api.list_cases()), array['alice'],
  'staff lists the cases with the names of who opened them');
select is_empty($$ select from api.list_cases('closed') $$, 'cases of another status are not listed');
select tests.act_as('tara');
select is_empty('select from api.list_cases()', 'a provider lists no case about them');

-- What stands in one.
select tests.act_as('bob');
select lives_ok(format($$ select api.open_case('Other', p_booking_ref => '#%s') $$,
                       (select seq from it)), 'a reference to another''s booking is kept as text');
select tests.act_as_nobody();
select results_eq(
  format('select booking_ref, booking_id, provider_id from core.support_case where person_id = %L',
         tests.id('bob')),
  format($$ values ('#%s', null::uuid, null::uuid) $$, (select seq from it)),
  'the booking of another is not found by its number');
select tests.act_as('bob');
select throws_ok(
  format($$ select api.save_case('{"title": "x", "booking_id": "%s"}') $$,
         (select booking_id from it)), 'M4203', 'booking_not_found',
  'a case about the booking of another is refused');
select throws_ok($$ select api.open_case('x', p_provider_id => tests.id('nobody')) $$,
  'M4001', 'provider_not_found', 'a case about no provider is refused');
select throws_ok($$ select api.open_case(' ') $$, 'M0604', 'case_invalid',
  'a case without a title is refused');
select throws_ok($$ select api.open_case('x', p_kind => 'Two words') $$, 'M0604', 'case_invalid',
  'a kind that is no word is refused');
select throws_ok($$ select api.open_case('x', repeat('y', 10001)) $$, 'M0604', 'case_invalid',
  'a description of more than 10000 characters is refused');
select throws_ok($$ select api.open_case('x', p_attachments => '["javascript:x"]') $$, 'M0605',
  'attachments_invalid', 'an attachment that is no web address is refused');
select throws_ok(
  $$ select api.save_case(jsonb_build_object('title', 'x', 'attachments', (
       select jsonb_agg('https://example.org/' || n) from generate_series(1, 21) as n))) $$,
  'M0605', 'attachments_invalid', 'a twenty-first attachment is refused');
select lives_ok(
  $$ select api.save_case('{"title": "x", "attachments": "[\"https://example.org/\"]"}') $$,
  'attachments are taken as the text of an array too');
select throws_ok(
  format($$ select api.save_case('{"title": "x", "person_id": "%s"}') $$, tests.id('alice')),
  '42501', null, 'nobody opens a case in the name of another');
select lives_ok($$ select api.save_case('{"title": "x", "status": "open", "priority": "normal"}') $$,
  'what every new case is may be said by anybody');
select throws_ok($$ select api.save_case('{"title": "x", "status": "resolved"}') $$, 'M3301',
  'staff_only', 'a customer cannot open a case that is resolved');
select throws_ok($$ select api.save_case('{"title": "x", "priority": "urgent"}') $$, 'M3301',
  'staff_only', 'a customer cannot say that a case is urgent');
select throws_ok($$ select api.save_case('{"title": "x", "resolution": "refund"}') $$, 'M3301',
  'staff_only', 'a customer cannot write the resolution');

-- Changing it.
select tests.act_as('alice');
select lives_ok(format($$ select api.save_case('{"support_case_id": "%s", "title": "Very late"}') $$,
  (select id from opened)), 'the person who opened a case changes its words');
select throws_ok(format($$ select api.save_case('{"support_case_id": "%s"}', 'fail') $$,
  (select id from opened)), '23505', null, 'a case that is there is refused when asked so');
select is(api.save_case(jsonb_build_object('support_case_id', id, 'title', 'z'), 'ignore'), null,
  'a case that is there is ignored when asked so') from opened;
select throws_ok(format($$ select api.save_case('{"support_case_id": "%s", "person_id": "%s"}') $$,
  (select id from opened), tests.id('bob')), '42501', null, 'a case cannot be given away');
select throws_ok($$ select api.answer_case(id, 'resolved') from opened $$, 'M3301', 'staff_only',
  'a customer cannot resolve their case');
select tests.act_as('eve');
select throws_ok(format($$ select api.save_case('{"support_case_id": "%s", "title": "mine"}') $$,
  (select id from opened)), '23505', null, 'a stranger cannot take a case by its id');

-- Staff.
select tests.act_as('sam');
select lives_ok($$ select api.answer_case(id, 'resolved', 'Money is back', 'high') from opened $$,
  'staff answers a case');
select throws_ok($$ select api.answer_case(id, 'done') from opened $$, 'M0606',
  'answer_of_case_invalid', 'staff cannot invent a status');
select throws_ok($$ select api.answer_case(gen_random_uuid(), 'open') $$, 'M4605',
  'case_not_found', 'staff cannot answer a case that does not exist');
select tests.act_as('alice');
select results_eq(
  'select title, status, priority, resolution, resolved_at = now() from core.support_case',
  $$ values ('Very late', 'resolved', 'high', 'Money is back', true) $$,
  'the customer reads the answer, and when it was given');
select tests.act_as('sam');
select api.answer_case(id, 'in_progress') from opened;
select is((select resolved_at from core.support_case as c join opened as o
           on o.id = c.support_case_id), null, 'a case that is taken up again is not resolved');
select api.answer_case(id, 'closed') from opened;
select isnt((select resolved_at from core.support_case as c join opened as o
             on o.id = c.support_case_id), null, 'a closed case says when');
select tests.act_as_nobody();
update core.support_case set resolved_at = now() - interval '1 day' where resolved_at is not null;
select tests.act_as('sam');
select api.answer_case(id, 'resolved') from opened;
select is((select resolved_at from core.support_case as c join opened as o
           on o.id = c.support_case_id), now() - interval '1 day',
  'a case that was resolved stays so from then on');
select api.answer_case(id, 'closed') from opened;
select tests.act_as('alice');
select throws_ok(format($$ select api.save_case('{"support_case_id": "%s", "title": "More"}') $$,
  (select id from opened)), 'M9603', 'case_closed', 'the words of a closed case stay');
select tests.act_as_nobody();
select is((select count(*) from core.notification
           where type = 'case_answered' and person_id = tests.id('alice')), 5::bigint,
  'the person who opened the case is told of each answer');
select is((select count(*) from core.audit_log
           where action = 'answer_case' and actor_id = tests.id('sam')), 5::bigint,
  'the audit log has each change once, with who made it');
select is_empty($$ select from core.audit_log where after::text like '%Money%' $$,
  'the words of an answer are not in the audit log');

-- Who takes no part.
update core.person set status = 'suspended' where person_id = tests.id('zoe');
select tests.act_as('zoe');
select throws_ok($$ select api.open_case('x') $$, 'M3001', 'person_suspended',
  'a suspended person opens no case');
select tests.act_as_anonymous();
select throws_ok($$ select api.open_case('x') $$, '42501', null, 'an anonymous caller opens no case');
select tests.act_as('eve');
select api.open_case('n ' || n) from generate_series(1, 20) as n;
select throws_ok($$ select api.open_case('one more') $$, 'M9604', 'too_many_cases',
  'the 21st open case of a person is refused');
select tests.act_as_nobody();
select is((select count(*) from core.support_case where person_id = tests.id('eve')), 20::bigint,
  'what was refused is not there');

-- Erased.
select tests.act_as('eve');
select api.erase_me();
select tests.act_as_nobody();
select is((select count(*) from core.support_case where person_id = tests.id('eve') and title <> ''),
  0::bigint, 'the words of somebody who was erased are gone');
select is_empty($$ select from core.case_attachment as a join core.support_case as c
  using (support_case_id) where c.person_id = tests.id('eve') $$,
  'the attachments of somebody who was erased are gone');

select * from finish();
rollback;
