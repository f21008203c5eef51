-- Search: providers and offerings by words, tags, category, price, rating, distance and free days;
-- and the places around which there is somebody to find.
--
-- The functions are security definer and show published rows alone: under row-level security an
-- index of words, tags or places could not be used, because its operators are not leakproof. Every
-- call is planned for its own arguments, so that what is not asked for costs nothing. Places are
-- the rounded ones, so that no number of questions finds out where somebody lives.

create or replace function internal.search_words(p_text text)
returns tsquery
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_words tsquery := websearch_to_tsquery('simple', p_text);
begin
  -- The last word may still be typed.
  return case when numnode(v_words) > 0 then (v_words::text || ':*')::tsquery end;
end
$$;

comment on function internal.search_words is
  'What to look for: words, "phrases", or, -not; the last may be a beginning. Null is anything.';

create or replace function internal.search_area(
  p_latitude  double precision,
  p_longitude double precision,
  p_radius_m  integer
)
returns box
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_up     double precision := degrees(p_radius_m / 6371008.8);
  v_across double precision;
begin
  if p_latitude is null and p_longitude is null then
    return null;
  end if;
  if p_latitude is null or p_longitude is null or p_latitude not between -90 and 90
     or p_longitude not between -180 and 180
     or coalesce(p_radius_m, 0) not between 1 and 1000000 then
    perform internal.refuse('M0115', 'area_invalid',
      'An area is a latitude, a longitude, and a radius of 1 to 1000000 metres.');
  end if;
  -- Beyond a pole or the date line everything counts; the exact distance is asked afterwards.
  v_across := case when abs(p_latitude) + v_up >= 90 then 360
                   else degrees(asin(sin(radians(v_up)) / cos(radians(p_latitude)))) end;
  if abs(p_longitude) + v_across > 180 then
    return box(point(-180, p_latitude - v_up), point(180, p_latitude + v_up));
  end if;
  return box(point(p_longitude - v_across, p_latitude - v_up),
             point(p_longitude + v_across, p_latitude + v_up));
end
$$;

comment on function internal.search_area is $$
The box around a circle on the globe, as (longitude, latitude), for an index of points.

Raises
  M0115 area_invalid  it is no point, or the radius is missing or over a thousand kilometres
$$;

create or replace function internal.require_sort(p_sort text, p_is_near boolean)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_sort is null or p_sort not in ('newest', 'price', 'rating', 'distance')
     or p_sort = 'distance' and not p_is_near then
    perform internal.refuse('M0116', 'sort_unknown',
      'Results are sorted by newest, price or rating, and around a point by distance.');
  end if;
end
$$;

comment on function internal.require_sort is $$
Raises
  M0116 sort_unknown  it is none of newest, price, rating, distance; or distance from nowhere
$$;

create or replace function internal.search_currency(p_currency text, p_is_needed boolean)
returns text
language sql
stable
return coalesce(
  upper(btrim(p_currency)),
  case when p_is_needed then (select m.default_currency from core.marketplace as m) end);

comment on function internal.search_currency is
  'The currency that is searched in: prices of several are not compared.';

create or replace function internal.found_offerings(
  p_words     tsquery,
  p_tags      text[],
  p_category  text,
  p_kinds     text[],
  p_currency  text,
  p_min_price bigint,
  p_max_price bigint,
  p_rating    numeric,
  p_latitude  double precision,
  p_longitude double precision,
  p_radius_m  integer,
  p_area      box,
  p_free_on   date
)
returns table (
  offering_id   uuid,
  provider_id   uuid,
  kind          text,
  title         text,
  summary       text,
  tags          text[],
  duration_min  integer,
  price_minor   bigint,
  currency      text,
  provider_name text,
  rating        numeric,
  rating_count  integer,
  distance_m    double precision,
  created_at    timestamptz
)
language sql
stable
begin atomic
  select o.offering_id, p.provider_id, o.kind, o.title, o.summary, o.tags, o.duration_min,
         o.price_minor, o.currency, s.display_name, round(p.rating_avg, 2), p.rating_count,
         internal.distance_m(p_latitude, p_longitude, l.area_latitude::double precision,
                             l.area_longitude::double precision),
         o.created_at
  from core.offering as o
  left join core.provider as p on p.provider_id = o.provider_id
  left join core.person as s on s.person_id = o.provider_id
  left join core.location as l on l.person_id = o.provider_id and l.is_primary
  where o.is_active
    and o.kind <> 'hour'
    and (p.stopped_until is null or p.stopped_until <= now())
    and (p_kinds is null or o.kind = any (p_kinds))
    and (p_words is null or o.words @@ p_words)
    and (p_tags is null or o.tags @> p_tags)
    and (p_category is null or o.offering_id in (
           select k.offering_id
           from core.category as c
           join core.offering_category as k using (category_id)
           where c.slug = p_category))
    and (p_currency is null or o.currency = p_currency)
    and (p_min_price is null or o.price_minor >= p_min_price)
    and (p_max_price is null or o.price_minor <= p_max_price)
    and (p_rating is null or round(p.rating_avg, 2) >= p_rating)
    and (p_area is null or l.area <@ p_area
         and internal.distance_m(p_latitude, p_longitude, l.area_latitude::double precision,
                                 l.area_longitude::double precision) <= p_radius_m)
    and (p_free_on is null or exists (
           select from internal.open_slots() as f
           where f.offering_id = o.offering_id
             and f.starts_at >= p_free_on::timestamp at time zone s.timezone
             and f.starts_at < (p_free_on + 1)::timestamp at time zone s.timezone));
