-- Locations: where somebody is, one of them first, and how far two people are apart.

create or replace function internal.distance_m(
  p_latitude_a  double precision,
  p_longitude_a double precision,
  p_latitude_b  double precision,
  p_longitude_b double precision
)
returns double precision
language sql
immutable
parallel safe
return case
  when p_latitude_a is not null and p_longitude_a is not null
   and p_latitude_b is not null and p_longitude_b is not null
  -- Rounding may take the root of antipodes beyond 1, which has no arc sine.
  then 2 * 6371008.8 * asin(least(1, sqrt(
    sin(radians(p_latitude_b - p_latitude_a) / 2) ^ 2
    + cos(radians(p_latitude_a)) * cos(radians(p_latitude_b))
      * sin(radians(p_longitude_b - p_longitude_a) / 2) ^ 2)))
end;

comment on function internal.distance_m is
  'Metres between two points of the globe, as the crow flies (haversine); null from or to nowhere.';

create or replace function internal.person_distance_m(p_person_id uuid, p_other_id uuid)
returns double precision
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.distance_m(a.latitude, a.longitude, b.latitude, b.longitude)
  from core.location as one
  join core.location_exact as a on a.location_id = one.location_id
  cross join core.location as other
  join core.location_exact as b on b.location_id = other.location_id
  where one.person_id = p_person_id and one.is_primary
    and other.person_id = p_other_id and other.is_primary;
end;

alter function internal.person_distance_m owner to definer;

comment on function internal.person_distance_m is
  'Metres between the primary places of two people; null while one of them has no coordinates.';

