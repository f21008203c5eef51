-- The contents of a course: who writes them, who reads what, and in which order they come.

begin;
select plan(43);

select tests.course('yoga', 'tara', 5000);
select tests.course('run', 'uwe', 5000);
select tests.introduce('alice', 'eve');
insert into core.customer values (tests.id('alice'));
grant usage on schema core to anon, authenticated;

create function tests.puts(p_section text, p_position integer)
returns uuid
language sql
as $$
  select api.save_section(jsonb_build_object(
    'section_id', tests.id(p_section), 'offering_id', tests.id('offering yoga'),
    'title', p_section, 'is_published', true)
    || case when p_position is null then '{}' else jsonb_build_object('position', p_position) end);
$$;

-- What a reader gets: sections, lessons, and how many texts, videos and files of Tara's course.
prepare seen as
select (select count(*) from core.course_section as s where s.offering_id = tests.id('offering yoga')),
       (select count(*) from core.lesson as l where l.offering_id = tests.id('offering yoga')),
       (select count(*) from core.section_body as b where b.offering_id = tests.id('offering yoga')),
       (select count(*) from core.lesson_body as b where b.offering_id = tests.id('offering yoga')),
       (select count(*) from core.lesson_attachment as a
        where a.offering_id = tests.id('offering yoga'));

select tests.act_as_anonymous();
select results_eq('seen', 'values (2::bigint, 4::bigint, 1::bigint, 2::bigint, 2::bigint)',
  'an anonymous caller sees what there is, and opens the free section only');
select tests.act_as('eve');
select results_eq('seen', 'values (2::bigint, 4::bigint, 1::bigint, 2::bigint, 2::bigint)',
  'a stranger sees what there is, and opens the free section only');
select tests.act_as('uwe');
select results_eq('seen', 'values (2::bigint, 4::bigint, 1::bigint, 2::bigint, 2::bigint)',
  'another provider opens the free section only');
select tests.act_as('tara');
select results_eq('seen', 'values (2::bigint, 4::bigint, 2::bigint, 4::bigint, 4::bigint)',
  'the provider of a course opens all of it');

-- Enrolled, expired, given back.
select tests.act_as_nobody();
insert into core.enrolment (customer_id, offering_id, provider_id, enrolled_at, expires_at)
values (tests.id('alice'), tests.id('offering yoga'), tests.id('tara'), now(),
        now() + interval '1 second');
select tests.act_as('alice');
select results_eq('seen', 'values (2::bigint, 4::bigint, 2::bigint, 4::bigint, 4::bigint)',
  'a learner opens all of a course');
select tests.act_as_nobody();
update core.enrolment set expires_at = now();
select tests.act_as('alice');
select results_eq('seen', 'values (2::bigint, 4::bigint, 1::bigint, 2::bigint, 2::bigint)',
  'a learner opens nothing more from the instant at which the access ends');
select tests.act_as_nobody();
update core.enrolment set expires_at = null, ended_at = now();
select tests.act_as('alice');
select results_eq('seen', 'values (2::bigint, 4::bigint, 1::bigint, 2::bigint, 2::bigint)',
  'a learner whose money went back opens nothing more');
select tests.act_as_nobody();
update core.enrolment set enrolled_at = null, ended_at = null;
select tests.act_as('alice');
select results_eq('seen', 'values (2::bigint, 4::bigint, 1::bigint, 2::bigint, 2::bigint)',
  'a customer who has not paid yet opens nothing');
select tests.act_as_nobody();
update core.enrolment set enrolled_at = now();

-- Drafts.
select tests.act_as('tara');
select lives_ok($$ select api.save_lesson(jsonb_build_object(
  'lesson_id', tests.id('yoga 2.2'), 'is_published', false)) $$, 'a lesson is withdrawn');
select tests.act_as('alice');
select results_eq('seen', 'values (2::bigint, 3::bigint, 2::bigint, 3::bigint, 3::bigint)',
  'a learner cannot open a lesson that is a draft');
select tests.act_as('tara');
select lives_ok($$ select api.save_section(jsonb_build_object(
  'section_id', tests.id('yoga 1'), 'is_published', false)) $$, 'a section is withdrawn');
select tests.act_as('alice');
select results_eq('seen', 'values (1::bigint, 1::bigint, 1::bigint, 1::bigint, 1::bigint)',
  'a section that is a draft hides its lessons, free or not');
select tests.act_as_nobody();
update core.course_section set is_published = true;
update core.lesson set is_published = true;
update core.offering set is_active = false where offering_id = tests.id('offering yoga');
select tests.act_as('eve');
select results_eq('seen', 'values (0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint)',
  'a course that was taken down shows a stranger nothing, its free section included');
select tests.act_as('alice');
select results_eq('seen', 'values (2::bigint, 4::bigint, 2::bigint, 4::bigint, 4::bigint)',
  'a learner keeps what they are in after it was taken down');
select tests.act_as_nobody();
update core.offering set is_active = true;

-- Whose it is.
select tests.act_as('uwe');
select throws_ok($$ select api.save_section(jsonb_build_object(
  'section_id', tests.id('yoga 1'), 'title', 'mine')) $$, 'M4801', null,
  'another provider cannot change a section');
