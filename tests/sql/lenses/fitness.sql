-- The lens of courses and posts: what it hides, however it is asked, and what it takes.

begin;
select plan(103);

-- Answers are kept in temporary tables, which no role of the API may make otherwise.
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$;

select tests.course('yoga', 'tara', 1999);
select tests.course('free', 'tara', 0);
select tests.introduce('alice', 'bob', 'eve');
select tests.make_staff('sam');
insert into core.customer values (tests.id('alice')), (tests.id('bob'));

-- Every way in which a reader could come to something that is not theirs.
create view tests.leaks as
select 'course' as way from fitness."Course" where content is not null and title = 'yoga'
union all
select 'chapter' from fitness."Chapter"
where (content is not null or "videoUrl" is not null) and title = 'yoga 2'
union all
select 'lesson' from fitness."Lesson"
where (content is not null or "videoUrl" is not null) and title like 'yoga 2._'
union all
select 'file' from fitness."Attachment" as a
where a."lessonId" in (tests.id('yoga 2.1'), tests.id('yoga 2.2'))
union all
select 'search' from fitness."Lesson" where content ilike '%secret%' and title like 'yoga 2._'
union all
select 'sort' from (
  select l.title from fitness."Lesson" as l where l."videoUrl" > '' order by l.content) as s
where s.title like 'yoga 2._'
union all
select 'count' from (
  select count(l.content) as n from fitness."Lesson" as l where l.title like 'yoga 2._') as c
where c.n > 0
union all
select 'embedding' from fitness."Course" as c
join fitness."Chapter" as h on h."courseId" = c.id
join fitness."Lesson" as l on l."chapterId" = h.id
join fitness."Attachment" as a on a."lessonId" = l.id
where c.title = 'yoga' and not h."isFree"
union all
select 'json' from fitness."Lesson" as l
where to_jsonb(l)::text like '%secret%' and l.title like 'yoga 2._';
alter view tests.leaks set (security_invoker = true);
grant usage on schema tests to public;
grant select on tests.leaks to public;
grant execute on all functions in schema tests to public;
prepare leaks as select way from tests.leaks;

select tests.act_as_anonymous();
select is_empty('leaks', 'an anonymous caller finds nothing inside a course in any way');
select results_eq($$ select title, price, "discountPrice", difficulty::text from fitness."Course"
  order by title $$,
  $$ values ('free', 0::float8, null::float8, 'BEGINNER'), ('yoga', 19.99, null, 'BEGINNER') $$,
  'an anonymous caller sees the list with its prices to the cent');
select results_eq($$ select count(*) from fitness."Lesson" where content = 'secret' $$,
  'values (4::bigint)', 'an anonymous caller reads the lessons of free chapters');
select is_empty($$ select * from fitness."CourseEnrollment" $$,
  'an anonymous caller finds no enrolment, and may still count them beside a course');
select tests.act_as('eve');
select is_empty('leaks', 'a stranger finds nothing inside a course in any way');
select tests.act_as('sam');
select is_empty('leaks', 'staff finds nothing inside a course that they are not in');
select tests.act_as('tara');
select isnt_empty('leaks', 'the author of a course sees what is in it');

-- Bought: the second the money is there, and the second it goes.
select tests.act_as('alice');
select lives_ok($$ insert into fitness."Payment" (amount, status, "userId", "courseId")
  values (19.99, 'PENDING', tests.id('alice'), tests.id('offering yoga')) $$,
  'a payment of a course is begun');
select results_eq($$ select amount, currency, status::text, provider, "courseId" from fitness."Payment" $$,
  $$ values (19.99::float8, 'EUR', 'PENDING', 'stripe', tests.id('offering yoga')) $$,
  'a payment that was begun is pending');
select is_empty('leaks', 'the person who has not paid finds nothing inside a course');
select is_empty($$ select * from fitness."CourseEnrollment" $$,
  'a place that is not paid is no enrolment');
select throws_ok($$ insert into fitness."Payment" (amount, status, "userId", "courseId")
  values (1, 'PENDING', tests.id('alice'), tests.id('offering yoga')) $$, 'M9802', null,
  'a second payment of the same course is refused');
