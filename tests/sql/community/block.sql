-- Strangers: whoever has somebody's id may write to them, a little, until they answer; and who does
-- not want to hear of somebody blocks them.

begin;
select plan(33);

-- Answers are kept in temporary tables, which no role of the API may make otherwise.
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$;

select tests.introduce('alice', 'bob', 'eve', 'zoe');
select tests.introduce(variadic array(select 'one ' || n from generate_series(1, 12) as n));
select tests.make_staff('sam');
update core.person set status = 'suspended' where person_id = tests.id('zoe');
create function tests.writes(p_to text, p_body text default 'Hello') returns uuid language sql
return api.send_message(p_body, tests.id(p_to));
grant usage on schema core to authenticated;
prepare name_of (text) as select p.display_name from core.person as p where p.person_id = tests.id($1);

-- A stranger writes, and is nobody's name yet.
select tests.act_as('eve');
select is_empty($$ execute name_of('alice') $$, 'a stranger does not know who somebody is');
select isnt(tests.writes('alice'), null, 'a stranger writes to somebody whose id they have');
select is_empty($$ execute name_of('alice') $$,
  'writing to somebody does not tell who they are');
select throws_ok($$ select tests.writes('zoe') $$, 'M4003', 'person_not_found',
  'nobody reaches the suspended');
select throws_ok($$ select api.open_conversation(array[tests.id('alice'), tests.id('bob')]) $$,
  'M4003', 'person_not_found', 'a stranger cannot bring people into a group');
select isnt(tests.writes('alice', 'Are you there?'), null, 'a stranger writes a second time');
select isnt(tests.writes('alice', 'Please.'), null, 'a stranger writes a third time');
select throws_ok($$ select tests.writes('alice', 'Answer me!') $$, 'M9602', 'too_many_messages',
  'a stranger cannot write a fourth time before there is an answer');
select tests.act_as('alice');
select results_eq($$ execute name_of('eve') $$, $$ values ('eve') $$,
  'whoever was written to sees who has written');
select results_eq('select names, unread from api.list_conversations()',
  $$ values (array['eve'], 3) $$, 'the messages of a stranger are there to read');
select isnt(tests.writes('eve', 'Who are you?'), null, 'the person who was written to answers');
select tests.act_as('eve');
select results_eq($$ execute name_of('alice') $$, $$ values ('alice') $$,
  'an answer tells who has answered');
select isnt(tests.writes('alice', 'I am Eve.'), null, 'after an answer they go on');

-- A few strangers a day.
select tests.act_as('bob');
select is(count(tests.writes('one ' || n)), 10::bigint, 'a person writes to ten strangers within a day')
from generate_series(1, 10) as n;
select throws_ok($$ select tests.writes('one 11') $$, 'M9602', 'too_many_messages',
  'a person cannot write to an eleventh stranger on a day that has no answer');
select isnt(tests.writes('one 1', 'Hello again'), null, 'the limit is for those they have not written to');
select tests.act_as('one 1');
select isnt(tests.writes('bob', 'Hello Bob'), null, 'a stranger may answer who wrote to them');
select tests.act_as('bob');
select isnt(tests.writes('one 11'), null, 'an answer makes room for another stranger');
select tests.act_as('sam');
select isnt(tests.writes('one 12'), null, 'staff writes to everybody');

-- Blocks.
select tests.act_as('alice');
select throws_ok($$ select api.block_person(tests.id('alice')) $$, 'M4003', 'person_not_found',
  'a person cannot block themselves');
select is(api.block_person(tests.id('eve')), true, 'a person blocks another');
select is(api.block_person(tests.id('eve')), false, 'a person who is blocked again is blocked once');
select results_eq('select person_id, name from api.list_blocked()',
  $$ values (tests.id('eve'), 'eve') $$, 'a person sees whom they have blocked');
select throws_ok($$ select tests.writes('eve') $$, 'M3601', 'person_blocked',
  'whoever has blocked somebody does not write to them either');
select tests.act_as('eve');
select throws_ok($$ select tests.writes('alice') $$, 'M3601', 'person_blocked',
  'the person who is blocked cannot write in the conversation of the two');
select is_empty('select from api.list_blocked()', 'nobody sees who has blocked them');
select is_empty('select from core.block', 'nobody reads the blocks of another');
select is(api.unblock_person(tests.id('alice')), false, 'nobody ends the block of another');
select tests.act_as('alice');
select isnt_empty($$ select from jsonb_array_elements(api.export_my_data() -> 'blocked') $$,
  'an export has whom the person has blocked');
select is(api.unblock_person(tests.id('eve')), true, 'a person ends their block');
select isnt(tests.writes('eve', 'Hello again'), null, 'after a block they write again');
select api.block_person(tests.id('eve'));
select tests.act_as_anonymous();
select throws_ok($$ select api.block_person(tests.id('eve')) $$, '42501', null,
  'an anonymous caller blocks nobody');
select tests.act_as_nobody();
select internal.erase_person(tests.id('eve'));
select is_empty('select from core.block', 'an erased person is in no block any more');

select * from finish();
rollback;
