-- The lens of the fitness system: trainers publish courses, users learn and talk to each other.
-- Names are those that Prisma makes of the document's models, so they are quoted.
--
-- Every view is security_invoker: row-level security of core decides what its reader sees. A key is
-- shown as the uuid that it is: the data API and Prisma find the relations by it.

create schema fitness;

comment on schema fitness is 'Lens: users, courses, chapters, lessons, progress, posts, messages.';

create type fitness."Role" as enum ('USER', 'TRAINER', 'ADMIN');
create type fitness."Level" as enum ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT');
create type fitness."PaymentStatus" as enum ('PENDING', 'COMPLETED', 'FAILED', 'REFUNDED');

create view fitness."User" with (security_invoker = true) as
select
  p.person_id as id,
  -- The document's field is never null. Nobody is told the address of another.
  coalesce(internal.email_of(p.person_id), '') as email,
  p.username,
  p.display_name as name,
  p.bio,
  p.avatar_url as "avatarUrl",
  (case
    when exists (
      select
      from core.person_role as pr
      join core.role as r using (role_id)
      where pr.person_id = p.person_id and r.name in ('staff', 'admin')
    ) then 'ADMIN'
    when p.is_listed then 'TRAINER'
    else 'USER'
  end)::fitness."Role" as role,
  p.created_at as "createdAt",
  p.updated_at as "updatedAt",
  v.provider_id as "providerId"
from core.person as p
left join core.provider as v on v.provider_id = p.person_id;

comment on view fitness."User" is
  'People: oneself, trainers, and those who wrote something one may read. email is one''s own, and '
  'empty for others. providerId is what courses refer to.';

create view fitness."Auth" with (security_invoker = true) as
select
  a.account_id as id,
  v.person_id as "userId"
from core.person_private as v
join internal.my_accounts() as a on a.account_id = v.person_id;

comment on view fitness."Auth" is 'The caller''s login, without its secrets.';

create view fitness."Session" with (security_invoker = true) as
select
  s.session_id as id,
  s.account_id as "userId",
  s.expires_at as "expiresAt",
  s.created_at as "createdAt"
from internal.my_sessions() as s;

comment on view fitness."Session" is
  'The caller''s sign-ins, without their tokens. expiresAt is when the newest access token ends; a '
  'refresh moves it.';

create view fitness."Profile" with (security_invoker = true) as
select
  -- Of no table, so that userId alone relates it to a user.
  coalesce(c.customer_id) as id,
  c.customer_id as "userId",
  p.goals as "fitnessGoals",
  coalesce(c.experience_level, 'BEGINNER')::fitness."Level" as "experienceLevel",
  p.weight_kg::double precision as weight,
  p.height_cm::double precision as height,
  v.date_of_birth::timestamp at time zone 'UTC' as "dateOfBirth",
  v.phone,
  x.address,
  p.social_links as "socialMediaLinks",
  c.created_at as "createdAt",
  coalesce(p.updated_at, c.updated_at) as "updatedAt"
from core.customer as c
left join core.profile as p on p.customer_id = c.customer_id
left join core.person_private as v on v.person_id = c.customer_id
left join core.location as l on l.person_id = c.customer_id and l.is_primary
left join core.location_exact as x using (location_id)
-- Who was booked reads a customer, and of this nothing.
where c.customer_id = (select internal.user_id())
   or p.customer_id is not null
   or (select internal.is_service());

comment on view fitness."Profile" is
  'The caller''s profile, and those that others let the caller read: without phone, birth and '
  'address.';

create view fitness."Category" with (security_invoker = true) as
select
  c.category_id as id,
  c.name,
  c.slug,
  c.image_url as "imageUrl",
  c.created_at as "createdAt",
  c.updated_at as "updatedAt"
from core.category as c;

comment on view fitness."Category" is 'Categories. Everybody reads them, staff writes them.';

create view fitness."Course" with (security_invoker = true) as
select
  c.offering_id as id,
  o.title,
  o.slug,
  coalesce(o.description, '') as description,
  b.body as content,
  c.image_url as "imageUrl",
  c.preview_url as "previewVideoUrl",
  o.duration_min as duration,
  coalesce(o.level, 'BEGINNER')::fitness."Level" as difficulty,
  internal.to_decimal(o.price_minor, o.currency)::double precision as price,
  internal.to_decimal(c.sale_price_minor, o.currency)::double precision as "discountPrice",
  o.is_active as "isPublished",
  o.published_at as "publishedAt",
  o.provider_id as "authorId",
  o.created_at as "createdAt",
  o.updated_at as "updatedAt",
  o.currency,
  o.offering_id as "offeringId"
from core.course as c
join core.offering as o on o.offering_id = c.offering_id
left join core.course_body as b on b.offering_id = c.offering_id;

comment on view fitness."Course" is
  'Courses that are published, the caller''s own, and those the caller is in. content is null for '
  'who is not enrolled. offeringId is what categories refer to.';

create view fitness."CategoryOnCourse" with (security_invoker = true) as
select
  k.offering_id as "courseId",
  k.category_id as "categoryId"
from core.offering_category as k
where exists (select from core.course as c where c.offering_id = k.offering_id);

comment on view fitness."CategoryOnCourse" is 'Which courses stand in which categories.';

create view fitness."Chapter" with (security_invoker = true) as
select
  s.section_id as id,
  s.title,
  s.description,
  s.position,
  b.body as content,
  b.video_url as "videoUrl",
  s.duration_min as duration,
  s.is_published as "isPublished",
  s.is_free as "isFree",
  s.offering_id as "courseId",
  s.created_at as "createdAt",
  s.updated_at as "updatedAt"
