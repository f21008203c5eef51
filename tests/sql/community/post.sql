-- Posts and comments: who writes, who reads, and whose names readers see.

begin;
select plan(37);

select tests.introduce('alice', 'bob', 'eve');
select tests.make_staff('sam');
grant usage on schema core to anon, authenticated;
prepare names as select display_name from core.person order by 1;
prepare posts as select title from core.post order by 1;
prepare comments as select body from core.comment order by 1;
create function tests.posts(p_title text, p_is_published boolean)
returns uuid
language sql
as $$
  select api.save_post(jsonb_build_object(
    'post_id', tests.id(p_title), 'title', p_title, 'body', 'text', 'is_published', p_is_published));
$$;
create function tests.comments(p_post text, p_body text)
returns uuid
language sql
as $$
  select api.save_comment(jsonb_build_object(
    'comment_id', tests.id(p_body), 'post_id', tests.id(p_post), 'body', p_body));
$$;

-- Writing.
select tests.act_as_anonymous();
select throws_ok($$ select tests.posts('a', true) $$, '42501', null,
  'an anonymous caller cannot post');
select tests.act_as('alice');
select lives_ok($$ select tests.posts('shown', true), tests.posts('draft', false) $$,
  'a person writes a post and a draft');
select throws_ok($$ select tests.posts(' ', true) $$, 'M0804', 'text_invalid',
  'a post without a title is refused');
select throws_ok($$ select api.save_post(jsonb_build_object('title', 'x', 'body', 'x',
  'author_id', tests.id('bob'))) $$, '42501', null, 'nobody posts in another''s name');
select tests.act_as('bob');
select throws_ok($$ select api.save_post(jsonb_build_object('post_id', tests.id('shown'),
  'title', 'mine')) $$, '42501', null, 'nobody changes the post of another');
select throws_ok($$ select api.remove_post(tests.id('shown')) $$, 'M4804', null,
  'nobody removes the post of another');
select lives_ok($$ select tests.comments('shown', 'nice') $$, 'a person comments on the post of another');
select throws_ok($$ select tests.comments('shown', '') $$, 'M0804', null,
  'an empty comment is refused');
select throws_ok($$ select tests.comments('draft', 'early') $$, 'M4804', null,
  'nobody comments on the draft of another');
select throws_ok($$ select api.save_comment(jsonb_build_object('comment_id', tests.id('nice'),
  'post_id', tests.id('draft'))) $$, '42501', null, 'a comment stays with its post');
select lives_ok($$ select api.save_comment(jsonb_build_object('comment_id', tests.id('nice'),
  'body', 'very nice')) $$, 'a person changes their comment');

-- Reading.
select results_eq('posts', $$ values ('shown') $$, 'a draft is seen by nobody else');
select results_eq('names', $$ values ('alice'), ('bob') $$,
  'a reader of a post sees the name of its author');
select tests.act_as_anonymous();
select results_eq('posts', $$ values ('shown') $$, 'an anonymous caller reads what is published');
select results_eq('comments', $$ values ('very nice') $$, 'an anonymous caller reads comments');
select results_eq('names', $$ values ('alice'), ('bob') $$,
  'an anonymous caller sees who wrote, and nobody else');
select throws_ok($$ select * from core.person_private $$, '42501', null,
  'an anonymous caller sees no address of an author');
select tests.act_as('alice');
select results_eq('posts', $$ values ('draft'), ('shown') $$, 'an author sees their drafts');
select throws_ok($$ select api.save_comment(jsonb_build_object('comment_id', tests.id('nice'),
  'body', 'bad')) $$, '42501', null, 'nobody changes the comment of another');
select throws_ok($$ select api.remove_comment(tests.id('nice')) $$, 'M4805', null,
  'nobody removes the comment of another');

-- Suspended.
select tests.act_as('sam');
select api.suspend_person(tests.id('bob'), 'rude');
select tests.act_as('eve');
select is_empty('comments', 'what a suspended person wrote is not shown');
select results_eq('names', $$ values ('alice'), ('eve') $$,
  'the name of a suspended person is not shown');
select tests.act_as('bob');
select throws_ok($$ select tests.comments('shown', 'again') $$, 'M3001', null,
  'a suspended person cannot comment');
select throws_ok($$ select tests.posts('again', true) $$, 'M3001', null,
  'a suspended person cannot post');
select tests.act_as('sam');
select api.lift_suspension(tests.id('bob'));

-- Too much.
select tests.act_as('eve');
select lives_ok($$ select tests.posts('p' || n, true) from generate_series(1, 10) as n $$,
  'a person writes ten posts within an hour');
select throws_ok($$ select tests.posts('p11', true) $$, 'M9804', 'too_many_posts',
  'the eleventh post within an hour is refused');
select lives_ok($$ select api.save_post(jsonb_build_object('post_id', tests.id('p1'),
  'title', 'changed')) $$, 'a post that is changed does not count as one more');
select tests.act_as('alice');
select lives_ok($$ select tests.comments('shown', 'c' || n) from generate_series(1, 10) as n $$,
  'a person writes ten comments within a minute');
select throws_ok($$ select tests.comments('shown', 'c11') $$, 'M9804', null,
  'the eleventh comment within a minute is refused');
select tests.act_as_nobody();
update core.comment set created_at = created_at - interval '1 minute';
select tests.act_as('alice');
select lives_ok($$ select tests.comments('shown', 'c11') $$, 'a minute later it is allowed');

-- Withdrawing and removing.
select lives_ok($$ select api.save_post(jsonb_build_object('post_id', tests.id('shown'),
  'is_published', false)) $$, 'an author withdraws a post');
select tests.act_as('eve');
select is_empty($$ select * from core.comment where author_id <> tests.id('eve') $$,
  'the comments of a post that was withdrawn are not shown');
select is_empty($$ select * from core.person where person_id = tests.id('alice') $$,
  'an author of whom nothing is shown is not seen either');
select tests.act_as('bob');
select lives_ok($$ select api.remove_comment(tests.id('nice')) $$, 'a person removes their comment');
select tests.act_as('alice');
select lives_ok($$ select api.remove_post(tests.id('shown')) $$, 'an author removes a post');
select tests.act_as_nobody();
select is_empty($$ select * from core.comment where post_id = tests.id('shown') $$,
  'a post that is removed takes its comments with it');
select throws_ok($$ insert into core.post (author_id, title, body)
  values (tests.id('alice'), 'x', repeat('x', 50001)) $$, '23514', null,
  'a post has an end');

select * from finish();
rollback;
