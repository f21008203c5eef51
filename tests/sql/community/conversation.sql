-- Conversations: who may write to whom, who reads it, and what is taken out.

begin;
select plan(58);

-- Answers are kept in temporary tables, which no role of the API may make otherwise.
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$;

select tests.offer('lesson', 'tara', 10000);
select tests.offer('other', 'uwe', 10000);
select tests.introduce('alice', 'bob', 'eve', 'zoe');
select tests.make_staff('sam');
insert into core.customer (customer_id) values (tests.id('alice')), (tests.id('bob'));

-- A conversation of two.
select tests.act_as('alice');
create temp table said as
select api.send_message('Hello Tara', tests.id('tara')) as hello;
grant select on said to public;
select isnt((select hello from said), null, 'a customer writes to a provider');
select results_eq(
  'select kind, person_ids, names, last_message, unread from api.list_conversations()',
  format($$ values ('pair', array[%L::uuid], array['tara'], 'Hello Tara', 0) $$, tests.id('tara')),
  'the sender has a conversation with the provider, and nothing to read in it');
select is(api.open_conversation(array[tests.id('tara')]),
  (select conversation_id from api.list_conversations()),
  'the person who writes again finds the conversation of the two');
select tests.act_as('tara');
select is((select unread from api.list_conversations()), 1, 'the recipient has one to read');
select results_eq(
  'select m.body, m.recipient_id from api.list_conversations() as c
   cross join lateral api.list_messages(c.conversation_id) as m',
  format($$ values ('Hello Tara', %L::uuid) $$, tests.id('tara')),
  'the recipient reads the message');
select is((select names from api.list_conversations()), array['alice'],
  'people of a conversation see each other''s names');
select lives_ok($$ select api.send_message('Hello Alice', tests.id('alice')) $$,
  'a provider answers somebody who is not listed');
select is((select count(*) from api.list_conversations()), 1::bigint,
  'an answer stands in the same conversation');
select tests.act_as('eve');
select is_empty('select from api.list_conversations()', 'a stranger has no conversation');
select tests.act_as_nobody();
create temp table pairs as select conversation_id from core.conversation;
grant select on pairs to public;
select tests.act_as('eve');
select is_empty('select from pairs cross join lateral api.list_messages(conversation_id)',
  'a stranger reads no message of a conversation they know the id of');
select throws_ok(
  $$ select api.send_message('Me too', p_conversation_id => conversation_id) from pairs $$,
  'M4604', 'conversation_not_found', 'a stranger cannot write into the conversation of others');
select throws_ok($$ select api.send_message('Hello', tests.id('nobody at all')) $$, 'M4003',
  'person_not_found', 'nobody writes to a person who does not exist');
select throws_ok($$ select api.send_message('Hello', tests.id('eve')) $$, 'M4003',
  'person_not_found', 'nobody writes to themselves');
select throws_ok($$ select api.send_message('Hello') $$, 'M0601', 'recipients_invalid',
  'a message is to somebody');
select throws_ok($$ select api.send_message(' ', tests.id('tara')) $$, 'M0602',
  'message_invalid', 'a blank message is refused');
select throws_ok($$ select api.send_message(repeat('x', 5001), tests.id('tara')) $$, 'M0602',
  'message_invalid', 'a message of more than 5000 characters is refused');
select throws_ok(
  format($$ select api.save_message('{"sender_id": "%s", "recipient_id": "%s", "body": "x"}') $$,
         tests.id('alice'), tests.id('tara')), '42501', null,
  'nobody writes in the name of another');
select throws_ok(
  format($$ select api.save_message('{"message_id": "%s", "body": "changed"}') $$,
         (select hello from said)), '42501', null, 'a stranger cannot change a message');
select tests.act_as('alice');
select throws_ok(
  format($$ select api.save_message('{"message_id": "%s", "body": "changed"}') $$,
         (select hello from said)), '42501', null, 'the sender cannot change a message either');
select is(api.save_message(format('{"message_id": "%s", "body": "Hello Tara"}',
                                  (select hello from said))::jsonb),
  (select hello from said), 'the same message again is the one that was sent');
select is(api.save_message(format('{"message_id": "%s", "body": "Hello Tara"}',
                                  (select hello from said))::jsonb, 'ignore'),
  null, 'the same message is ignored when asked so');
select throws_ok(
  format($$ select api.save_message('{"message_id": "%s"}', 'fail') $$, (select hello from said)),
  '23505', null, 'the same message is refused when asked so');
select is(api.leave_conversation((select conversation_id from pairs)), false,
  'a conversation of two cannot be left');

-- News.
select tests.act_as_nobody();
select is((select count(*) from core.notification where type = 'message_received'
           and person_id = tests.id('tara')), 1::bigint, 'the recipient is told of a message');
select is((select count(*) from core.notification where type = 'message_received'
           and person_id = tests.id('alice')), 1::bigint, 'an answer is told too');
select tests.act_as('alice');
select api.send_message('Are you there?', tests.id('tara'));
select tests.act_as_nobody();
select is((select count(*) from core.notification where type = 'message_received'
           and person_id = tests.id('tara')), 1::bigint,
  'the person who has not looked is not told again');

-- Receipts.
select tests.act_as('eve');
select is(api.mark_messages_read(array(select hello from said)), 0,
  'a stranger''s receipt of a message is not written');
select tests.act_as('alice');
select is(api.mark_messages_read(array(select hello from said)), 0,
  'a sender''s receipt of their own message is not written');
select tests.act_as('tara');
select is(api.mark_messages_read(p_conversation_id => (select conversation_id from pairs)), 2,
  'the recipient says that they have read all');