from core.course_section as s
left join core.section_body as b on b.section_id = s.section_id;

comment on view fitness."Chapter" is
  'Chapters of courses. content and videoUrl are null for who is not enrolled, unless it is free.';

create view fitness."Lesson" with (security_invoker = true) as
select
  l.lesson_id as id,
  l.title,
  l.description,
  b.body as content,
  b.video_url as "videoUrl",
  l.duration_min as duration,
  l.position,
  l.is_published as "isPublished",
  l.section_id as "chapterId",
  l.created_at as "createdAt",
  l.updated_at as "updatedAt"
from core.lesson as l
left join core.lesson_body as b on b.lesson_id = l.lesson_id;

comment on view fitness."Lesson" is
  'Lessons of chapters. content and videoUrl are null for who is not enrolled, unless its chapter '
  'is free.';

create view fitness."Attachment" with (security_invoker = true) as
select
  a.lesson_attachment_id as id,
  a.name,
  a.url,
  a.lesson_id as "lessonId",
  a.created_at as "createdAt",
  a.updated_at as "updatedAt"
from core.lesson_attachment as a;

comment on view fitness."Attachment" is
  'Files of lessons. Who is not enrolled gets no row, unless the chapter is free.';

create view fitness."CourseEnrollment" with (security_invoker = true) as
select
  e.enrolment_id as id,
  e.customer_id as "userId",
  e.offering_id as "courseId",
  e.enrolled_at as "enrolledAt",
  least(e.expires_at, e.ended_at) as "expiresAt",
  e.completed_at is not null as "isCompleted",
  e.completed_at as "completedAt"
from core.enrolment as e
where e.enrolled_at is not null;

comment on view fitness."CourseEnrollment" is
  'Who is in which course: the caller''s own, and those in the caller''s courses. expiresAt is when '
  'the access ends, or ended because the money went back.';

create view fitness."ChapterProgress" with (security_invoker = true) as
select
  p.section_progress_id as id,
  p.completed_at is not null as "isCompleted",
  p.completed_at as "completedAt",
  p.section_id as "chapterId",
  p.enrolment_id as "courseEnrollmentId"
from core.section_progress as p;

comment on view fitness."ChapterProgress" is
  'Chapters that learners have completed. It follows from the lessons; a chapter without lessons is '
  'completed by writing it.';

create view fitness."LessonProgress" with (security_invoker = true) as
select
  p.lesson_progress_id as id,
  p.completed_at is not null as "isCompleted",
  p.completed_at as "completedAt",
  p.watch_pct::double precision as "watchTimePercent",
  p.lesson_id as "lessonId",
  p.enrolment_id as "courseEnrollmentId"
from core.lesson_progress as p;

comment on view fitness."LessonProgress" is
  'How far learners have come in lessons. Neither percentage nor completion ever falls.';

create view fitness."Payment" with (security_invoker = true) as
select
  p.payment_id as id,
  internal.to_decimal(p.amount_minor, p.currency)::double precision as amount,
  p.currency,
  (case
    when p.goes_back and p.captured_minor > 0 then 'REFUNDED'
    when p.release_asked_at is not null and p.captured_minor = 0 then 'FAILED'
    when p.status in ('requires_payment', 'processing', 'authorized') then 'PENDING'
    when p.status in ('failed', 'cancelled') then 'FAILED'
    else 'COMPLETED'
  end)::fitness."PaymentStatus" as status,
  p.processor as provider,
  internal.payment_external_id(p.payment_id) as "providerPaymentId",
  p.payer_id as "userId",
  l.offering_id as "courseId",
  p.created_at as "createdAt",
  p.updated_at as "updatedAt",
  p.order_id as "orderId"
from core.payment as p
-- The first course of an order with several.
left join core.order_line as l
  on l.order_id = p.order_id
    and l.kind = 'enrolment'
    and not exists (
      select
      from core.order_line as f
      where f.order_id = l.order_id and f.kind = 'enrolment' and f.order_line_id < l.order_line_id);

comment on view fitness."Payment" is
  'Payments of the caller, and for their courses. Writing one orders its course; what it comes to '
  'and what becomes of it is decided here.';

create view fitness."Post" with (security_invoker = true) as
select
  p.post_id as id,
  p.title,
  p.body as content,
  p.is_published and p.hidden_at is null as published,
  p.author_id as "authorId",
  p.created_at as "createdAt",
  p.updated_at as "updatedAt"
from core.post as p;

comment on view fitness."Post" is
  'Posts that are published, and the caller''s own. One that a moderator has hidden is not '
  'published.';

create view fitness."Comment" with (security_invoker = true) as
select
  c.comment_id as id,
  c.body as content,
  c.post_id as "postId",
  c.author_id as "authorId",
  c.created_at as "createdAt",
  c.updated_at as "updatedAt"
from core.comment as c;

comment on view fitness."Comment" is 'Comments on the posts that the caller sees.';

create view fitness."Message" with (security_invoker = true) as
select
  m.message_id as id,
  m.body as content,
  m.sender_id as "senderId",
  m.recipient_id as "receiverId",
  r.read_at is not null as "isRead",
  r.read_at as "readAt",
  m.created_at as "createdAt",
  coalesce(r.read_at, m.created_at) as "updatedAt"
from core.message as m
left join core.message_receipt as r
  on r.message_id = m.message_id and r.person_id = m.recipient_id
where m.recipient_id is not null;

comment on view fitness."Message" is
  'Messages between the caller and one other person. The receiver says that one is read.';
