-- The vocabulary of courses.

-- A published course of a provider: two sections (the first free), of two published lessons each,
-- with a text, a video and a file everywhere. `yoga` has the sections `yoga 1` and `yoga 2` and the
-- lessons `yoga 1.1` to `yoga 2.2`.
create or replace function tests.course(
  p_name     text,
  p_provider text,
  p_price    bigint,
  p_currency text default 'EUR'
)
returns uuid
language plpgsql
as $$
declare
  v_id     uuid := tests.id('offering ' || p_name);
  v_lesson uuid;
begin
  perform tests.introduce(p_provider);
  insert into core.provider (provider_id, currency)
  values (tests.id(p_provider), p_currency)
  on conflict do nothing;
  perform tests.act_as_service();
  perform api.save_course(jsonb_build_object(
    'offering_id', v_id, 'provider_id', tests.id(p_provider), 'title', p_name,
    'description', 'about ' || p_name, 'price_minor', p_price, 'currency', p_currency,
    'is_active', true, 'body', 'secret of ' || p_name));
  for s in 1 .. 2 loop
    perform api.save_section(jsonb_build_object(
      'section_id', tests.id(format('%s %s', p_name, s)), 'offering_id', v_id,
      'title', format('%s %s', p_name, s), 'position', s, 'is_published', true,
      'is_free', s = 1, 'body', 'secret', 'video_url', 'https://video.example/secret'));
    for l in 1 .. 2 loop
      v_lesson := tests.id(format('%s %s.%s', p_name, s, l));
      perform api.save_lesson(jsonb_build_object(
        'lesson_id', v_lesson, 'section_id', tests.id(format('%s %s', p_name, s)),
        'title', format('%s %s.%s', p_name, s, l), 'position', l, 'is_published', true,
        'body', 'secret', 'video_url', 'https://video.example/secret'));
      perform api.save_attachment(jsonb_build_object(
        'lesson_attachment_id', tests.id(format('%s %s.%s file', p_name, s, l)),
        'lesson_id', v_lesson, 'name', 'plan', 'url', 'https://files.example/secret'));
    end loop;
  end loop;
  perform tests.act_as_nobody();
  return v_id;
end
$$;

-- Somebody completes lessons, in the order given.
create or replace function tests.completes(p_person text, variadic p_lessons text[])
returns void
language plpgsql
as $$
begin
  perform tests.act_as(p_person);
  perform api.save_progress(jsonb_build_object(
    'lesson_id', tests.id(l.name), 'is_completed', true))
  from unnest(p_lessons) with ordinality as l(name, n);
  perform tests.act_as_nobody();
end
$$;

-- The sections that somebody has completed, and * for the whole course.
create or replace function tests.completed(p_person text, p_course text)
returns text
language sql
security definer
as $$
  select concat_ws(' ',
    (select string_agg(s.title, ' ' order by s.position)
     from core.section_progress as p
     join core.course_section as s using (section_id)
     where p.enrolment_id = e.enrolment_id and p.completed_at is not null),
    case when e.completed_at is not null then '*' end)
  from core.enrolment as e
  where e.customer_id = tests.id(p_person) and e.offering_id = tests.id('offering ' || p_course);
$$;
