-- Profiles: data of health that a person keeps here, and the leave they give providers to read it.

create or replace function internal.has_leaves()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from core.profile_leave as l where l.provider_id = internal.user_id());
end
$$;

alter function internal.has_leaves owner to definer;

comment on function internal.has_leaves is
  'Whether anybody lets the caller read their profile: asked once, before it is asked who.';

create or replace function api.save_profile(p_profile jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id      uuid := internal.require_identity(
    coalesce((p_profile ->> 'customer_id')::uuid, internal.user_id()));
  v_profile core.profile;
begin
  perform internal.require_fields(p_profile,
    'customer_id', 'goals', 'weight_kg', 'height_cm', 'social_links', 'experience_level',
    'phone', 'date_of_birth', 'address');
  if exists (select from core.profile as p where p.customer_id = v_id)
     and not internal.found_to_save('profile', p_if_exists) then
    return null;
  end if;
  perform internal.ensure_person(v_id);
  perform internal.ensure_customer(v_id);
  insert into core.profile (customer_id) values (v_id) on conflict do nothing;
  select p.* into v_profile
  from core.profile as p
  where p.customer_id = v_id
  for no key update;
  v_profile := jsonb_populate_record(v_profile, p_profile);

  update core.profile as p
  set goals = v_profile.goals, weight_kg = v_profile.weight_kg,
      height_cm = v_profile.height_cm, social_links = v_profile.social_links
  where p.customer_id = v_id;
  if p_profile ? 'experience_level' then
    update core.customer as c
    set experience_level = p_profile ->> 'experience_level'
    where c.customer_id = v_id;
  end if;
  perform internal.write_private(v_id, p_profile);
  if p_profile ? 'address' then
    perform api.save_location(jsonb_build_object(
      'location_id', (select l.location_id from core.location as l
                      where l.person_id = v_id and l.is_primary),
      'person_id', v_id, 'address', p_profile ->> 'address', 'is_primary', true));
  end if;
  return v_id;
end
$$;

alter function api.save_profile owner to definer;

comment on function api.save_profile is $$
Write the caller's profile, and make them a customer if they are none; return their id. p_profile:
{"customer_id"?, "goals"?, "weight_kg"?, "height_cm"?, "social_links"?, "experience_level"?,
"phone"?, "date_of_birth"?, "address"? (of the primary place)}. A field that is not given stays. Nobody else reads it without leave
(api.share_profile). Locks the profile.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  23514  a measure is impossible, or a text too long
  42501  the profile is somebody else's
$$;

create or replace function api.share_profile(p_provider_id uuid, p_is_shared boolean default true)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  perform internal.require_active(v_me);
  perform internal.require_choice(p_is_shared, 'p_is_shared');
  if not p_is_shared then
    delete from core.profile_leave as l
    where l.customer_id = v_me and l.provider_id = p_provider_id;
    return found;
  end if;
  if not exists (select from core.provider as v where v.provider_id = p_provider_id) then
    perform internal.refuse('M4001', 'provider_not_found', 'There is no such provider.');
  end if;
  perform internal.ensure_person(v_me);
  perform internal.ensure_customer(v_me);
  insert into core.profile_leave (customer_id, provider_id)
  values (v_me, p_provider_id)
  on conflict do nothing;
  return found;
end
$$;

alter function api.share_profile owner to definer;

comment on function api.share_profile is $$
Let a provider read the caller's profile, or take that back; false if it was so already.

Raises
  M0208 answer_invalid  p_is_shared is neither true nor false
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4001 provider_not_found  there is no such provider
$$;

create or replace trigger profile_touch before update on core.profile
  for each row execute function internal.on_row_touched();
