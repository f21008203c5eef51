-- Progress: it only grows, and it counts what is published.

begin;
select plan(44);

select tests.course('yoga', 'tara', 0);
select tests.introduce('alice', 'bob', 'eve');
select tests.act_as('alice');
select api.enrol(tests.id('offering yoga'));
select tests.act_as('bob');
select api.enrol(tests.id('offering yoga'));
select tests.act_as_nobody();
grant usage on schema core to anon, authenticated;
create function tests.watches(p_lesson text, p_percent numeric)
returns uuid
language sql
as $$
  select api.save_progress(jsonb_build_object('lesson_id', tests.id(p_lesson),
                                              'watch_pct', p_percent));
$$;
prepare watched as
select watch_pct, completed_at is not null from core.lesson_progress where lesson_id = tests.id('yoga 1.1');

-- Who may.
select tests.act_as_anonymous();
select throws_ok($$ select api.save_progress('{}') $$, '42501', null,
  'an anonymous caller cannot write progress');
select tests.act_as('eve');
select throws_ok($$ select tests.watches('yoga 1.1', 10) $$, 'M3801', 'not_enrolled',
  'a stranger to a course has no progress in it');
select tests.act_as('tara');
select throws_ok($$ select tests.watches('yoga 1.1', 10) $$, 'M3801', null,
  'a provider has no progress in their own course');
select tests.act_as('alice');
select throws_ok($$ select tests.watches('nothing', 10) $$, 'M4803', null,
  'a lesson that does not exist has no progress');
select throws_ok($$ select tests.watches('yoga 1.1', 101) $$, 'M0803', null,
  'more than all of a lesson cannot be watched');
select throws_ok($$ select tests.watches('yoga 1.1', -1) $$, 'M0803', null,
  'less than nothing of a lesson cannot be watched');
select throws_ok($$ select api.save_progress(jsonb_build_object('lesson_id', tests.id('yoga 1.1'),
  'enrolment_id', (select e.enrolment_id from core.enrolment as e limit 1),
  'watch_pct', 'NaN')) $$, 'M0803', null, 'a percentage that is no number is refused');

-- It only grows.
select isnt(tests.watches('yoga 1.1', 40), null, 'a learner watches a part of a lesson');
select is(tests.watches('yoga 1.1', 20), tests.watches('yoga 1.1', 30),
  'every beacon of a lesson goes to one row');
select results_eq('watched', 'values (40.00, false)', 'the percentage never falls');
select isnt(tests.watches('yoga 1.1', 100), null, 'a learner watches a lesson to its end');
select results_eq('watched', 'values (100.00, true)', 'a lesson that was watched whole is completed');
select isnt(api.save_progress(jsonb_build_object('lesson_id', tests.id('yoga 1.1'), 'watch_pct', 5,
  'is_completed', false)), null, 'a learner watches a completed lesson again');
select results_eq('watched', 'values (100.00, true)', 'what is completed stays completed');
select tests.act_as('bob');
select is_empty('watched', 'a learner cannot see the progress of another');
select throws_ok($$ select api.save_progress(jsonb_build_object('lesson_id', tests.id('yoga 1.1'),
  'enrolment_id', tests.id('alice'))) $$, '42501', null,
  'nobody writes the progress of another');
select tests.act_as('tara');
select results_eq('watched', 'values (100.00, true)',
  'a provider sees how far their learners have come');
select tests.act_as_nobody();

-- It rolls up.
select is(tests.completed('alice', 'yoga'), '', 'a section is not completed by one of its lessons');
select tests.completes('alice', 'yoga 1.2');
select is(tests.completed('alice', 'yoga'), 'yoga 1', 'a section is completed by all of its lessons');
select tests.completes('alice', 'yoga 2.1');
select is(tests.completed('alice', 'yoga'), 'yoga 1', 'a course is not completed by a part of it');
select tests.act_as('tara');
select api.save_lesson(jsonb_build_object('lesson_id', tests.id('yoga 2.2'), 'is_published', false));
select tests.act_as_nobody();
select is(tests.completed('alice', 'yoga'), 'yoga 1 yoga 2 *',
  'a lesson that is withdrawn does not count any more');
select is(tests.completed('bob', 'yoga'), '', 'a lesson that is withdrawn completes nobody else''s course');
select is(count(*), 1::bigint, 'a completed course gives one certificate') from core.certificate;
select tests.act_as('tara');
select api.save_lesson(jsonb_build_object('lesson_id', tests.id('yoga 2.2'), 'is_published', true));
select tests.act_as_nobody();
select is(tests.completed('alice', 'yoga'), 'yoga 1',
  'a lesson that comes opens its section and its course again');