select throws_ok($$ update fitness."Payment" set status = 'COMPLETED' $$, 'M0018', null,
  'a payer cannot say that they have paid');
select throws_ok($$ update fitness."Payment" set status = 'REFUNDED' $$, 'M3301', 'staff_only',
  'a payer cannot give themselves the money back');
select throws_ok($$ insert into fitness."Payment" (currency, status, "userId", "courseId")
  values ('USD', 'PENDING', tests.id('alice'), null) $$, 'M4801', 'course_not_found',
  'a payment of no course is refused');
select tests.act_as('bob');
select throws_ok($$ insert into fitness."Payment" (amount, status, "userId", "courseId")
  values (0.01, 'PENDING', tests.id('bob'), tests.id('offering yoga')) $$, 'M0316', 'amount_wrong',
  'an amount that is not the price is refused');
select throws_ok($$ insert into fitness."Payment" (status, "userId", "courseId")
  values ('COMPLETED', tests.id('bob'), tests.id('offering yoga')) $$, 'M0018', null,
  'a payment cannot be written as completed');
select throws_ok($$ insert into fitness."Payment" (status, "userId", "courseId")
  values ('PENDING', tests.id('alice'), tests.id('offering yoga')) $$, '42501', null,
  'nobody pays in another''s name');
select throws_ok($$ insert into fitness."CourseEnrollment" ("userId", "courseId")
  values (tests.id('bob'), tests.id('offering yoga')) $$, 'M2801', null,
  'a course that costs money is not entered for nothing');
select is_empty($$ select * from fitness."Payment" $$, 'nobody sees the payments of another');
select tests.act_as_nobody();
select is(tests.arrives(p.payment_id), 'done', 'the money for the course arrives') from core.payment as p;
select tests.act_as('alice');
select set_eq('leaks', $$ values ('course'), ('chapter'), ('lesson'), ('file'), ('search'), ('sort'),
  ('count'), ('embedding'), ('json') $$, 'the person who has paid opens all of the course');
select results_eq($$ select c.title, e."isCompleted", e."expiresAt"
  from fitness."CourseEnrollment" as e join fitness."Course" as c on c.id = e."courseId" $$,
  $$ values ('yoga', false, null::timestamptz) $$, 'the payment makes the enrolment');
select results_eq($$ select status::text from fitness."Payment" $$, $$ values ('COMPLETED') $$,
  'a payment whose money has arrived is completed');

-- Progress.
create temp table mine as select id from fitness."CourseEnrollment";
grant select on mine to public;
prepare progress as
select "watchTimePercent", "isCompleted" from fitness."LessonProgress"
where "lessonId" = tests.id('yoga 1.1');
select lives_ok($$ insert into fitness."LessonProgress"
  ("lessonId", "courseEnrollmentId", "watchTimePercent", "isCompleted")
  select tests.id('yoga 1.1'), id, 12.5, false from mine $$, 'progress is written as a row');
select lives_ok($$ update fitness."LessonProgress" set "watchTimePercent" = 5 $$,
  'a smaller percentage is taken without a word');
select results_eq('progress', 'values (12.5::float8, false)', 'the percentage does not fall');
select throws_ok($$ insert into fitness."LessonProgress" ("lessonId", "courseEnrollmentId")
  select tests.id('yoga 1.1'), id from mine $$, '23505', null,
  'a second row of the same lesson is refused without an upsert');
select lives_ok($$ update fitness."LessonProgress" set "isCompleted" = true $$,
  'a lesson is completed');
select results_eq('progress', 'values (12.5::float8, true)', 'a completed lesson says so');
select throws_ok($$ update fitness."LessonProgress" set "isCompleted" = false $$, 'M0018',
  'column_read_only', 'a lesson that was completed cannot be written back');
select throws_ok($$ update fitness."CourseEnrollment" set "isCompleted" = true $$, 'M0018', null,
  'a learner cannot say that a course is completed');
select throws_ok($$ insert into fitness."ChapterProgress"
  ("chapterId", "courseEnrollmentId", "isCompleted") select tests.id('yoga 1'), id, true from mine $$,
  'M9803', null, 'a chapter with lessons left is not completed by saying so');