end;

comment on function internal.found_offerings is
  'Published offerings that fit what is not null. Inlined, so that only that is asked.';

create or replace function internal.found_providers(
  p_words     tsquery,
  p_tags      text[],
  p_category  text,
  p_currency  text,
  p_min_price bigint,
  p_max_price bigint,
  p_rating    numeric,
  p_latitude  double precision,
  p_longitude double precision,
  p_radius_m  integer,
  p_area      box,
  p_free_on   date
)
returns table (
  provider_id  uuid,
  display_name text,
  avatar_url   text,
  bio          text,
  specialties  text[],
  price_minor  bigint,
  currency     text,
  rating       numeric,
  rating_count integer,
  is_verified  boolean,
  city         text,
  distance_m   double precision,
  created_at   timestamptz
)
language sql
stable
begin atomic
  select p.provider_id, s.display_name, s.avatar_url, s.bio, p.specialties, p.hourly_rate_minor,
         p.currency, round(p.rating_avg, 2), p.rating_count, p.verification = 'verified', l.city,
         internal.distance_m(p_latitude, p_longitude, l.area_latitude::double precision,
                             l.area_longitude::double precision),
         p.created_at
  from core.provider as p
  join core.person as s on s.person_id = p.provider_id
  left join core.location as l on l.person_id = p.provider_id and l.is_primary
  where s.is_listed
    and (p.stopped_until is null or p.stopped_until <= now())
    and (p_words is null or s.words @@ p_words)
    and (p_tags is null or p.specialties @> p_tags)
    and (p_category is null or p.provider_id in (
           select o.provider_id
           from core.category as c
           join core.offering_category as k using (category_id)
           join core.offering as o using (offering_id)
           where c.slug = p_category and o.is_active))
    and (p_currency is null or p.currency = p_currency)
    and (p_min_price is null or p.hourly_rate_minor >= p_min_price)
    and (p_max_price is null or p.hourly_rate_minor <= p_max_price)
    and (p_rating is null or round(p.rating_avg, 2) >= p_rating)
    and (p_area is null or l.area <@ p_area
         and internal.distance_m(p_latitude, p_longitude, l.area_latitude::double precision,
                                 l.area_longitude::double precision) <= p_radius_m)
    and (p_free_on is null or exists (
           select
           from internal.open_slots() as f
           join core.offering as o using (offering_id)
           where f.provider_id = p.provider_id
             and o.kind <> 'hour'
             and f.starts_at >= p_free_on::timestamp at time zone s.timezone
             and f.starts_at < (p_free_on + 1)::timestamp at time zone s.timezone));
end;

comment on function internal.found_providers is
  'Listed providers that fit what is not null. Inlined, so that only that is asked.';

create or replace function internal.is_after(
  p_sort     text,
  p_after    jsonb,
  p_price    bigint,
  p_rating   numeric,
  p_distance double precision,
  p_created  timestamptz,
  p_id       uuid
)
returns boolean
language sql
stable
parallel safe
return p_after is null or case p_sort
  when 'price' then (p_price, p_id) > ((p_after ->> 0)::bigint, (p_after ->> 1)::uuid)
  when 'distance'
    then (p_distance, p_id) > ((p_after ->> 0)::double precision, (p_after ->> 1)::uuid)
  when 'rating'
    then coalesce(p_rating, 0) < (p_after ->> 0)::numeric
      or coalesce(p_rating, 0) = (p_after ->> 0)::numeric and p_id > (p_after ->> 1)::uuid
  else p_created <= (p_after ->> 0)::timestamptz
    and (p_created < (p_after ->> 0)::timestamptz or p_id > (p_after ->> 1)::uuid)
end;

comment on function internal.is_after is
  'Whether a result stands behind the last one of a page: [its sort key, its id]. Inlined.';

