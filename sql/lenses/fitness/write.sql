-- Writing through the lens of fitness: which column is which field of core, and which verb saves it.
--
-- Views that derive take writes through INSTEAD OF triggers. They run as the caller and call api
-- alone; what they give back is read under the caller's own policies. Prisma writes createdAt and
-- updatedAt with every row: they may be written, and the database keeps its own.

create function fitness.on_user_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login jsonb;
begin
  if tg_op = 'DELETE' then
    perform api.erase_person(old.id);
    return old;
  end if;
  if tg_op = 'INSERT' and current_user = 'service_role' and new.email <> '' then
    v_login := api.auth_create_user(jsonb_build_object(
      'id', new.id, 'email', new.email, 'email_confirm', true));
    if v_login ->> 'refused' is not null and api.if_exists(tg_op) = 'fail' then
      raise exception using errcode = '23505', message = 'There is a login of this address already.';
    end if;
    new.id := coalesce(v_login #>> '{user,id}', new.id::text)::uuid;
  elsif new.email <> coalesce((
    select u.email from fitness."User" as u where u.id = new.id), new.email) then
    raise exception using errcode = '42501', message = 'An address is changed by its login.',
      hint = 'See /auth/v1/user.';
  end if;
  new.id := api.save_person(
    api.written_fields('{
      "id": "person_id", "username": "username", "name": "display_name", "bio": "bio",
      "avatarUrl": "avatar_url"}', to_jsonb(new), to_jsonb(old)),
    case when v_login is null then api.if_exists(tg_op) else 'merge' end);
  if new.id is null then
    return null;
  end if;
  select u.* into new from fitness."User" as u where u.id = new.id;
  return new;
end
$$;

comment on function fitness.on_user_written is
  'Trigger: what a person says of themselves. The house makes the login too; deleting erases.';

create trigger user_write
  instead of insert or update or delete on fitness."User"
  for each row execute function fitness.on_user_written();

create function fitness.on_auth_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The login is there since the sign-up: a client that makes one is shown that one.
  select a.* into new from fitness."Auth" as a where a."userId" = new."userId";
  if not found then
    raise exception using errcode = '42501', message = 'A login is made by signing up.',
      hint = 'See /auth/v1/signup.';
  end if;
  return new;
end
$$;

comment on function fitness.on_auth_written is
  'Trigger: the second step of a registration finds the login that signing up has made.';

create trigger auth_write
  instead of insert on fitness."Auth"
  for each row execute function fitness.on_auth_written();

create function fitness.on_profile_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new."userId" := api.save_profile(
    api.written_fields('{
      "userId": "customer_id", "fitnessGoals": "goals", "experienceLevel": "experience_level",
      "weight": "weight_kg", "height": "height_cm", "dateOfBirth": "date_of_birth",
      "phone": "phone", "address": "address", "socialMediaLinks": "social_links"}',
      to_jsonb(new), to_jsonb(old)) || jsonb_build_object('customer_id', new."userId"),
    api.if_exists(tg_op));
  if new."userId" is null then
    return null;
  end if;
  select p.* into new from fitness."Profile" as p where p."userId" = new."userId";
  return new;
end
$$;

comment on function fitness.on_profile_written is 'Trigger: a person''s profile.';

create trigger profile_write
  instead of insert or update on fitness."Profile"
  for each row execute function fitness.on_profile_written();