select lives_ok($$ insert into fitness."ChapterProgress" ("chapterId", "courseEnrollmentId",
  "isCompleted") select tests.id('yoga 1'), id, false from mine $$, 'a chapter is begun');
select tests.act_as_nobody();
select tests.completes('alice', 'yoga 1.2', 'yoga 2.1', 'yoga 2.2');
select tests.act_as('alice');
select results_eq($$ select c.title, p."isCompleted" from fitness."ChapterProgress" as p
  join fitness."Chapter" as c on c.id = p."chapterId" order by 1 $$,
  $$ values ('yoga 1', true), ('yoga 2', true) $$, 'chapters follow from their lessons');
select results_eq($$ select "isCompleted" from fitness."CourseEnrollment" $$, 'values (true)',
  'the course follows from its chapters');
select tests.act_as('bob');
select is_empty($$ select * from fitness."LessonProgress" $$, 'nobody sees the progress of another');
select throws_ok($$ insert into fitness."LessonProgress" ("lessonId", "courseEnrollmentId")
  select tests.id('yoga 1.1'), id from mine $$, 'M3801', null,
  'nobody writes the progress of another');
select tests.act_as('tara');
select results_eq($$ select u.name, u.email from fitness."CourseEnrollment" as e
  join fitness."User" as u on u.id = e."userId" $$, $$ values ('alice', '') $$,
  'an author sees the names of learners and not their addresses');

-- An enrolment that ends by the clock, and its fields with it.
select tests.act_as_nobody();
update core.enrolment set expires_at = now() + interval '1 hour'
where customer_id = tests.id('alice');
select tests.act_as('alice');
select isnt_empty('leaks', 'a learner reads the course until the enrolment expires');
select ok("expiresAt" = now() + interval '1 hour', 'a learner sees when the enrolment expires')
from fitness."CourseEnrollment" where "courseId" = tests.id('offering yoga');
select tests.act_as_nobody();
update core.enrolment set expires_at = now() where customer_id = tests.id('alice');
select tests.act_as('alice');
select is_empty('leaks', 'nothing inside a course is found in any way once the enrolment has expired');
select is_empty(
  $$ select from fitness."Attachment" where "lessonId" = tests.id('yoga 2.1')
     union all
     select from fitness."Lesson" where title like 'yoga 2._' and "videoUrl" like 'https%' $$,
  'no file is listed and no video is found by a filter once the enrolment has expired');
select results_eq(
  $$ select count(*), count(content), count("videoUrl") from fitness."Lesson"
     where title like 'yoga 2._' $$,
  'values (2::bigint, 0::bigint, 0::bigint)',
  'the lessons are counted as everybody sees them once the enrolment has expired');
select throws_ok(
  $$ insert into fitness."LessonProgress" ("lessonId", "courseEnrollmentId", "watchTimePercent")
     select tests.id('yoga 2.1'), id, 50 from mine $$, 'M3801', 'not_enrolled',
  'no progress is written once the enrolment has expired');
select ok("expiresAt" <= now(), 'the enrolment stays, and says when it expired')
from fitness."CourseEnrollment" where "courseId" = tests.id('offering yoga');
select tests.act_as_nobody();
update core.enrolment set expires_at = null where customer_id = tests.id('alice');
select tests.act_as('alice');
select isnt_empty('leaks', 'an enrolment that is longer again opens the course again');

-- A category says when it was changed.
select tests.act_as_nobody();
insert into core.category (category_id, name, slug, created_at, updated_at)
values (tests.id('old'), 'Old', 'old', now() - interval '9 days', now() - interval '9 days');
select tests.act_as('sam');
prepare since as select "createdAt" < now(), "updatedAt" = now()
from fitness."Category" where id = tests.id('old');
update fitness."Category" set name = name where id = tests.id('old');
select results_eq('since', 'values (true, false)', 'a category that is saved as it was is not changed');
update fitness."Category" set name = 'New' where id = tests.id('old');
select results_eq('since', 'values (true, true)', 'a category that gets a new name says when');
select tests.act_as('alice');
select results_eq('since', 'values (true, true)', 'everybody sees when a category was changed');

