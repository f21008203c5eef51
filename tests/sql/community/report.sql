-- Moderation: readers report, staff hides or keeps, and what was done is written down.

begin;
select plan(22);

select tests.introduce('alice', 'bob', 'eve');
select tests.make_staff('sam');
grant usage on schema core to anon, authenticated;
insert into core.post (post_id, author_id, title, body, is_published)
values (tests.id('post'), tests.id('alice'), 'post', 'text', true),
       (tests.id('draft'), tests.id('alice'), 'draft', 'text', false);
insert into core.comment (comment_id, post_id, author_id, body)
values (tests.id('comment'), tests.id('post'), tests.id('bob'), 'rude');

-- Reporting.
select tests.act_as_anonymous();
select throws_ok($$ select api.report_content('x', tests.id('post')) $$, '42501', null,
  'an anonymous caller cannot report');
select tests.act_as('eve');
select isnt(api.report_content('rude', p_comment_id => tests.id('comment')), null,
  'a reader reports a comment');
select is(api.report_content('again', p_comment_id => tests.id('comment')),
          api.report_content('again', p_comment_id => tests.id('comment')),
  'a second report of the same is the first');
select isnt(api.report_content('wrong', tests.id('post')), null, 'a reader reports a post');
select throws_ok($$ select api.report_content('x', tests.id('draft')) $$, 'M4804', null,
  'a draft of another cannot be reported');
select throws_ok($$ select api.report_content('x', p_comment_id => tests.id('x')) $$, 'M4805', null,
  'a comment that does not exist cannot be reported');
select throws_ok($$ select api.report_content(' ', tests.id('post')) $$, 'M0804', null,
  'a report without a reason is refused');
select results_eq($$ select count(*) from core.report $$, 'values (2::bigint)',
  'a reporter sees their reports');
select tests.act_as('alice');
select is_empty($$ select * from core.report $$, 'an author cannot see who reported them');

-- Moderating.
select throws_ok($$ select * from api.list_reports() $$, 'M3301', null,
  'a reader cannot list reports');
select throws_ok($$ select api.moderate_comment(tests.id('comment'), true, 'x') $$, 'M3301', null,
  'a reader cannot hide a comment');
select throws_ok($$ select api.moderate_post(tests.id('post'), true, 'x') $$, 'M3301', null,
  'a reader cannot hide a post');
select tests.act_as('sam');
select results_eq($$ select body, reason, author_id from api.list_reports() order by 1 $$,
  $$ values ('rude', 'rude', tests.id('bob')), ('text', 'wrong', tests.id('alice')) $$,
  'staff reads what was reported and why');
select lives_ok($$ select api.moderate_comment(tests.id('comment'), true, 'insults') $$,
  'staff hides a comment');
select lives_ok($$ select api.moderate_post(tests.id('post'), false, 'harmless') $$,
  'staff keeps a post');
select is_empty($$ select * from api.list_reports() $$, 'reports that are answered are off the list');
select tests.act_as('eve');
select is_empty($$ select * from core.comment $$, 'a hidden comment is not shown');
select results_eq($$ select outcome from core.report order by 1 $$,
  $$ values ('hidden'), ('kept') $$, 'a reporter sees what became of their reports');
select tests.act_as('bob');
select results_eq($$ select body from core.comment $$, $$ values ('rude') $$,
  'an author still sees what was hidden of them');
select tests.act_as('sam');
select lives_ok($$ select api.moderate_post(tests.id('post'), true, 'after all') $$,
  'staff hides a post');
select tests.act_as('eve');
select is_empty($$ select * from core.post $$, 'a hidden post is not shown');
select tests.act_as_nobody();
select set_eq($$ select action from core.audit_log where actor_id = tests.id('sam') $$,
  $$ values ('hide_comment'), ('keep_post'), ('hide_post') $$, 'what moderators did is written down');

select * from finish();
rollback;