create or replace function internal.require_reach(p_provider_id uuid, p_customer_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_radius_m integer := (
    select p.service_radius_m from core.provider as p where p.provider_id = p_provider_id);
begin
  if v_radius_m is not null
     and internal.person_distance_m(p_provider_id, p_customer_id) > v_radius_m then
    perform internal.refuse('M9230', 'too_far_away',
      format('The provider serves places up to %s km away.', round(v_radius_m / 1000.0)),
      'Choose a provider who is nearer.');
  end if;
end
$$;

alter function internal.require_reach owner to definer;

comment on function internal.require_reach is $$
Refuse a customer whose primary place is outside the area that a provider serves. While the distance
is not known, nobody is refused.

Raises
  M9230 too_far_away  the place is farther away than the provider serves
$$;

create or replace function internal.live_customer_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select distinct b.customer_id
  from core.booking as b
  where b.provider_id = internal.user_id()
    and internal.is_secured(b.status);
end
$$;

alter function internal.live_customer_ids owner to definer;

comment on function internal.live_customer_ids is
  'Customers whom the caller is about to serve: they may see where to go and whom to call.';

create or replace function internal.located_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select l.location_id
  from core.location as l
  where l.is_primary
    and l.person_id in (select internal.live_customer_ids());
end
$$;

alter function internal.located_ids owner to definer;

comment on function internal.located_ids is
  'The primary places of customers whom the caller is about to serve.';

create or replace function internal.write_location(
  p_location core.location,
  p_exact    core.location_exact
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.location as l
    (location_id, person_id, label, city, region, country, area_latitude, area_longitude)
  values
    (p_location.location_id, p_location.person_id, p_location.label, p_location.city,
     p_location.region, p_location.country, round(p_exact.latitude, 2),
     round(p_exact.longitude, 2))
  on conflict (location_id) do update
    set label = excluded.label, city = excluded.city, region = excluded.region,
        country = excluded.country, area_latitude = excluded.area_latitude,
        area_longitude = excluded.area_longitude;

  insert into core.location_exact as x (location_id, address, postal_code, latitude, longitude)
  values (p_location.location_id, p_exact.address, p_exact.postal_code, p_exact.latitude,
          p_exact.longitude)
  on conflict (location_id) do update
    set address = excluded.address, postal_code = excluded.postal_code,
        latitude = excluded.latitude, longitude = excluded.longitude;

  -- In one statement, so that at no instant there are two.
  if p_location.is_primary then
    update core.location as l
    set is_primary = l.location_id = p_location.location_id
    where l.person_id = p_location.person_id
      and l.is_primary is distinct from (l.location_id = p_location.location_id);
  end if;
end
$$;

alter function internal.write_location owner to definer;

comment on function internal.write_location is
  'Store a place, rounded and exact. The calling function has checked whose it is.';

create or replace function api.save_location(p_location jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_location core.location;
  v_exact    core.location_exact;
  v_is_new   boolean;
begin
  perform internal.require_fields(p_location,
    'location_id', 'person_id', 'label', 'address', 'city', 'region', 'postal_code', 'country',
    'latitude', 'longitude', 'is_primary');

  select l.* into v_location
  from core.location as l
  where l.location_id = (p_location ->> 'location_id')::uuid;
  v_is_new := not found;
  v_location.person_id := internal.require_identity(
    coalesce(v_location.person_id, (p_location ->> 'person_id')::uuid, internal.user_id()));
  perform internal.ensure_person(v_location.person_id);
  -- Two places that are saved at once must not both be the first.
  perform from core.person as p where p.person_id = v_location.person_id for no key update;

  if v_is_new then
    perform internal.require_room(count(*), 50, 'places')
    from core.location as l
    where l.person_id = v_location.person_id;
    v_location.location_id := coalesce((p_location ->> 'location_id')::uuid, gen_random_uuid());
    v_location.is_primary := not exists (
      select from core.location as l
      where l.person_id = v_location.person_id and l.is_primary);
  elsif (p_location ->> 'person_id')::uuid <> v_location.person_id then
    raise exception using errcode = '42501', message = 'A place stays with its person.';
  elsif not internal.found_to_save('location', p_if_exists) then
    return null;
  end if;

  select x.* into v_exact
  from core.location_exact as x
  where x.location_id = v_location.location_id;
  v_exact := jsonb_populate_record(v_exact, p_location - 'location_id');
  v_location := jsonb_populate_record(v_location, p_location - array['location_id', 'person_id']
    || jsonb_build_object('is_primary',
         v_location.is_primary or coalesce((p_location ->> 'is_primary')::boolean, false)));
  perform internal.write_location(v_location, v_exact);
  return v_location.location_id;
end
$$;

alter function api.save_location owner to definer;

comment on function api.save_location is $$
Add a place of the caller's, or change one, and return its id. p_location: {"location_id"?,
"person_id"? (the caller), "label"?, "address"?, "city"?, "region"?, "postal_code"?, "country"?,
"latitude"?, "longitude"?, "is_primary"?}. A field that is not given stays. The first place of a
person is their primary one; is_primary makes another one that, in place of the old.
Strangers see the town and rounded coordinates of a provider; address, postal code and exact
coordinates are for the person, the house, and the provider of a live booking. Locks the person.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M9002 too_many_made  the person has 50 places
  23505                p_if_exists is fail, and it is there
  23514                a text is too long, or coordinates are out of range or only one is given
  42501                it is somebody else's
$$;

create or replace function api.remove_location(p_location_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_location core.location;
begin
  delete from core.location as l
  where l.location_id = p_location_id
    and (l.person_id = internal.user_id() or internal.is_service())
  returning l.* into v_location;
  if not found then
    perform internal.refuse(
      'M4004', 'location_not_found', format('You have no place %s.', p_location_id));
  end if;

  if v_location.is_primary then
    update core.location as l
    set is_primary = true
    where l.location_id = (
      select o.location_id
      from core.location as o
      where o.person_id = v_location.person_id
      order by o.created_at, o.location_id
      limit 1);
  end if;
end
$$;

alter function api.remove_location owner to definer;

comment on function api.remove_location is $$
Remove a place of the caller's. If it was the primary one, the oldest of the others becomes that.

Raises
  M4004 location_not_found  there is none, or it is somebody else's
$$;

create or replace trigger location_touch before update on core.location
  for each row execute function internal.on_row_touched();
