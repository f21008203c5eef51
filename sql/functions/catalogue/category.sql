-- Categories: staff makes them, providers put their offerings under them.

create or replace trigger category_touch before update on core.category
  for each row when (old.* is distinct from new.*)
  execute function internal.on_row_touched();

create or replace function api.save_category(p_category jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_category core.category;
  v_before   core.category;
begin
  perform internal.require_staff();
  perform internal.require_fields(p_category, 'category_id', 'name', 'slug', 'image_url');

  select c.* into v_before
  from core.category as c
  where c.category_id = (p_category ->> 'category_id')::uuid
  for no key update;
  if found then
    if not internal.found_to_save('category', p_if_exists) then
      return null;
    end if;
    v_category := v_before;
  else
    v_category.category_id := coalesce((p_category ->> 'category_id')::uuid, gen_random_uuid());
  end if;
  v_category := jsonb_populate_record(v_category, p_category - 'category_id');
  v_category.name := internal.require_name(v_category.name, 100);
  if v_category.slug is null then
    v_category.slug := btrim(regexp_replace(lower(v_category.name), '[^a-z0-9]+', '-', 'g'), '-');
  end if;

  insert into core.category as c (category_id, name, slug, image_url)
  values (v_category.category_id, v_category.name, v_category.slug, v_category.image_url)
  on conflict (category_id) do update
    set name = excluded.name, slug = excluded.slug, image_url = excluded.image_url;
  perform internal.audit('save_category', 'category', v_category.category_id::text,
                         to_jsonb(v_before), to_jsonb(v_category));
  return v_category.category_id;
end
$$;

alter function api.save_category owner to definer;

comment on function api.save_category is $$
Make a category or change one, and return its id. p_category: {"category_id"?, "name", "slug"? (made
of the name), "image_url"?}. For staff; audited.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0016 name_required  the name is empty or too long
  M3301 staff_only     the caller is not staff
  23505                the slug is taken; or p_if_exists is fail, and it is there
$$;

create or replace function api.remove_category(p_category_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_category core.category;
begin
  perform internal.require_staff();
  delete from core.category as c
  where c.category_id = p_category_id
  returning c.* into v_category;
  if not found then
    perform internal.refuse(
      'M4103', 'category_not_found', format('There is no category %s.', p_category_id));
  end if;
  perform internal.audit('remove_category', 'category', p_category_id::text,
                         to_jsonb(v_category), null);
end
$$;

alter function api.remove_category owner to definer;

comment on function api.remove_category is $$
Remove a category; its offerings stay. For staff; audited.

Raises
  M3301 staff_only          the caller is not staff
  M4103 category_not_found  there is none
$$;

create or replace function api.set_offering_categories(
  p_offering_id  uuid,
  p_category_ids uuid[]
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_missing uuid;
  v_count   integer;
begin
  perform internal.require_actor();
  -- Two writers of one offering wait here, so that their lists do not mix.
  perform
  from core.offering as o
  where o.offering_id = p_offering_id
    and (o.provider_id = internal.user_id() or internal.is_service()
         or o.provider_id is null and internal.is_staff())
  for no key update;
  if not found then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no offering %s.', p_offering_id));
  end if;
  select i.category_id into v_missing
  from unnest(p_category_ids) as i(category_id)
  where not exists (select from core.category as c where c.category_id = i.category_id)
  limit 1;
  if found then
    perform internal.refuse(
      'M4103', 'category_not_found', format('There is no category %s.', v_missing));
  end if;
  perform internal.require_room(cardinality(p_category_ids) - 1, 20, 'categories');

  delete from core.offering_category as k
  where k.offering_id = p_offering_id
    and k.category_id <> all (coalesce(p_category_ids, '{}'));
  insert into core.offering_category (offering_id, category_id)
  select distinct p_offering_id, i.category_id
  from unnest(p_category_ids) as i(category_id)
  on conflict do nothing;

  select count(*) into v_count
  from core.offering_category as k
  where k.offering_id = p_offering_id;
  return v_count;
end
$$;

alter function api.set_offering_categories owner to definer;

comment on function api.set_offering_categories is $$
Put an offering of the caller's into these categories and no others; return how many they are. Staff
does it for what the platform sells. Locks the offering.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4101 offering_not_found  there is none, or it is another provider's
  M4103 category_not_found  one of them is none
  M9002 too_many_made       there are more than 20
$$;

create or replace function api.set_offering_category(
  p_offering_id uuid,
  p_category_id uuid,
  p_is_in       boolean
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids uuid[];
begin
  perform internal.require_actor();
  perform internal.require_choice(p_is_in, 'p_is_in');
  perform from core.offering as o where o.offering_id = p_offering_id for no key update;
  v_ids := array(
    select k.category_id from core.offering_category as k where k.offering_id = p_offering_id);
  if (p_category_id = any (v_ids)) = p_is_in then
    return false;
  end if;
  perform api.set_offering_categories(p_offering_id, case
    when p_is_in then v_ids || p_category_id else array_remove(v_ids, p_category_id) end);
  return true;
end
$$;

alter function api.set_offering_category owner to definer;

comment on function api.set_offering_category is $$
Put an offering of the caller's into one more category, or take it out of one; false if it was so
already. Locks the offering. See api.set_offering_categories.

Raises
  M0208 answer_invalid  p_is_in is neither true nor false
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4101 offering_not_found, M4103 category_not_found
  M9002 too_many_made  there are more than 20
$$;
