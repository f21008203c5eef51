-- The contents of a course: sections, lessons and files, and the order in which they come.
--
-- Positions are unique among siblings. Somebody who moves one to the place of another gets both
-- exchanged, and a new one pushes those behind it: so a client that writes positions one by one,
-- as clients do, ends with the order it meant.

create or replace function internal.place_section(p_section core.course_section, p_from integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_section.position is null then
    return (select coalesce(max(s.position), 0) + 1
            from core.course_section as s
            where s.offering_id = p_section.offering_id);
  end if;
  if p_section.position = p_from or not exists (
    select from core.course_section as s
    where s.offering_id = p_section.offering_id and s.position = p_section.position
  ) then
    return p_section.position;
  end if;

  if p_from is null then
    update core.course_section as s
    set position = s.position + 1
    where s.offering_id = p_section.offering_id and s.position >= p_section.position;
  else
    update core.course_section as s
    set position = case s.section_id when p_section.section_id then p_section.position
                                     else p_from end
    where s.offering_id = p_section.offering_id
      and s.position in (p_section.position, p_from);
  end if;
  return p_section.position;
end
$$;

alter function internal.place_section owner to definer;

comment on function internal.place_section is $$
Make room for a section at its position, and return that: the last one if it has none. A new section
pushes those behind it; one that moves (from p_from) changes places. The caller holds the course.
$$;

create or replace function api.save_section(p_section jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id     uuid := coalesce((p_section ->> 'section_id')::uuid, gen_random_uuid());
  v_course core.offering;
  v_old    core.course_section;
  v_new    core.course_section;
begin
  perform internal.require_fields(p_section,
    'section_id', 'offering_id', 'title', 'description', 'position', 'duration_min',
    'is_published', 'is_free', 'body', 'video_url');
  select s.* into v_old from core.course_section as s where s.section_id = v_id;
  v_course := internal.lock_course(
    coalesce(v_old.offering_id, (p_section ->> 'offering_id')::uuid));
  -- Read again under the lock.
  select s.* into v_old from core.course_section as s where s.section_id = v_id;

  if found then
    if not internal.found_to_save('section', p_if_exists) then
      return null;
    end if;
    if (p_section ->> 'offering_id')::uuid <> v_old.offering_id then
      raise exception using errcode = '42501', message = 'A section stays in its course.';
    end if;
    v_new := jsonb_populate_record(v_old, p_section);
    v_new.position := internal.place_section(v_new, v_old.position);
    update core.course_section as s
    set title = btrim(v_new.title), description = v_new.description, position = v_new.position,
        duration_min = v_new.duration_min, is_published = coalesce(v_new.is_published, false),
        is_free = coalesce(v_new.is_free, false)
    where s.section_id = v_id;
  else
    perform internal.require_room((select count(*) from core.course_section as s
      where s.offering_id = (p_section ->> 'offering_id')::uuid), 500, 'sections of a course');
    v_new := jsonb_populate_record(null::core.course_section,
                                   p_section || jsonb_build_object('section_id', v_id));
    insert into core.course_section (section_id, offering_id, provider_id, title, description,
                                     position, duration_min, is_published, is_free)
    values (v_id, v_new.offering_id, v_course.provider_id,
            coalesce(btrim(v_new.title), ''), v_new.description,
            internal.place_section(v_new, null), v_new.duration_min,
            coalesce(v_new.is_published, false), coalesce(v_new.is_free, false));
  end if;

  perform internal.write_section_body(v_id, p_section);
  perform internal.settle_audience(v_new.offering_id, array[v_id]);
  if (v_old.is_published, v_old.section_id) is distinct from (v_new.is_published, v_id) then
    perform internal.settle_course(v_new.offering_id, array[v_id]);
  end if;
  return v_id;
end
$$;

alter function api.save_section owner to definer;

comment on function api.save_section is $$
Make or change a section of a course of the caller's, and return its id. p_section: {"section_id"?,
"offering_id", "title", "description"?, "position"? (the last), "duration_min"?, "is_published"?,
"is_free"?, "body"?, "video_url"?}. A field that is not given stays. A section that takes the
position of another changes places with it; a new one pushes those behind it. Locks the course.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found  there is none, or it is another provider's
  M9002 too_many_made     it would have more than 500 sections
  23514                   a text is empty or too long, or an address is not of the web
  42501                   it would go to another course
$$;

create or replace function internal.write_section_body(p_section_id uuid, p_fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_fields ?| array['body', 'video_url'] then
    return;
  end if;
  insert into core.section_body as b (section_id, offering_id, provider_id, body, video_url)
  select s.section_id, s.offering_id, s.provider_id, p_fields ->> 'body', p_fields ->> 'video_url'
  from core.course_section as s
  where s.section_id = p_section_id
  on conflict (section_id) do update
  set body = case when p_fields ? 'body' then excluded.body else b.body end,
      video_url = case when p_fields ? 'video_url' then excluded.video_url else b.video_url end;
end
$$;

alter function internal.write_section_body owner to definer;

comment on function internal.write_section_body is
  'Write text and video of a section, each if it is given.';

create or replace function api.remove_section(p_section_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering_id uuid := (
    select s.offering_id from core.course_section as s where s.section_id = p_section_id);
begin
  perform internal.lock_course(v_offering_id);
  delete from core.course_section as s where s.section_id = p_section_id;
  perform internal.settle_course(v_offering_id, '{}');
end
$$;

alter function api.remove_section owner to definer;

comment on function api.remove_section is $$
Remove a section, its lessons and what learners have done in it. Locks the course.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found  there is no such section, or it is another provider's
$$;

create or replace function internal.place_lesson(
  p_lesson core.lesson,
  p_old    core.lesson
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- In another section a lesson is as new.
  v_from constant integer :=
    case when p_old.section_id = p_lesson.section_id then p_old.position end;
begin
  if p_lesson.position is null then
    return (select coalesce(max(l.position), 0) + 1
            from core.lesson as l
            where l.section_id = p_lesson.section_id);
  end if;
  if p_lesson.position = v_from or not exists (
    select from core.lesson as l
    where l.section_id = p_lesson.section_id and l.position = p_lesson.position
  ) then
    return p_lesson.position;
  end if;

  if v_from is null then
    update core.lesson as l
    set position = l.position + 1
    where l.section_id = p_lesson.section_id and l.position >= p_lesson.position;
  else
    update core.lesson as l
    set position = case l.lesson_id when p_lesson.lesson_id then p_lesson.position
                                    else v_from end
    where l.section_id = p_lesson.section_id and l.position in (p_lesson.position, v_from);
  end if;
  return p_lesson.position;
end
$$;

alter function internal.place_lesson owner to definer;

comment on function internal.place_lesson is
  'As internal.place_section, for a lesson within its section. The caller holds the course.';

create or replace function internal.course_of_section(p_section_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering_id uuid := (
    select s.offering_id from core.course_section as s where s.section_id = p_section_id);
begin
  if v_offering_id is null then
    perform internal.refuse('M4802', 'section_not_found',
      format('You have no section %s.', p_section_id));
  end if;
  return v_offering_id;
end
$$;

alter function internal.course_of_section owner to definer;

comment on function internal.course_of_section is $$
Raises
  M4802 section_not_found  there is no such section
$$;

create or replace function api.save_lesson(p_lesson jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id  uuid := coalesce((p_lesson ->> 'lesson_id')::uuid, gen_random_uuid());
  v_old core.lesson;
  v_new core.lesson;
begin
  perform internal.require_fields(p_lesson,
    'lesson_id', 'section_id', 'title', 'description', 'position', 'duration_min',
    'is_published', 'body', 'video_url');
  select l.* into v_old from core.lesson as l where l.lesson_id = v_id;
  perform internal.lock_course(coalesce(
    v_old.offering_id, internal.course_of_section((p_lesson ->> 'section_id')::uuid)));
  select l.* into v_old from core.lesson as l where l.lesson_id = v_id;

  if found then
    if not internal.found_to_save('lesson', p_if_exists) then
      return null;
    end if;
    v_new := jsonb_populate_record(v_old, p_lesson);
    if internal.course_of_section(v_new.section_id) <> v_old.offering_id then
      raise exception using errcode = '42501', message = 'A lesson stays in its course.';
    end if;
    v_new.position := internal.place_lesson(v_new, v_old);
    update core.lesson as l
    set section_id = v_new.section_id, title = btrim(v_new.title),
        description = v_new.description, position = v_new.position,
        duration_min = v_new.duration_min, is_published = coalesce(v_new.is_published, false)
    where l.lesson_id = v_id;
  else
    v_new := internal.new_lesson(v_id, p_lesson);
  end if;

  perform internal.write_lesson_body(v_id, p_lesson);
  perform internal.settle_audience(v_new.offering_id, array[v_new.section_id]);
  if (v_old.section_id, v_old.is_published)
     is distinct from (v_new.section_id, v_new.is_published) then
    perform internal.settle_course(
      v_new.offering_id, array_remove(array[v_old.section_id, v_new.section_id], null));
  end if;
  return v_id;
end
$$;

alter function api.save_lesson owner to definer;

comment on function api.save_lesson is $$
Make or change a lesson, and return its id. p_lesson: {"lesson_id"?, "section_id", "title",
"description"?, "position"? (the last of its section), "duration_min"?, "is_published"?, "body"?,
"video_url"?}. A field that is not given stays. A lesson may move to another section of its course.
When it is published, withdrawn or moved, it is counted again who has completed what. Locks the
course.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found   it is another provider's
  M4802 section_not_found  there is no such section
  M9002 too_many_made      it would have more than 2000 lessons
  23514                    a text is empty or too long, or an address is not of the web
  42501                    it would go to another course
$$;

create or replace function internal.new_lesson(p_lesson_id uuid, p_lesson jsonb)
returns core.lesson
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lesson core.lesson := jsonb_populate_record(null::core.lesson, p_lesson);
begin
  v_lesson.lesson_id := p_lesson_id;
  v_lesson.offering_id := internal.course_of_section(v_lesson.section_id);
  v_lesson.is_published := coalesce(v_lesson.is_published, false);
  perform internal.require_room(
    (select count(*) from core.lesson as l where l.offering_id = v_lesson.offering_id),
    2000, 'lessons of a course');
  select c.provider_id into v_lesson.provider_id
  from core.course as c
  where c.offering_id = v_lesson.offering_id;
  insert into core.lesson (lesson_id, section_id, offering_id, provider_id, title, description,
                           position, duration_min, is_published)
  values (p_lesson_id, v_lesson.section_id, v_lesson.offering_id, v_lesson.provider_id,
          coalesce(btrim(v_lesson.title), ''), v_lesson.description,
          internal.place_lesson(v_lesson, null), v_lesson.duration_min, v_lesson.is_published);
  return v_lesson;
end
$$;

alter function internal.new_lesson owner to definer;

comment on function internal.new_lesson is $$
Add a lesson to its section. The caller holds the course.

Raises
  M4802 section_not_found, M9002 too_many_made
$$;

create or replace function internal.write_lesson_body(p_lesson_id uuid, p_fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not p_fields ?| array['body', 'video_url'] then
    return;
  end if;
  insert into core.lesson_body as b (lesson_id, offering_id, provider_id, body, video_url)
  select l.lesson_id, l.offering_id, l.provider_id, p_fields ->> 'body', p_fields ->> 'video_url'
  from core.lesson as l
  where l.lesson_id = p_lesson_id
  on conflict (lesson_id) do update
  set body = case when p_fields ? 'body' then excluded.body else b.body end,
      video_url = case when p_fields ? 'video_url' then excluded.video_url else b.video_url end;
end
$$;

alter function internal.write_lesson_body owner to definer;

comment on function internal.write_lesson_body is
  'Write text and video of a lesson, each if it is given.';

create or replace function api.remove_lesson(p_lesson_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lesson core.lesson;
begin
  select l.* into v_lesson from core.lesson as l where l.lesson_id = p_lesson_id;
  perform internal.lock_course(v_lesson.offering_id);
  delete from core.lesson as l where l.lesson_id = p_lesson_id;
  perform internal.settle_course(v_lesson.offering_id, array[v_lesson.section_id]);
end
$$;

alter function api.remove_lesson owner to definer;

comment on function api.remove_lesson is $$
Remove a lesson, its files and what learners have done in it. Locks the course.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found  there is no such lesson, or it is another provider's
$$;

create or replace function api.save_attachment(
  p_attachment jsonb,
  p_if_exists  text default 'merge'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id     uuid := coalesce((p_attachment ->> 'lesson_attachment_id')::uuid, gen_random_uuid());
  v_old    core.lesson_attachment;
  v_lesson core.lesson;
begin
  perform internal.require_fields(p_attachment,
    'lesson_attachment_id', 'lesson_id', 'name', 'url');
  select a.* into v_old from core.lesson_attachment as a where a.lesson_attachment_id = v_id;
  select l.* into v_lesson
  from core.lesson as l
  where l.lesson_id = coalesce((p_attachment ->> 'lesson_id')::uuid, v_old.lesson_id);
  perform internal.lock_course(coalesce(v_old.offering_id, v_lesson.offering_id));

  if v_old.lesson_attachment_id is not null then
    if not internal.found_to_save('attachment', p_if_exists) then
      return null;
    end if;
    if v_lesson.offering_id is distinct from v_old.offering_id then
      raise exception using errcode = '42501', message = 'A file stays in its course.';
    end if;
    v_old := jsonb_populate_record(v_old, p_attachment);
    update core.lesson_attachment as a
    set lesson_id = v_old.lesson_id, name = btrim(v_old.name), url = v_old.url
    where a.lesson_attachment_id = v_id;
    perform internal.settle_audience(v_lesson.offering_id, array[v_lesson.section_id]);
    return v_id;
  end if;

  perform internal.require_room((select count(*) from core.lesson_attachment as a
    where a.lesson_id = v_lesson.lesson_id), 100, 'files of a lesson');
  insert into core.lesson_attachment
    (lesson_attachment_id, lesson_id, offering_id, provider_id, name, url)
  values (v_id, v_lesson.lesson_id, v_lesson.offering_id, v_lesson.provider_id,
          coalesce(btrim(p_attachment ->> 'name'), ''), p_attachment ->> 'url');
  perform internal.settle_audience(v_lesson.offering_id, array[v_lesson.section_id]);
  return v_id;
end
$$;

alter function api.save_attachment owner to definer;

comment on function api.save_attachment is $$
Add a file to a lesson, or change one, and return its id. p_attachment: {"lesson_attachment_id"?,
"lesson_id", "name", "url"}. Only who is enrolled gets to know the address, or, in a free section,
everybody. Locks the course.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found  there is no such lesson or file, or it is another provider's
  M9002 too_many_made     the lesson has 100 files
  23514                   the name is empty or too long, or the address is not of the web
  42501                   it would go to another course
$$;

create or replace function api.remove_attachment(p_lesson_attachment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_course((
    select a.offering_id from core.lesson_attachment as a
    where a.lesson_attachment_id = p_lesson_attachment_id));
  delete from core.lesson_attachment as a
  where a.lesson_attachment_id = p_lesson_attachment_id;
end
$$;

alter function api.remove_attachment owner to definer;

comment on function api.remove_attachment is $$
Remove a file of a lesson. Locks the course.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found  there is no such file, or it is another provider's
$$;

create or replace function api.order_sections(p_offering_id uuid, p_section_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_course(p_offering_id);
  if array(select s.section_id from core.course_section as s
           where s.offering_id = p_offering_id order by 1)
     is distinct from array(select i.id from unnest(p_section_ids) as i(id) order by 1) then
    perform internal.refuse('M0802', 'order_invalid', 'An order names each once, and no other.');
  end if;
  update core.course_section as s
  set position = i.n
  from unnest(p_section_ids) with ordinality as i(id, n)
  where s.section_id = i.id and s.position <> i.n;
end
$$;

alter function api.order_sections owner to definer;

comment on function api.order_sections is $$
Put all sections of a course into an order, at once. Locks the course.

Raises
  M0802 order_invalid     a section is missing, is named twice, or is of another course
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found  there is none, or it is another provider's
$$;

create or replace function api.order_lessons(p_section_id uuid, p_lesson_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_course(internal.course_of_section(p_section_id));
  if array(select l.lesson_id from core.lesson as l
           where l.section_id = p_section_id order by 1)
     is distinct from array(select i.id from unnest(p_lesson_ids) as i(id) order by 1) then
    perform internal.refuse('M0802', 'order_invalid', 'An order names each once, and no other.');
  end if;
  update core.lesson as l
  set position = i.n
  from unnest(p_lesson_ids) with ordinality as i(id, n)
  where l.lesson_id = i.id and l.position <> i.n;
end
$$;

alter function api.order_lessons owner to definer;

comment on function api.order_lessons is $$
Put all lessons of a section into an order, at once. Locks the course.

Raises
  M0802 order_invalid      a lesson is missing, is named twice, or is of another section
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found   it is another provider's
  M4802 section_not_found  there is no such section
$$;

-- Who reads a row is no change of it.
create or replace trigger course_section_touch
  before update of title, description, position, duration_min, is_published, is_free
  on core.course_section
  for each row execute function internal.on_row_touched();
create or replace trigger lesson_touch
  before update of section_id, title, description, position, duration_min, is_published
  on core.lesson
  for each row execute function internal.on_row_touched();
create or replace trigger lesson_attachment_touch before update of lesson_id, name, url
  on core.lesson_attachment
  for each row execute function internal.on_row_touched();