create function fitness.on_category_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_category(old.id);
    return old;
  end if;
  new.id := api.save_category(
    api.written_fields('{
      "id": "category_id", "name": "name", "slug": "slug", "imageUrl": "image_url"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select c.* into new from fitness."Category" as c where c.id = new.id;
  return new;
end
$$;

comment on function fitness.on_category_written is 'Trigger: a category, for staff.';

create trigger category_write
  instead of insert or update or delete on fitness."Category"
  for each row execute function fitness.on_category_written();

create function fitness.on_course_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_course(old.id);
    return old;
  end if;
  if tg_op = 'INSERT' and new.price is null
     and not exists (select from fitness."Course" as c where c.id = new.id) then
    raise exception using errcode = '23502', column = 'price', message = 'price is missing.',
      hint = 'A free course has the price 0.';
  end if;
  new.id := api.save_course(
    api.written_fields('{
      "id": "offering_id", "authorId": "provider_id", "title": "title", "slug": "slug",
      "description": "description", "content": "body", "imageUrl": "image_url",
      "previewVideoUrl": "preview_url", "duration": "duration_min", "difficulty": "level",
      "price": "price", "discountPrice": "sale_price", "currency": "currency",
      "isPublished": "is_active"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select c.* into new from fitness."Course" as c where c.id = new.id;
  return new;
end
$$;

comment on function fitness.on_course_written is
  'Trigger: a course with its prices and its text, as one row.';

create trigger course_write
  instead of insert or update or delete on fitness."Course"
  for each row execute function fitness.on_course_written();

create function fitness.on_category_on_course_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.set_offering_category(old."courseId", old."categoryId", false);
    return old;
  end if;
  if not api.set_offering_category(new."courseId", new."categoryId", true) then
    return case api.if_exists(tg_op) when 'ignore' then null else new end;
  end if;
  return new;
end
$$;

comment on function fitness.on_category_on_course_written is
  'Trigger: a course comes to stand in a category, or leaves it.';

create trigger category_on_course_write
  instead of insert or delete on fitness."CategoryOnCourse"
  for each row execute function fitness.on_category_on_course_written();

create function fitness.on_chapter_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_section(old.id);
    return old;
  end if;
  new.id := api.save_section(
    api.written_fields('{
      "id": "section_id", "courseId": "offering_id", "title": "title",
      "description": "description", "position": "position", "content": "body",
      "videoUrl": "video_url", "duration": "duration_min", "isPublished": "is_published",
      "isFree": "is_free"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select c.* into new from fitness."Chapter" as c where c.id = new.id;
  return new;
end
$$;

comment on function fitness.on_chapter_written is
  'Trigger: a section of a course with its text and video, as one row.';

create trigger chapter_write
  instead of insert or update or delete on fitness."Chapter"
  for each row execute function fitness.on_chapter_written();

create function fitness.on_lesson_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_lesson(old.id);
    return old;
  end if;
  new.id := api.save_lesson(
    api.written_fields('{
      "id": "lesson_id", "chapterId": "section_id", "title": "title",
      "description": "description", "position": "position", "content": "body",
      "videoUrl": "video_url", "duration": "duration_min", "isPublished": "is_published"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select l.* into new from fitness."Lesson" as l where l.id = new.id;
  return new;
end
$$;

comment on function fitness.on_lesson_written is
  'Trigger: a lesson with its text and video, as one row.';

create trigger lesson_write
  instead of insert or update or delete on fitness."Lesson"
  for each row execute function fitness.on_lesson_written();

create function fitness.on_attachment_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_attachment(old.id);
    return old;
  end if;
  new.id := api.save_attachment(
    api.written_fields('{
      "id": "lesson_attachment_id", "lessonId": "lesson_id", "name": "name", "url": "url"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select a.* into new from fitness."Attachment" as a where a.id = new.id;
  return new;
end
$$;

comment on function fitness.on_attachment_written is 'Trigger: a file of a lesson.';

create trigger attachment_write
  instead of insert or update or delete on fitness."Attachment"
  for each row execute function fitness.on_attachment_written();

create function fitness.on_course_enrollment_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row fitness."CourseEnrollment";
begin
  select e.* into v_row
  from fitness."CourseEnrollment" as e
  where e."userId" = new."userId"
    and e."courseId" = new."courseId"
    and (e."expiresAt" is null or e."expiresAt" > now());
  perform api.keep_column(new."isCompleted" is not true or v_row."isCompleted",
                          'isCompleted: a course is completed by its lessons.');
  if v_row.id is not null and api.if_exists(tg_op) <> 'fail' then
    return case when api.if_exists(tg_op) = 'merge' then v_row end;
  end if;
  new.id := api.enrol(new."courseId", new."userId", new.id);
  select e.* into new from fitness."CourseEnrollment" as e where e.id = new.id;
  return new;
end
$$;

comment on function fitness.on_course_enrollment_written is
  'Trigger: somebody enters a free course. One that costs money is entered by its payment.';

create trigger course_enrollment_write
  instead of insert or update on fitness."CourseEnrollment"
  for each row execute function fitness.on_course_enrollment_written();

create function fitness.on_chapter_progress_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.id := api.save_section_progress(
    api.written_fields('{
      "id": "section_progress_id", "chapterId": "section_id",
      "courseEnrollmentId": "enrolment_id", "isCompleted": "is_completed"}',
      to_jsonb(new), to_jsonb(old))
      || jsonb_build_object('section_id', new."chapterId",
                            'enrolment_id', new."courseEnrollmentId"),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select p.* into new from fitness."ChapterProgress" as p where p.id = new.id;
  return new;
end
$$;

comment on function fitness.on_chapter_progress_written is
  'Trigger: a chapter is said to be completed. One with lessons is completed by them.';

create trigger chapter_progress_write
  instead of insert or update on fitness."ChapterProgress"
  for each row execute function fitness.on_chapter_progress_written();

create function fitness.on_lesson_progress_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and new."watchTimePercent" is not distinct from old."watchTimePercent" then
    perform api.keep_column(new."isCompleted" >= old."isCompleted",
                            'isCompleted: a lesson that was completed stays so.');
  end if;
  new.id := api.save_progress(
    api.written_fields('{
      "id": "lesson_progress_id", "lessonId": "lesson_id",
      "courseEnrollmentId": "enrolment_id", "watchTimePercent": "watch_pct",
      "isCompleted": "is_completed"}', to_jsonb(new), to_jsonb(old))
      || jsonb_build_object('enrolment_id', new."courseEnrollmentId"),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select p.* into new from fitness."LessonProgress" as p where p.id = new.id;
  return new;
end
$$;

comment on function fitness.on_lesson_progress_written is
  'Trigger: how much of a lesson was watched, or that it is completed.';

create trigger lesson_progress_write
  instead of insert or update on fitness."LessonProgress"
  for each row execute function fitness.on_lesson_progress_written();

create function fitness.on_payment_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row fitness."Payment";
begin
  if tg_op = 'DELETE' then
    perform api.cancel_order(old."orderId");
    return old;
  end if;
  select p.* into v_row from fitness."Payment" as p where p.id = new.id;
  if found and api.if_exists(tg_op) = 'merge' then
    if new.status = 'REFUNDED' and v_row.status <> 'REFUNDED' then
      perform api.refund_payment(new.id, p_reason => 'Set to REFUNDED.');
    elsif new.status = 'FAILED' and v_row.status = 'PENDING' then
      perform api.cancel_order(v_row."orderId");
    else
      perform api.keep_column(new.status = v_row.status, 'status: a payment follows its money.',
        'FAILED calls an order off that is PENDING; staff sets COMPLETED to REFUNDED.');
    end if;
  else
    perform api.keep_column(new.status = 'PENDING', 'status: a new payment is PENDING.',
                            'It follows its money.');
    new.id := api.order_course(new."courseId", new.amount::numeric, new.currency,
                               new."userId", new.id::text);
  end if;
  select p.* into new from fitness."Payment" as p where p.id = new.id;
  return new;
end
$$;

comment on function fitness.on_payment_written is
  'Trigger: a payment of a course is begun by ordering it. An amount that is given must be right. '
  'Its payer calls an unpaid one off, staff gives the money of a paid one back.';

create trigger payment_write
  instead of insert or update or delete on fitness."Payment"
  for each row execute function fitness.on_payment_written();

create function fitness.on_post_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_post(old.id);
    return old;
  end if;
  new.id := api.save_post(
    api.written_fields('{
      "id": "post_id", "authorId": "author_id", "title": "title", "content": "body",
      "published": "is_published"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select p.* into new from fitness."Post" as p where p.id = new.id;
  return new;
end
$$;

comment on function fitness.on_post_written is 'Trigger: a post of the caller''s.';

create trigger post_write
  instead of insert or update or delete on fitness."Post"
  for each row execute function fitness.on_post_written();

create function fitness.on_comment_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_comment(old.id);
    return old;
  end if;
  new.id := api.save_comment(
    api.written_fields('{
      "id": "comment_id", "postId": "post_id", "authorId": "author_id", "content": "body"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select c.* into new from fitness."Comment" as c where c.id = new.id;
  return new;
end
$$;

comment on function fitness.on_comment_written is 'Trigger: a comment of the caller''s.';

create trigger comment_write
  instead of insert or update or delete on fitness."Comment"
  for each row execute function fitness.on_comment_written();

create function fitness.on_message_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb := api.written_fields('{
    "id": "message_id", "senderId": "sender_id", "receiverId": "recipient_id",
    "content": "body"}', to_jsonb(new), to_jsonb(old));
begin
  if tg_op = 'UPDATE' and new."isRead" > old."isRead" then
    perform api.mark_messages_read(array[old.id]);
  end if;
  -- A message that is sent as it was read is no new one.
  if v_fields - 'message_id' <> '{}' then
    new.id := api.save_message(v_fields, api.if_exists(tg_op));
    if new.id is null then
      return null;
    end if;
  end if;
  select m.* into new from fitness."Message" as m where m.id = new.id;
  return new;
end
$$;

comment on function fitness.on_message_written is
  'Trigger: a message is sent, or its receiver has read it.';

create trigger message_write
  instead of insert or update on fitness."Message"
  for each row execute function fitness.on_message_written();