select is(api.mark_messages_read(), 0, 'saying it twice changes nothing');
select is((select unread from api.list_conversations()), 0, 'after looking nothing is unread any more');
select tests.act_as('alice');
select is((select read_by from api.list_messages((select conversation_id from pairs))
           where message_id = (select hello from said)), array[tests.id('tara')],
  'the sender sees who has read it');

-- Contact details.
select tests.act_as_nobody();
select is(internal.mask_contacts(t.body), t.masked,
  format('contact details are taken out of "%s"', t.body))
from (values
  ('Write to tara@example.org, please', 'Write to [hidden], please'),
  ('tara (at) example (dot) org', '[hidden]'),
  ('See https://example.org/tara?x=1 or www.tara.dk', 'See [hidden] or [hidden]'),
  ('I am on wa.me/4512345678', 'I am on [hidden]'),
  ('Call +45 12 34 56 78 today', 'Call [hidden] today'),
  ('Call (020) 7946-0958', 'Call [hidden]'),
  ('On 2026-11-29 at 10:00, or 29.11.2026, for 1200 DKK',
   'On 2026-11-29 at 10:00, or 29.11.2026, for 1200 DKK')
) as t(body, masked);
select tests.act_as('alice');
create temp table hidden as
select api.send_message('Call +45 12 34 56 78', tests.id('tara')) as id;
grant select on hidden to public;
select tests.act_as('tara');
select is((select body from api.list_messages((select conversation_id from pairs))
           where message_id = (select id from hidden)), 'Call [hidden]',
  'contact details are masked before the first paid booking');
select throws_ok($$ select api.inspect_conversation(conversation_id, 'curious') from pairs $$,
  'M3301', 'staff_only', 'a member cannot read what was masked');
select tests.act_as('sam');
select throws_ok($$ select api.inspect_conversation(conversation_id, ' ') from pairs $$,
  'M0603', 'reason_required', 'a moderator says why they read');
select is((select body from pairs cross join lateral
             api.inspect_conversation(conversation_id, 'a complaint')
           where was_masked), 'Call +45 12 34 56 78', 'a moderator reads what was masked');
select tests.act_as_nobody();
select is((select actor_id from core.audit_log where action = 'inspect_conversation'),
  tests.id('sam'), 'the audit log knows which moderator has read');
prepare last_body as
select body from api.list_messages((select conversation_id from pairs), null, 1);
select tests.offer('gift', 'tara', 0, p_starts => now() + interval '20 days');
select tests.book('gift', 'alice');
select tests.act_as('alice');
select api.send_message('Call +45 12 34 56 78', tests.id('tara'));
select results_eq('last_body', $$ values ('Call [hidden]') $$,
  'a booking that costs nothing shows no contact details');
select tests.act_as_nobody();
create temp table held as select tests.book('lesson', 'alice') as payment_id;
select tests.act_as('alice');
select api.send_message('Call +45 12 34 56 78', tests.id('tara'));
select results_eq('last_body', $$ values ('Call [hidden]') $$,
  'a booking that is not paid yet shows no contact details');
select tests.act_as_nobody();
select tests.arrives(payment_id) from held;
select tests.act_as('alice');
select api.send_message('Call +45 12 34 56 78', tests.id('tara'));
select is((select body from api.list_messages((select conversation_id from pairs), null, 1)),
  'Call +45 12 34 56 78', 'contact details are shown once a booking between the two is paid');

-- Groups.
select tests.act_as('tara');
create temp table team as
select api.open_conversation(array[tests.id('alice'), tests.id('uwe')], 'Team') as id;
grant select on team to public;
select api.open_conversation(array[tests.id('alice')], 'Call +45 12 34 56 78');
select is((select title from api.list_conversations() where title <> 'Team'), 'Call [hidden]',
  'contact details are masked in a title too');
select lives_ok($$ select api.send_message('Hello both', p_conversation_id => id) from team $$,
  'somebody writes to a group');
select tests.act_as('uwe');
select is(array(select unnest(names) as name from api.list_conversations() order by 1),
  array['alice', 'tara'],
  'people of a group see each other''s names');
select lives_ok($$ select api.leave_conversation(id) from team $$, 'somebody leaves a group');
select is_empty($$ select from team cross join lateral api.list_messages(id) $$,
  'the person who has left a group reads it no more');
select throws_ok($$ select api.open_conversation('{}') $$, 'M0601', 'recipients_invalid',
  'a conversation with nobody is refused');

-- Who takes no part.
select tests.act_as_nobody();
update core.person set status = 'suspended' where person_id = tests.id('bob');
select tests.act_as('bob');
select throws_ok($$ select api.send_message('Hello', tests.id('tara')) $$, 'M3001',
  'person_suspended', 'a suspended person sends nothing');
select set_config('request.jwt.claims', format('{"sub": "%s", "is_anonymous": true}',
                                               tests.id('zoe')), true);
select set_config('app.user_id', tests.id('zoe')::text, true);
select throws_ok($$ select api.send_message('Hello', tests.id('tara')) $$, 'M3002',
  'sign_up_required', 'a guest sends nothing');

-- How much.
select tests.act_as('eve');
select api.send_message('n ' || n, tests.id('tara')) from generate_series(1, 30) as n;
select throws_ok($$ select api.send_message('one more', tests.id('tara')) $$, 'M9602',
  'too_many_messages', 'the 31st message within a minute is refused');
select tests.act_as_nobody();
update core.message set created_at = created_at - interval '2 minutes';
select tests.act_as('eve');
select lives_ok($$ select api.send_message('one more', tests.id('tara')) $$,
  'a minute later messages are sent again');

-- Erased.
select tests.act_as('eve');
select api.erase_me();
select tests.act_as_nobody();
select is((select count(*) from core.message where sender_id = tests.id('eve') and body <> ''),
  0::bigint, 'the words of somebody who was erased are gone');

select * from finish();
rollback;