select tests.act_as_service();
select lives_ok($$ select api.refund_payment(id) from fitness."Payment" $$, 'the money goes back');
select tests.act_as('alice');
select is_empty('leaks', 'the person who got the money back finds nothing inside the course any more');
select ok("expiresAt" <= now(), 'the enrolment has ended') from fitness."CourseEnrollment";

-- Free.
select tests.act_as('bob');
select lives_ok($$ insert into fitness."CourseEnrollment" ("userId", "courseId")
  values (tests.id('bob'), tests.id('offering free')) $$, 'a free course is entered');
select throws_ok($$ insert into fitness."CourseEnrollment" ("userId", "courseId")
  values (tests.id('bob'), tests.id('offering free')) $$, 'M9801', null,
  'nobody enters a course twice');
select set_config('app.on_conflict', 'ignore', true);
select lives_ok($$ insert into fitness."CourseEnrollment" ("userId", "courseId")
  values (tests.id('bob'), tests.id('offering free')) $$, 'an upsert of an enrolment is no error');
select set_config('app.on_conflict', '', true);

-- Writing a course.
select throws_ok($$ update fitness."Course" set title = 'mine' where title = 'yoga' $$, '42501', null,
  'nobody changes the course of another');
select lives_ok($$ insert into fitness."Course" (id, title, slug, description, price,
    "discountPrice", difficulty, "authorId", content, "isPublished", currency)
  values (tests.id('mine'), 'mine', 'mine', 'about', 20.1, 10.05, 'EXPERT', tests.id('bob'), 'text',
          true, 'EUR') $$, 'a user who is no trainer yet publishes a course');
select results_eq($$ select price, "discountPrice", difficulty::text, content, "publishedAt" = now()
  from fitness."Course" where id = tests.id('mine') $$,
  $$ values (20.1::float8, 10.05::float8, 'EXPERT', 'text', true) $$,
  'a course comes back as it was written');
select results_eq($$ select role::text from fitness."User" where id = tests.id('bob') $$,
  $$ values ('TRAINER') $$, 'the person who publishes a course is a trainer');
select throws_ok($$ update fitness."Course" set price = 0.1::float8 + 0.2 where id = tests.id('mine') $$,
  'M0015', null, 'a price that is no amount of cents is refused');
select lives_ok($$ insert into fitness."Chapter" (id, title, position, "courseId")
  values (tests.id('c1'), 'one', 1, tests.id('mine')), (tests.id('c2'), 'two', 2, tests.id('mine')) $$,
  'chapters are added to a course');
select lives_ok($$ update fitness."Chapter" set position = 2 where id = tests.id('c1') $$,
  'a chapter takes the position of another');
select results_eq($$ select title from fitness."Chapter" where "courseId" = tests.id('mine')
  order by position $$, $$ values ('two'), ('one') $$, 'the two chapters have changed places');
select throws_ok($$ insert into fitness."CategoryOnCourse" values (tests.id('mine'), tests.id('x')) $$,
  'M4103', null, 'a course is not put into a category that does not exist');
select throws_ok($$ insert into fitness."Category" (name, slug) values ('a', 'a') $$, 'M3301', null,
  'a user cannot make a category');
select tests.act_as('sam');
select lives_ok($$ insert into fitness."Category" (id, name, slug) values (tests.id('cat'), 'a', 'a') $$,
  'staff makes a category');
select results_eq($$ select role::text from fitness."User" where id = tests.id('sam') $$,
  $$ values ('ADMIN') $$, 'staff is called ADMIN');
select tests.act_as('bob');
select lives_ok($$ insert into fitness."CategoryOnCourse" values (tests.id('mine'), tests.id('cat')) $$,
  'a course is put into a category');
select lives_ok($$ delete from fitness."CategoryOnCourse" where "courseId" = tests.id('mine') $$,
  'a course is taken out of a category');
select lives_ok($$ delete from fitness."Course" where id = tests.id('mine') $$,
  'a course that nobody is in is removed');

-- People.
select lives_ok($$ update fitness."User" set name = 'Bob', username = 'bob' where id = tests.id('bob') $$,
  'a person changes their name');
select throws_ok($$ update fitness."User" set role = 'ADMIN' where id = tests.id('bob') $$, 'M0018',
  null, 'a person cannot make themselves ADMIN');
