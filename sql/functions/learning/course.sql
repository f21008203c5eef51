-- Courses: writing them, and the order of what is in them.
--
-- Who changes the contents of a course locks its row. Who completes a lesson shares that lock, so
-- that what counts as complete is the same for both.

create or replace function internal.lock_course(p_offering_id uuid)
returns core.offering
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
begin
  perform internal.require_actor();
  select o.* into v_offering
  from core.offering as o
  join core.course as c using (offering_id)
  where o.offering_id = p_offering_id
    and (o.provider_id = internal.user_id() or internal.is_service());
  if not found then
    perform internal.refuse('M4801', 'course_not_found',
      format('You have no course %s.', p_offering_id));
  end if;
  perform from core.course as c where c.offering_id = p_offering_id for no key update;
  return v_offering;
end
$$;

alter function internal.lock_course owner to definer;

comment on function internal.lock_course is $$
Lock a course of the caller's, whose contents will change.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4801 course_not_found  there is none, or it is another provider's
$$;

create or replace function internal.course_slug(p_slug text, p_title text, p_offering_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slug text := nullif(btrim(p_slug), '');
begin
  if v_slug ~ '[^[:alnum:]._~-]' then
    perform internal.refuse('M0805', 'slug_invalid',
      'A slug has letters, digits, and - . _ ~ only: it is part of an address.',
      'Leave it out: it is made of the title.');
  elsif v_slug is not null then
    return v_slug;
  end if;
  v_slug := btrim(left(regexp_replace(lower(p_title), '[^[:alnum:]]+', '-', 'g'), 80), '-');
  if v_slug = '' or exists (
    select from core.offering as o where o.slug = v_slug and o.offering_id <> p_offering_id
  ) then
    return concat_ws('-', nullif(v_slug, ''), left(p_offering_id::text, 8));
  end if;
  return v_slug;
end
$$;

alter function internal.course_slug owner to definer;

comment on function internal.course_slug is $$
The given slug, or one made of the title; with the beginning of the id if that one is taken.

Raises
  M0805 slug_invalid  it cannot stand in an address as it is
$$;

create or replace function internal.settle_audience(
  p_offering_id uuid,
  p_section_ids uuid[] default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_all constant text := case
    when (select o.is_active from core.offering as o where o.offering_id = p_offering_id)
    then 'all' else 'learners' end;
begin
  update core.course as c
  set audience = v_all
  where c.offering_id = p_offering_id and c.audience <> v_all;

  update core.course_section as s
  set audience = case when s.is_published then v_all else 'provider' end
  where s.offering_id = p_offering_id
    and s.section_id = any (coalesce(p_section_ids, array[s.section_id]))
    and s.audience <> case when s.is_published then v_all else 'provider' end;
  update core.lesson as l
  set audience = case when l.is_published then s.audience else 'provider' end
  from core.course_section as s
  where s.section_id = l.section_id
    and s.offering_id = p_offering_id
    and s.section_id = any (coalesce(p_section_ids, array[s.section_id]))
    and l.audience <> case when l.is_published then s.audience else 'provider' end;

  -- Inside, all means: of a free section.
  update core.section_body as b
  set audience = internal.inner_audience(s.audience, s.is_free)
  from core.course_section as s
  where s.section_id = b.section_id
    and s.offering_id = p_offering_id
    and s.section_id = any (coalesce(p_section_ids, array[s.section_id]))
    and b.audience <> internal.inner_audience(s.audience, s.is_free);
  update core.lesson_body as b
  set audience = internal.inner_audience(l.audience, s.is_free)
  from core.lesson as l
  join core.course_section as s using (section_id)
  where l.lesson_id = b.lesson_id
    and s.offering_id = p_offering_id
    and s.section_id = any (coalesce(p_section_ids, array[s.section_id]))
    and b.audience <> internal.inner_audience(l.audience, s.is_free);
  update core.lesson_attachment as a
  set audience = internal.inner_audience(l.audience, s.is_free)
  from core.lesson as l
  join core.course_section as s using (section_id)
  where l.lesson_id = a.lesson_id
    and s.offering_id = p_offering_id
    and s.section_id = any (coalesce(p_section_ids, array[s.section_id]))
    and a.audience <> internal.inner_audience(l.audience, s.is_free);
end
$$;

alter function internal.settle_audience owner to definer;

comment on function internal.settle_audience is $$
Write at a course and its contents who reads them: everybody, learners, or its provider alone. Some
sections, or all. So the policies of readers are plain comparisons, whatever the contents are in.
$$;

create or replace function internal.inner_audience(p_outer text, p_is_free boolean)
returns text
language sql
immutable
parallel safe
return case when p_outer = 'all' and not p_is_free then 'learners' else p_outer end;

comment on function internal.inner_audience is
  'Who reads the text, video and files of something that so many see in the table of contents.';

create or replace function internal.on_course_offered()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.settle_audience(new.offering_id);
  return null;
end
$$;

alter function internal.on_course_offered owner to definer;

comment on function internal.on_course_offered is
  'Trigger: a course that is published or taken down is read by others than before, whoever did it.';

create or replace trigger offering_of_course after update of is_active on core.offering
  for each row when (new.kind = 'course' and new.is_active <> old.is_active)
  execute function internal.on_course_offered();

create or replace function internal.write_course(p_offering_id uuid, p_course jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
  v_course   core.course;
begin
  insert into core.course (offering_id, provider_id)
  select o.offering_id, o.provider_id
  from core.offering as o
  where o.offering_id = p_offering_id
  on conflict do nothing;
  v_offering := internal.lock_course(p_offering_id);
  select c.* into v_course from core.course as c where c.offering_id = p_offering_id;
  v_course := jsonb_populate_record(v_course, p_course);
  if p_course ? 'sale_price' then
    v_course.sale_price_minor :=
      internal.to_minor((p_course ->> 'sale_price')::numeric, v_offering.currency);
  end if;

  if v_course.sale_price_minor is not null then
    perform internal.check_price(v_course.sale_price_minor, v_offering.currency, 'course');
    -- An empty field of a form is often sent as 0, which would give the course away.
    if v_course.sale_price_minor > v_offering.price_minor
       or v_course.sale_price_minor = 0 and v_offering.price_minor > 0 then
      perform internal.refuse('M0801', 'sale_price_invalid',
        'A sale price is above zero and not above the price.',
        'Leave it out or null; a free course has the price 0.');
    end if;
  end if;
  update core.course as c
  set image_url = v_course.image_url, preview_url = v_course.preview_url,
      sale_price_minor = v_course.sale_price_minor, access_days = v_course.access_days
  where c.offering_id = p_offering_id;

  if p_course ->> 'body' is not null then
    insert into core.course_body as b (offering_id, provider_id, body)
    values (p_offering_id, v_offering.provider_id, p_course ->> 'body')
    on conflict (offering_id) do update set body = excluded.body;
  elsif p_course ? 'body' then
    delete from core.course_body as b where b.offering_id = p_offering_id;
  end if;
  perform internal.settle_audience(p_offering_id, '{}');
end
$$;

alter function internal.write_course owner to definer;

comment on function internal.write_course is $$
Write what a course has besides its offering. Locks the course.

Raises
  M0014 amount_invalid, M0015 amount_too_fine
  M0102 price_out_of_range, M0103 price_not_chargeable
  M0801 sale_price_invalid  it is above the price, or zero where the course costs something
$$;

create or replace function api.save_course(p_course jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id       uuid := coalesce((p_course ->> 'offering_id')::uuid, gen_random_uuid());
  v_offering core.offering;
  v_provider uuid;
  v_fields   jsonb;
begin
  perform internal.require_fields(p_course,
    'offering_id', 'provider_id', 'title', 'slug', 'summary', 'description', 'tags', 'level',
    'prerequisites', 'duration_min', 'price_minor', 'price', 'currency', 'is_active',
    'image_url', 'preview_url', 'sale_price_minor', 'sale_price', 'access_days', 'body');

  select o.* into v_offering from core.offering as o where o.offering_id = v_id;
  if found and v_offering.kind <> 'course' then
    perform internal.refuse('M4801', 'course_not_found', format('You have no course %s.', v_id));
  end if;
  v_provider := internal.require_identity(coalesce(
    v_offering.provider_id, (p_course ->> 'provider_id')::uuid, internal.user_id()));
  if v_offering.offering_id is null
     and not exists (select from core.provider as v where v.provider_id = v_provider) then
    perform api.save_provider(jsonb_build_object('provider_id', v_provider));
  end if;

  v_fields := p_course - array['image_url', 'preview_url', 'sale_price_minor', 'sale_price',
                               'access_days', 'body']
    || jsonb_build_object('offering_id', v_id);
  if v_offering.offering_id is null or p_course ? 'slug' then
    v_fields := v_fields || jsonb_build_object('slug', internal.course_slug(
      p_course ->> 'slug', coalesce(p_course ->> 'title', v_offering.title), v_id));
  end if;
  if v_offering.offering_id is null then
    v_fields := jsonb_build_object('price_minor', 0) || v_fields || jsonb_build_object(
      'kind', 'course', 'is_active', coalesce((p_course ->> 'is_active')::boolean, false));
    if v_fields ? 'price' then
      v_fields := v_fields - 'price_minor';
    end if;
  end if;
  if api.save_offering(v_fields, p_if_exists) is null then
    return null;
  end if;
  perform internal.write_course(v_id, p_course);
  return v_id;
end
$$;

alter function api.save_course owner to definer;

comment on function api.save_course is $$
Make or change a course of the caller's, and return its id. Whoever makes their first course becomes
a provider. A new course is a draft unless it says otherwise, free unless it has a price, and has a
slug made of its title unless it brings one.

p_course: {"offering_id"?, "provider_id"? (the caller), "title", "slug"?, "summary"?,
"description"?, "tags"?, "level"?, "prerequisites"?, "duration_min"?, "price_minor"? (or "price",
a decimal), "sale_price_minor"? (or "sale_price"; null ends the sale), "currency"? (the
provider's), "access_days"?, "image_url"?, "preview_url"?, "body"?, "is_active"?}. A field that is
not given stays. p_if_exists: as in api.save_offering. Locks the offering, the provider, the course.

Raises
  what api.save_offering lists, and
  M0801 sale_price_invalid  the sale price is above the price, or zero where the price is not
  M0805 slug_invalid        the slug cannot stand in an address as it is
  M4801 course_not_found    the id is that of another offering
$$;

create or replace function api.remove_course(p_offering_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.lock_course(p_offering_id);
  if exists (select from core.enrolment as e where e.offering_id = p_offering_id)
     or exists (select from core.order_line as l where l.offering_id = p_offering_id) then
    perform internal.refuse('M9106', 'offering_in_use', 'Somebody has enrolled in it.',
      'Take it down instead: it is not found or sold any more.');
  end if;
  perform api.remove_offering(p_offering_id);
end
$$;

alter function api.remove_course owner to definer;

comment on function api.remove_course is $$
Remove a course of the caller's that nobody has enrolled in or ordered, and all that is in it.

Raises
  M4801 course_not_found  there is none, or it is another provider's
  M9106 offering_in_use   somebody has enrolled in it, or ordered it
$$;

create or replace function internal.course_price(p_offering core.offering)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return coalesce(
  (select c.sale_price_minor from core.course as c where c.offering_id = (p_offering).offering_id),
  (p_offering).price_minor);

alter function internal.course_price owner to definer;

comment on function internal.course_price is
  'What an offering costs now: the sale price of a course that has one, or else the price.';