select is(count(*), 1::bigint, 'a certificate stays when the course goes on') from core.certificate;
select tests.completes('alice', 'yoga 2.2');
select is(tests.completed('alice', 'yoga'), 'yoga 1 yoga 2 *', 'the new lesson completes it again');
select is(count(*), 1::bigint, 'a course that is completed again gives no second certificate')
from core.certificate;

-- Moved, removed.
select tests.completes('bob', 'yoga 1.1', 'yoga 2.1', 'yoga 2.2');
select is(tests.completed('bob', 'yoga'), 'yoga 2', 'the lessons of one section are left');
select tests.act_as('tara');
select api.save_lesson(jsonb_build_object(
  'lesson_id', tests.id('yoga 1.2'), 'section_id', tests.id('yoga 2'), 'position', 9));
select tests.act_as_nobody();
select is(tests.completed('bob', 'yoga'), 'yoga 1',
  'a lesson that moves completes the section it leaves and opens the one it goes to');
select tests.act_as('tara');
select api.remove_lesson(tests.id('yoga 1.2'));
select tests.act_as_nobody();
select is(tests.completed('bob', 'yoga'), 'yoga 1 yoga 2 *',
  'a lesson that is removed is not missed');

-- Sections without lessons.
select tests.act_as('tara');
select api.save_section(jsonb_build_object('section_id', tests.id('yoga 3'), 'is_published', true,
  'offering_id', tests.id('offering yoga'), 'title', 'yoga 3'));
select tests.act_as('bob');
select isnt(api.save_section_progress(jsonb_build_object('section_id', tests.id('yoga 3'), 'is_completed', true)), null,
  'a section without lessons is completed by its reader');
select throws_ok($$ select api.save_section_progress(jsonb_build_object('section_id', tests.id('nothing'), 'is_completed', true)) $$, 'M4802', null,
  'a section that does not exist cannot be completed');
select tests.act_as('eve');
select throws_ok($$ select api.save_section_progress(jsonb_build_object('section_id', tests.id('yoga 3'), 'is_completed', true)) $$, 'M3801', null,
  'a stranger to a course cannot complete a section of it');
select api.enrol(tests.id('offering yoga'));
select throws_ok($$ select api.save_section_progress(jsonb_build_object('section_id', tests.id('yoga 1'), 'is_completed', true)) $$, 'M9803', 'lessons_left',
  'a section with lessons is completed by its lessons only');
select isnt(tests.watches('yoga 2.1', 60), null, 'a learner watches most of a lesson');
select isnt(api.save_progress(jsonb_build_object('lesson_id', tests.id('yoga 2.1'), 'watch_pct', 10,
  'is_completed', true)), null, 'a learner completes a lesson from an earlier place of it');
prepare grown as
select watch_pct, completed_at is not null from core.lesson_progress
where lesson_id = tests.id('yoga 2.1') and watch_pct > 0;
select results_eq('grown', 'values (60.00, true)',
  'the percentage does not fall when the lesson is completed');
select isnt(tests.watches('yoga 2.1', 70), null, 'a learner watches on after completing a lesson');
select results_eq('grown', 'values (70.00, true)',
  'the completion does not fall when the percentage grows');
select tests.act_as_nobody();
select tests.completes('eve', 'yoga 1.1', 'yoga 2.1', 'yoga 2.2');
select is(tests.completed('eve', 'yoga'), 'yoga 1 yoga 2', 'a section without lessons counts too');
select tests.act_as('eve');
select isnt(api.save_section_progress(jsonb_build_object('section_id', tests.id('yoga 3'), 'is_completed', true)), null, 'a learner reads the last section');
select isnt(api.save_section_progress(jsonb_build_object('section_id', tests.id('yoga 1'), 'is_completed', true)), null,
  'a section that its lessons have completed may be said to be');
select tests.act_as_nobody();
select is(tests.completed('eve', 'yoga'), 'yoga 1 yoga 2 yoga 3 *', 'the last section completes it');

-- Ended.
update core.enrolment set expires_at = now() where customer_id = tests.id('bob');
select tests.act_as('bob');
select throws_ok($$ select tests.watches('yoga 1.1', 100) $$, 'M3801', null,
  'a learner whose enrolment has ended writes no progress');

select * from finish();
rollback;