select lives_ok($$ update fitness."Profile" set weight = 80.5, "fitnessGoals" = 'run',
  "dateOfBirth" = '1990-05-01T00:00:00Z', address = 'Road 1', "socialMediaLinks" = '{"x": 1}'
  where "userId" = tests.id('bob') $$, 'a person writes their profile');
select results_eq($$ select weight, "fitnessGoals", "dateOfBirth", address, "socialMediaLinks"
  from fitness."Profile" $$,
  $$ values (80.5::float8, 'run', timestamptz '1990-05-01T00:00:00Z', 'Road 1', '{"x": 1}'::jsonb) $$,
  'a profile comes back as it was written');
select tests.act_as('tara');
select is_empty($$ select * from fitness."Profile" where "userId" <> tests.id('tara') $$,
  'a trainer reads no profile without leave');

-- Posts and messages.
select tests.act_as('alice');
select lives_ok($$ insert into fitness."Post" (id, title, content, published, "authorId")
  values (tests.id('post'), 'hello', 'text', true, tests.id('alice')) $$, 'a user writes a post');
select tests.act_as('bob');
select lives_ok($$ insert into fitness."Comment" (content, "postId", "authorId")
  values ('nice', tests.id('post'), tests.id('bob')) $$, 'another user writes a comment');
select lives_ok($$ insert into fitness."Message" (content, "senderId", "receiverId")
  values ('hi', tests.id('bob'), tests.id('alice')) $$, 'the person who sees somebody''s post may write to them');
select throws_ok($$ insert into fitness."Message" (content, "senderId", "receiverId")
  values ('hi', tests.id('alice'), tests.id('bob')) $$, '42501', null,
  'nobody writes in another''s name');
select tests.act_as('alice');
select lives_ok($$ update fitness."Message" set "isRead" = true $$, 'a message is read');
select results_eq($$ select u.name, m.content, m."isRead", m."readAt" = now()
  from fitness."Message" as m join fitness."User" as u on u.id = m."senderId" $$,
  $$ values ('Bob', 'hi', true, true) $$, 'a message says who sent it, and that it was read');

-- A course that costs something says so, and is not given away by an empty field.
select tests.act_as('tara');
select throws_ok($$ insert into fitness."Course" (title, slug, description, "authorId")
  values ('priceless', 'priceless', '', tests.id('tara')) $$, '23502', 'price is missing.',
  'a course without a price is refused');
select lives_ok($$ insert into fitness."Course" (id, title, slug, description, price, "authorId")
  values (tests.id('sale'), 'sale', 'sale', '', 50, tests.id('tara')) $$, 'a course has a price');
select throws_ok($$ update fitness."Course" set "discountPrice" = 0 where id = tests.id('sale') $$,
  'M0801', 'sale_price_invalid', 'a discount to nothing is refused');
select throws_ok($$ update fitness."Course" set slug = 'Not a slug!' where id = tests.id('sale') $$,
  'M0805', 'slug_invalid', 'a slug that is no part of an address is refused');
select results_eq($$ update fitness."Course" set "discountPrice" = 40 where id = tests.id('sale')
  returning "discountPrice" $$, 'values (40::float8)', 'a course is sold for less');
select lives_ok($$ update fitness."Course" set price = 0, "discountPrice" = null
  where id = tests.id('sale') $$, 'a course that has the price 0 is free');

-- What an unpaid order is for stays readable, and staff gives the money of a course back.
select tests.act_as('tara');
update fitness."Course" set "isPublished" = false, price = 20 where id = tests.id('sale');
update fitness."Course" set "isPublished" = true where id = tests.id('sale');
select tests.act_as('bob');
insert into fitness."Payment" (status, "userId", "courseId")
values ('PENDING', tests.id('bob'), tests.id('sale'));
select results_eq($$ update fitness."Payment" set status = 'FAILED' returning status::text $$,
  $$ values ('FAILED') $$, 'a payer calls off what they have not paid');
insert into fitness."Payment" (status, "userId", "courseId")
values ('PENDING', tests.id('bob'), tests.id('sale'));
select lives_ok($$ delete from fitness."Payment" where status = 'PENDING' $$,
  'a payer calls off an order by deleting its payment');
