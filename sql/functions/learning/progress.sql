-- Progress: what a learner has watched and completed, and what follows from it.
--
-- A beacon writes one row. Only a lesson that is completed for the first time locks more: it shares
-- the course's lock with other learners, so that no lesson comes or goes meanwhile, and takes the
-- enrolment's, so that of two lessons completed at once the second sees the first.

create or replace function internal.settle_course(
  p_offering_id  uuid,
  p_section_ids  uuid[],
  p_enrolment_id uuid default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Ids, so that one learner costs the same in a course of ten and of ten thousand.
  v_ids constant uuid[] := case
    when p_enrolment_id is not null then array[p_enrolment_id]
    else array(select e.enrolment_id from core.enrolment as e where e.offering_id = p_offering_id)
    end;
  v_certificate core.certificate;
begin
  perform internal.settle_sections(p_section_ids, v_ids, p_enrolment_id is null);

  if p_enrolment_id is null then
    update core.enrolment as e
    set completed_at = null
    where e.enrolment_id = any (v_ids)
      and e.completed_at is not null
      and exists (
        select
        from core.course_section as s
        where s.offering_id = p_offering_id
          and s.is_published
          and not internal.has_completed(e.enrolment_id, s.section_id));
  end if;

  for v_certificate in
    with completed as (
      update core.enrolment as e
      set completed_at = now()
      where e.enrolment_id = any (v_ids)
        and e.enrolled_at is not null
        and e.completed_at is null
        and exists (select from core.section_progress as p where p.enrolment_id = e.enrolment_id)
        and not exists (
          select
          from core.course_section as s
          where s.offering_id = p_offering_id
            and s.is_published
            and not internal.has_completed(e.enrolment_id, s.section_id))
      returning e.*
    )
    insert into core.certificate
      (number, enrolment_id, customer_id, learner_name, course_title, provider_name)
    select internal.new_certificate_number(), e.enrolment_id, e.customer_id,
           coalesce(nullif(l.display_name, ''), concat_ws(' ', l.first_name, l.last_name)),
           o.title,
           coalesce(nullif(v.display_name, ''), concat_ws(' ', v.first_name, v.last_name))
    from completed as e
    join core.person as l on l.person_id = e.customer_id
    join core.person as v on v.person_id = e.provider_id
    join core.offering as o on o.offering_id = e.offering_id
    on conflict (enrolment_id) do nothing
    returning *
  loop
    perform internal.notify(v_certificate.customer_id, 'course_completed',
                            jsonb_build_object('enrolment_id', v_certificate.enrolment_id));
  end loop;
end
$$;

alter function internal.settle_course owner to definer;

comment on function internal.settle_course is $$
Count again who has completed sections and the whole course: one learner, or all of them when the
contents have changed. A course is completed while all of its published sections are: a lesson that
comes later opens it again, and the certificate, of which its
learner is told, stays. The caller holds the course, or shares it and holds
the enrolment.
$$;

create or replace function internal.has_completed(p_enrolment_id uuid, p_section_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return not exists (
    select
    from core.lesson as l
    where l.section_id = p_section_id
      and l.is_published
      and not exists (
        select from core.lesson_progress as p
        where p.enrolment_id = p_enrolment_id
          and p.lesson_id = l.lesson_id
          and p.completed_at is not null))
  -- A section without lessons is read itself; one whose lessons are all drafts does not count.
  and (exists (select from core.lesson as l where l.section_id = p_section_id)
       or exists (
         select from core.section_progress as p
         where p.enrolment_id = p_enrolment_id
           and p.section_id = p_section_id
           and p.completed_at is not null));

alter function internal.has_completed owner to definer;

comment on function internal.has_completed is
  'Whether a learner has nothing left to do in a section: its published lessons, or itself.';

create or replace function internal.settle_sections(
  p_section_ids   uuid[],
  p_enrolment_ids uuid[],
  p_is_changed    boolean
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.section_progress as p (enrolment_id, section_id, completed_at)
  select e.enrolment_id, s.section_id, now()
  from core.course_section as s
  join core.enrolment as e using (offering_id)
  where s.section_id = any (p_section_ids)
    and e.enrolment_id = any (p_enrolment_ids)
    and e.enrolled_at is not null
    and s.is_published
    and exists (
      select from core.lesson as l where l.section_id = s.section_id and l.is_published)
    and internal.has_completed(e.enrolment_id, s.section_id)
  on conflict (enrolment_id, section_id) do update
  set completed_at = excluded.completed_at
  where p.completed_at is null;

  if p_is_changed then
    update core.section_progress as p
    set completed_at = null
    where p.section_id = any (p_section_ids)
      and p.completed_at is not null
      and not internal.has_completed(p.enrolment_id, p.section_id);
  end if;
end
$$;

alter function internal.settle_sections owner to definer;

comment on function internal.settle_sections is $$
Mark sections that learners have completed; if the contents have changed, take the mark away where
a lesson has come since.
$$;

create or replace function internal.readable_enrolment_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select e.enrolment_id from core.enrolment as e where e.customer_id = internal.user_id()
  union all
  select e.enrolment_id from core.enrolment as e where e.provider_id = internal.user_id();
end
$$;

alter function internal.readable_enrolment_ids owner to definer;

comment on function internal.readable_enrolment_ids is
  'The caller''s enrolments, and those in their courses: whose progress they read.';

create or replace function internal.require_enrolment(
  p_offering_id  uuid,
  p_enrolment_id uuid default null
)
returns core.enrolment
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_enrolment core.enrolment;
begin
  if internal.is_service() then
    select e.* into v_enrolment
    from core.enrolment as e
    where e.enrolment_id = p_enrolment_id and e.offering_id = p_offering_id;
  else
    select e.* into v_enrolment
    from core.enrolment as e
    where e.customer_id = internal.user_id() and e.offering_id = p_offering_id;
  end if;
  if not coalesce(internal.is_enrolled(v_enrolment), false) then
    perform internal.refuse('M3801', 'not_enrolled', 'You are not in this course.',
      'Enrol first.');
  end if;
  return v_enrolment;
end
$$;

alter function internal.require_enrolment owner to definer;

comment on function internal.require_enrolment is $$
The caller's enrolment that gives access to a course now; the house says whose.

Raises
  M3801 not_enrolled      the caller is not in it, or not any more
$$;

create or replace function internal.lesson_to_learn(p_progress jsonb)
returns core.lesson
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lesson core.lesson;
begin
  select l.* into v_lesson
  from core.lesson as l
  join core.course_section as s using (section_id)
  where l.lesson_id = coalesce(
      (p_progress ->> 'lesson_id')::uuid,
      (select p.lesson_id from core.lesson_progress as p
       where p.lesson_progress_id = (p_progress ->> 'lesson_progress_id')::uuid))
    and l.is_published and s.is_published;
  if not found then
    perform internal.refuse('M4803', 'lesson_not_found', 'There is no such lesson.');
  end if;
  return v_lesson;
end
$$;

alter function internal.lesson_to_learn owner to definer;

comment on function internal.lesson_to_learn is $$
The published lesson that progress is about.

Raises
  M4803 lesson_not_found  there is none
$$;

create or replace function api.save_progress(p_progress jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lesson    core.lesson;
  v_enrolment core.enrolment;
  v_percent   numeric := coalesce((p_progress ->> 'watch_pct')::numeric, 0);
  v_is_done   boolean;
  v_row       core.lesson_progress;
begin
  perform internal.require_fields(p_progress,
    'lesson_progress_id', 'enrolment_id', 'lesson_id', 'watch_pct', 'is_completed');
  perform internal.require_actor();
  if v_percent is null or v_percent not between 0 and 100 then
    perform internal.refuse('M0803', 'percent_invalid', 'A percentage is from 0 to 100.');
  end if;
  v_percent := trunc(v_percent, 2);
  v_is_done := coalesce((p_progress ->> 'is_completed')::boolean, false) or v_percent = 100;
  v_lesson := internal.lesson_to_learn(p_progress);
  v_enrolment := internal.require_enrolment(
    v_lesson.offering_id, (p_progress ->> 'enrolment_id')::uuid);
  if (p_progress ->> 'enrolment_id')::uuid <> v_enrolment.enrolment_id then
    raise exception using errcode = '42501', message = 'This enrolment is not the caller''s.';
  end if;

  select p.* into v_row
  from core.lesson_progress as p
  where p.enrolment_id = v_enrolment.enrolment_id and p.lesson_id = v_lesson.lesson_id;
  if found and not internal.found_to_save('lesson progress', p_if_exists) then
    return null;
  end if;
  v_is_done := v_is_done and v_row.completed_at is null;
  if v_is_done then
    perform from core.course as c where c.offering_id = v_lesson.offering_id for share;
    perform from core.enrolment as e
    where e.enrolment_id = v_enrolment.enrolment_id
    for no key update;
  end if;

  v_row.lesson_progress_id := internal.write_progress(
    v_enrolment.enrolment_id, v_lesson.lesson_id, v_percent, v_is_done,
    (p_progress ->> 'lesson_progress_id')::uuid);
  if v_is_done then
    perform internal.settle_course(
      v_lesson.offering_id, array[v_lesson.section_id], v_enrolment.enrolment_id);
  end if;
  return v_row.lesson_progress_id;
end
$$;

alter function api.save_progress owner to definer;

comment on function api.save_progress is $$
Say how much of a lesson the caller has watched, or that they have completed it; return the id of
the row, of which there is one for a lesson and a learner. p_progress: {"lesson_id",
"enrolment_id"?, "lesson_progress_id"?, "watch_pct"?, "is_completed"?}. The percentage never falls
and 100 completes; what is completed stays so. When all published lessons of a section are
completed, so is the section, and so on to the course, which gives a certificate.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0803 percent_invalid   it is not from 0 to 100
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3801 not_enrolled      the caller is not in the course, or not any more
  M4803 lesson_not_found  there is no such published lesson
  23505                   p_if_exists is fail, and it is there
  42501                   the enrolment is somebody else's
$$;

create or replace function internal.write_progress(
  p_enrolment_id       uuid,
  p_lesson_id          uuid,
  p_percent            numeric,
  p_is_done            boolean,
  p_lesson_progress_id uuid
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  insert into core.lesson_progress as p
    (lesson_progress_id, enrolment_id, lesson_id, watch_pct, completed_at)
  values (coalesce(p_lesson_progress_id, gen_random_uuid()), p_enrolment_id, p_lesson_id,
          p_percent, case when p_is_done then now() end)
  on conflict (enrolment_id, lesson_id) do update
  set watch_pct = greatest(p.watch_pct, excluded.watch_pct),
      completed_at = coalesce(p.completed_at, excluded.completed_at),
      updated_at = now()
  -- A beacon that says nothing new writes nothing.
  where p.watch_pct < excluded.watch_pct
     or p.completed_at is null and excluded.completed_at is not null
  returning p.lesson_progress_id into v_id;
  return coalesce(v_id, (
    select p.lesson_progress_id
    from core.lesson_progress as p
    where p.enrolment_id = p_enrolment_id and p.lesson_id = p_lesson_id));
end
$$;

alter function internal.write_progress owner to definer;

comment on function internal.write_progress is
  'Add to the progress of a lesson. Neither the percentage nor the completion ever falls.';

create or replace function api.save_section_progress(
  p_progress  jsonb,
  p_if_exists text default 'merge'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_section   core.course_section;
  v_enrolment core.enrolment;
  v_row       core.section_progress;
  v_is_done   boolean := coalesce((p_progress ->> 'is_completed')::boolean, false);
begin
  perform internal.require_fields(p_progress,
    'section_progress_id', 'section_id', 'enrolment_id', 'is_completed');
  perform internal.require_actor();
  select s.* into v_section
  from core.course_section as s
  where s.section_id = (p_progress ->> 'section_id')::uuid and s.is_published;
  if not found then
    perform internal.refuse('M4802', 'section_not_found',
      format('There is no section %s.', p_progress ->> 'section_id'));
  end if;
  v_enrolment := internal.require_enrolment(
    v_section.offering_id, (p_progress ->> 'enrolment_id')::uuid);
  if (p_progress ->> 'enrolment_id')::uuid <> v_enrolment.enrolment_id then
    raise exception using errcode = '42501', message = 'This enrolment is not the caller''s.';
  end if;
  perform from core.course as c where c.offering_id = v_section.offering_id for share;
  perform from core.enrolment as e
  where e.enrolment_id = v_enrolment.enrolment_id
  for no key update;

  select p.* into v_row
  from core.section_progress as p
  where p.enrolment_id = v_enrolment.enrolment_id and p.section_id = v_section.section_id;
  if found and not internal.found_to_save('section progress', p_if_exists) then
    return null;
  end if;
  if v_is_done and v_row.completed_at is null
     and exists (select from core.lesson as l where l.section_id = v_section.section_id)
     and not internal.has_completed(v_enrolment.enrolment_id, v_section.section_id) then
    perform internal.refuse('M9803', 'lessons_left',
      'A section with lessons is completed by its lessons.');
  end if;

  insert into core.section_progress as p
    (section_progress_id, enrolment_id, section_id, completed_at)
  values (coalesce((p_progress ->> 'section_progress_id')::uuid, gen_random_uuid()),
          v_enrolment.enrolment_id, v_section.section_id, case when v_is_done then now() end)
  on conflict (enrolment_id, section_id) do update
  set completed_at = coalesce(p.completed_at, excluded.completed_at)
  returning p.* into v_row;
  perform internal.settle_course(v_section.offering_id, '{}', v_enrolment.enrolment_id);
  return v_row.section_progress_id;
end
$$;

alter function api.save_section_progress owner to definer;

comment on function api.save_section_progress is $$
Say that the caller has begun a section, or completed one that has no lessons; return the id of the
row. A section with lessons is completed by them. p_progress: {"section_id", "enrolment_id"?,
"section_progress_id"?, "is_completed"?}. What is completed stays so.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3801 not_enrolled       the caller is not in the course, or not any more
  M4802 section_not_found  there is no such published section
  M9803 lessons_left       it has lessons that are not completed
  23505                    p_if_exists is fail, and it is there
  42501                    the enrolment is somebody else's
$$;