select throws_ok($$ select api.save_section(jsonb_build_object(
  'offering_id', tests.id('offering yoga'), 'title', 'mine')) $$, 'M4801', null,
  'another provider cannot add a section');
select throws_ok($$ select api.save_section(jsonb_build_object(
  'section_id', tests.id('run 1'), 'offering_id', tests.id('offering yoga'))) $$, '42501', null,
  'a section cannot go to another course');
select throws_ok($$ select api.save_lesson(jsonb_build_object(
  'lesson_id', tests.id('yoga 1.1'), 'title', 'mine')) $$, 'M4801', null,
  'another provider cannot change a lesson');
select throws_ok($$ select api.save_lesson(jsonb_build_object(
  'lesson_id', tests.id('run 1.1'), 'section_id', tests.id('yoga 1'))) $$, '42501', null,
  'a lesson cannot go to another course');
select throws_ok($$ select api.save_lesson('{"title": "x"}') $$, 'M4802', null,
  'a lesson without a section is refused');
select throws_ok($$ select api.save_attachment(jsonb_build_object(
  'lesson_id', tests.id('yoga 1.1'), 'name', 'x', 'url', 'https://example.org')) $$, 'M4801', null,
  'another provider cannot add a file');
select throws_ok($$ select api.save_attachment(jsonb_build_object(
  'lesson_attachment_id', tests.id('run 1.1 file'), 'lesson_id', tests.id('yoga 1.1'))) $$,
  '42501', null, 'a file cannot go to another course');
select throws_ok($$ select api.remove_section(tests.id('yoga 1')) $$, 'M4801', null,
  'another provider cannot remove a section');
select throws_ok($$ select api.remove_lesson(tests.id('yoga 1.1')) $$, 'M4801', null,
  'another provider cannot remove a lesson');
select throws_ok($$ select api.remove_attachment(tests.id('yoga 1.1 file')) $$, 'M4801', null,
  'another provider cannot remove a file');

-- The order.
prepare sections as
select string_agg(title, ',' order by position) from core.course_section
where offering_id = tests.id('offering yoga');
prepare lessons as
select string_agg(title, ',' order by position) from core.lesson where section_id = tests.id('yoga 1');
select tests.act_as('tara');
select lives_ok($$ select tests.puts('yoga 3', null), tests.puts('yoga 0', 1) $$,
  'sections are added at the end and in the middle');
select results_eq('sections', $$ values ('yoga 0,yoga 1,yoga 2,yoga 3') $$,
  'a section without a position comes last, and one in the middle pushes the others');
select lives_ok($$ select tests.puts('yoga 3', 1), tests.puts('yoga 2', 2),
                          tests.puts('yoga 1', 3), tests.puts('yoga 0', 4) $$,
  'a client writes the positions one by one');
select results_eq('sections', $$ values ('yoga 3,yoga 2,yoga 1,yoga 0') $$,
  'positions that are written one by one give the order that was meant');
select lives_ok($$ select api.order_sections(tests.id('offering yoga'), array[
  tests.id('yoga 0'), tests.id('yoga 1'), tests.id('yoga 2'), tests.id('yoga 3')]) $$,
  'all sections are put into an order at once');
select results_eq('sections', $$ values ('yoga 0,yoga 1,yoga 2,yoga 3') $$,
  'sections come in the order they were put into');
select throws_ok($$ select api.order_sections(tests.id('offering yoga'), array[tests.id('yoga 0')]) $$,
  'M0802', null, 'an order that leaves one out is refused');
select throws_ok($$ select api.order_sections(tests.id('offering run'), '{}') $$, 'M4801', null,
  'the sections of another''s course cannot be put into an order');
select lives_ok($$ select api.order_lessons(tests.id('yoga 1'),
  array[tests.id('yoga 1.2'), tests.id('yoga 1.1')]) $$, 'lessons are put into an order');
select results_eq('lessons', $$ values ('yoga 1.2,yoga 1.1') $$,
  'lessons come in the order they were put into');
select throws_ok($$ select api.order_lessons(tests.id('yoga 1'),
  array[tests.id('yoga 1.2'), tests.id('yoga 1.2')]) $$, 'M0802', null,
  'an order that names one twice is refused');
select lives_ok($$ select api.save_lesson(jsonb_build_object(
  'lesson_id', tests.id('yoga 2.1'), 'section_id', tests.id('yoga 1'), 'position', 1)) $$,
  'a lesson moves to another section');
select results_eq('lessons', $$ values ('yoga 2.1,yoga 1.2,yoga 1.1') $$,
  'a lesson that comes from another section pushes those behind it');
select throws_ok($$ select api.save_lesson(jsonb_build_object(
  'lesson_id', tests.id('yoga 2.2'), 'video_url', 'javascript:alert(1)')) $$, '23514', null,
  'a video that is no address of the web is refused');

-- Removing.
select lives_ok($$ select api.remove_attachment(tests.id('yoga 1.1 file')) $$, 'a file is removed');
select lives_ok($$ select api.remove_lesson(tests.id('yoga 1.2')) $$, 'a lesson is removed');
select lives_ok($$ select api.remove_section(tests.id('yoga 2')) $$, 'a section is removed');
select results_eq('seen', 'values (3::bigint, 2::bigint, 1::bigint, 2::bigint, 1::bigint)',
  'what is removed takes its texts and files with it');

select * from finish();
rollback;