select is_empty($$ select from fitness."Payment" where status = 'PENDING' $$,
  'what was called off by deleting is not open any more');
select results_eq($$ insert into fitness."Payment" (amount, status, "userId", "courseId")
  values (20, 'PENDING', tests.id('bob'), tests.id('sale')) returning status::text $$,
  $$ values ('PENDING') $$, 'a course that was called off is ordered again at once');
select tests.act_as('tara');
update fitness."Course" set "isPublished" = false where id = tests.id('sale');
select tests.act_as('bob');
select results_eq($$ select c.title, c.content from fitness."Payment" as p
  join fitness."Course" as c on c.id = p."courseId" where p.status = 'PENDING' $$,
  $$ values ('sale', null::text) $$, 'a payer reads what their open order is for, and nothing inside');
select tests.act_as_nobody();
select is(tests.arrives(p.payment_id), 'done', 'the money for the second course arrives')
from core.payment as p where p.payer_id = tests.id('bob')
  and p.status = 'requires_payment' and p.release_asked_at is null;
select tests.act_as('bob');
select throws_ok($$ insert into fitness."CourseEnrollment" ("userId", "courseId")
  values (tests.id('bob'), tests.id('sale')) $$, 'M9801', 'already_enrolled',
  'the person who is in a course that costs money is told so');
select throws_ok($$ insert into fitness."CourseEnrollment" ("userId", "courseId", "isCompleted")
  values (tests.id('bob'), tests.id('sale'), true) $$, 'M0018', null,
  'a course cannot be written as completed');
select tests.act_as('sam');
select lives_ok($$ update fitness."Payment" set status = 'REFUNDED'
  where status = 'COMPLETED' and "userId" = tests.id('bob') and "courseId" = tests.id('sale') $$,
  'staff gives the money of a course back');
select throws_ok($$ update fitness."Payment" set status = 'FAILED'
  where "userId" = tests.id('bob') and "courseId" = tests.id('sale') $$, 'M0018', null,
  'staff cannot write what a payment does not follow from');
select tests.act_as_nobody();
select is(count(*), 1::bigint, 'a course that staff gave back has one refund') from core.refund as r
join core.payment as p using (payment_id) where p.payer_id = tests.id('bob');

-- Deleting oneself.
select tests.act_as('eve');
select throws_ok($$ delete from fitness."User" where id = tests.id('tara') $$, '42501', null,
  'a user cannot delete another user');
select lives_ok($$ delete from fitness."User" where id = tests.id('eve') $$, 'a user deletes themselves');
select tests.act_as_nobody();
select is((select status from core.person where person_id = tests.id('eve')), 'deleted',
  'a user who was deleted is erased');

-- Who may name which view, and write which of its columns at all: anon, users, the house.
select tests.act_as_nobody();
select results_eq($$
  select c.relname::text collate "default", string_agg(coalesce(nullif(concat(
      case when has_table_privilege(r.role, c.oid, 'select') then 's' end,
      case when has_any_column_privilege(r.role, c.oid, 'insert') then 'i' end,
      case when has_any_column_privilege(r.role, c.oid, 'update') then 'u' end,
      case when has_table_privilege(r.role, c.oid, 'delete') then 'd' end), ''), '-'), ' '
      order by r.role)
  from pg_class as c
  cross join unnest(array['anon', 'authenticated', 'service_role']) as r(role)
  where c.relnamespace = 'fitness'::regnamespace and c.relkind = 'v'
  group by 1 order by 1 $$, $$ values
  ('Attachment', 's siud siud'), ('Auth', '- si si'), ('Category', 's siud siud'),
  ('CategoryOnCourse', 's sid sid'), ('Chapter', 's siud siud'), ('ChapterProgress', '- siu siu'),
  ('Comment', 's siud siud'), ('Course', 's siud siud'), ('CourseEnrollment', 's siu siu'),
  ('Lesson', 's siud siud'), ('LessonProgress', '- siu siu'), ('Message', '- siu siu'),
  ('Payment', '- siud siud'), ('Post', 's siud siud'), ('Profile', '- siu siu'), ('Session', '- s s'),
  ('User', 's siud siud') $$, 'each view is granted what is in the list, and nothing else');

select * from finish();
rollback;