create or replace function internal.page_of(
  p_sort     text,
  p_price    bigint,
  p_rating   numeric,
  p_distance double precision,
  p_created  timestamptz,
  p_id       uuid
)
returns jsonb
language sql
stable
parallel safe
return jsonb_build_array(
  case p_sort when 'price' then to_jsonb(p_price)
              when 'rating' then to_jsonb(coalesce(p_rating, 0))
              when 'distance' then to_jsonb(p_distance)
              else to_jsonb(p_created) end,
  p_id);

comment on function internal.page_of is 'Where a result stands, for the page that follows it.';

create or replace function api.search_offerings(
  p_text            text default null,
  p_tags            text[] default null,
  p_category        text default null,
  p_kind            text default null,
  p_currency        text default null,
  p_min_price_minor bigint default null,
  p_max_price_minor bigint default null,
  p_min_rating      numeric default null,
  p_latitude        double precision default null,
  p_longitude       double precision default null,
  p_radius_m        integer default 50000,
  p_free_on         date default null,
  p_sort            text default 'newest',
  p_after           jsonb default null,
  p_limit           integer default 20,
  p_kinds           text[] default null
)
returns table (
  offering_id   uuid,
  provider_id   uuid,
  kind          text,
  title         text,
  summary       text,
  tags          text[],
  duration_min  integer,
  price_minor   bigint,
  currency      text,
  provider_name text,
  rating_avg    numeric,
  rating_count  integer,
  distance_m    integer,
  page          jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  v_words    tsquery := internal.search_words(p_text);
  v_area     box := internal.search_area(p_latitude, p_longitude, p_radius_m);
  v_currency text := internal.search_currency(
    p_currency, p_sort = 'price' or coalesce(p_min_price_minor, p_max_price_minor) is not null);
  v_kinds    text[] := case when p_kind is null then p_kinds else array[p_kind] end;
begin
  perform internal.require_sort(p_sort, v_area is not null);
  return query
  select a.offering_id, a.provider_id, a.kind, a.title, a.summary, a.tags, a.duration_min,
         a.price_minor, a.currency, a.provider_name, a.rating, a.rating_count,
         round(a.distance_m)::integer,
         internal.page_of(p_sort, a.price_minor, a.rating, a.distance_m, a.created_at,
                          a.offering_id)
  from internal.found_offerings(
    v_words, p_tags, p_category, v_kinds, v_currency, p_min_price_minor, p_max_price_minor,
    p_min_rating, p_latitude, p_longitude, p_radius_m, v_area, p_free_on) as a
  where internal.is_after(p_sort, p_after, a.price_minor, a.rating, a.distance_m, a.created_at,
                          a.offering_id)
    -- What the platform sells has no rating.
    and (p_sort <> 'rating' or a.provider_id is not null)
  order by case when p_sort = 'price' then a.price_minor end,
           case when p_sort = 'distance' then a.distance_m end,
           case when p_sort = 'rating' then a.rating end desc nulls last,
           case when p_sort = 'newest' then a.created_at end desc,
           a.offering_id
  limit least(greatest(coalesce(p_limit, 20), 0), 100);
end
$$;

alter function api.search_offerings owner to definer;

comment on function api.search_offerings is $$
Published offerings that fit everything that is asked, at most 100: words (of title, summary and
description; the last one may be a beginning), tags (all of them), the slug of a category, a kind or
one of p_kinds (what is booked is a session or a service), a price in one currency (the
marketplace's, unless one is named), the provider's least rating, at most p_radius_m metres from a
point, with a free slot on a day by the provider's clock. p_sort: newest, price, rating, distance.
For the next page pass the `page` of the last row as p_after.

Security definer: see the head of its file.

Raises
  M0115 area_invalid  the point or the radius is none
  M0116 sort_unknown  the order is unknown, or by distance without a point
$$;

create or replace function api.search_providers(
  p_text           text default null,
  p_tags           text[] default null,
  p_category       text default null,
  p_currency       text default null,
  p_min_rate_minor bigint default null,
  p_max_rate_minor bigint default null,
  p_min_rating     numeric default null,
  p_latitude       double precision default null,
  p_longitude      double precision default null,
  p_radius_m       integer default 50000,
  p_free_on        date default null,
  p_sort           text default 'rating',
  p_after          jsonb default null,
  p_limit          integer default 20
)
returns table (
  provider_id       uuid,
  display_name      text,
  avatar_url        text,
  bio               text,
  specialties       text[],
  hourly_rate_minor bigint,
  currency          text,
  rating_avg        numeric,
  rating_count      integer,
  is_verified       boolean,
  city              text,
  distance_m        integer,
  page              jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  v_words    tsquery := internal.search_words(p_text);
  v_area     box := internal.search_area(p_latitude, p_longitude, p_radius_m);
  v_currency text := internal.search_currency(
    p_currency, p_sort = 'price' or coalesce(p_min_rate_minor, p_max_rate_minor) is not null);
begin
  perform internal.require_sort(p_sort, v_area is not null);
  return query
  select a.provider_id, a.display_name, a.avatar_url, a.bio, a.specialties, a.price_minor,
         a.currency, a.rating, a.rating_count, a.is_verified, a.city,
         round(a.distance_m)::integer,
         internal.page_of(p_sort, a.price_minor, a.rating, a.distance_m, a.created_at,
                          a.provider_id)
  from internal.found_providers(
    v_words, p_tags, p_category, v_currency, p_min_rate_minor, p_max_rate_minor, p_min_rating,
    p_latitude, p_longitude, p_radius_m, v_area, p_free_on) as a
  where internal.is_after(p_sort, p_after, a.price_minor, a.rating, a.distance_m, a.created_at,
                          a.provider_id)
    and (p_sort <> 'price' or a.price_minor is not null)
  order by case when p_sort = 'price' then a.price_minor end,
           case when p_sort = 'distance' then a.distance_m end,
           case when p_sort = 'rating' then a.rating end desc nulls last,
           case when p_sort = 'newest' then a.created_at end desc,
           a.provider_id
  limit least(greatest(coalesce(p_limit, 20), 0), 100);
end
$$;

alter function api.search_providers owner to definer;

comment on function api.search_providers is $$
Providers who fit everything that is asked, at most 100: words (of name and bio; the last one may be
a beginning), tags (their specialties, all of them), the slug of a category in which they offer
something, an hourly rate in one currency (the marketplace's, unless one is named), the least
rating, at most p_radius_m metres from a point, with a free slot on a day by their own clock.
p_sort: rating, newest, price (of who has an hourly rate), distance. For the next page pass the
`page` of the last row as p_after.

Security definer: see the head of its file.

Raises
  M0115 area_invalid  the point or the radius is none
  M0116 sort_unknown  the order is unknown, or by distance without a point
$$;

create or replace function internal.place_words(p_text text)
returns text
language sql
immutable
parallel safe
return regexp_replace(lower(btrim(left(coalesce(p_text, ''), 500), E' ,\t\n')), '[\s,]+', ' ', 'g');

comment on function internal.place_words is
  'The words of a place, however they are separated: "Odense, Denmark" is "odense denmark".';

create or replace function api.search_places(
  p_text  text default null,
  p_limit integer default 20
)
returns table (
  city           text,
  region         text,
  country        text,
  latitude       double precision,
  longitude      double precision,
  provider_count integer
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  -- Names are many times fewer than providers: words are looked for in names. Two towns of one name
  -- may be far apart; the point lies where most of the providers are, never between the two.
  select min(t.city collate "C"), min(t.region collate "C"), min(t.country collate "C"),
         (array_agg(t.latitude order by t.providers desc, t.latitude, t.longitude))[1],
         (array_agg(t.longitude order by t.providers desc, t.latitude, t.longitude))[1],
         sum(t.providers)::integer
  from (
    -- Capitals first; "default" again, because "C" knows the case of no letter beyond Z.
    select min(btrim(l.city) collate "C") collate "default" as city,
           min(btrim(l.region) collate "C") collate "default" as region,
           min(btrim(l.country) collate "C") collate "default" as country,
           round(avg(l.area_latitude), 2)::double precision as latitude,
           round(avg(l.area_longitude), 2)::double precision as longitude,
           count(*) as providers
    from core.location as l
    join core.provider as p on p.provider_id = l.person_id
    join core.person as s on s.person_id = l.person_id
    where l.is_primary
      and l.area_latitude is not null
      and btrim(l.city) <> ''
      and s.is_listed
      and (p.stopped_until is null or p.stopped_until <= now())
    group by lower(btrim(l.city)), lower(btrim(l.region)), lower(btrim(l.country)),
             floor(l.area_latitude), floor(l.area_longitude)
  ) as t
  -- Every word of the place may be the first that is typed.
  where strpos(' ' || internal.place_words(concat_ws(' ', t.city, t.region, t.country)),
               ' ' || internal.place_words(p_text)) > 0
  group by lower(t.city), lower(t.region), lower(t.country)
  order by sum(t.providers) desc, lower(t.city), lower(t.country), lower(t.region)
  limit least(greatest(coalesce(p_limit, 20), 0), 100);
end;

alter function api.search_places owner to definer;

comment on function api.search_places is $$
Towns in which listed providers are, at most 100, those with the most providers first: of all towns,
or of those whose name, region or country has words that begin with p_text. The point is the middle
of the rounded ones of its providers, for search_offerings and search_providers. A town that no
provider has named is not known: no map and no other service is asked.

Security definer: see the head of its file.
$$;
