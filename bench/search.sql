-- A marketplace to search in: so many providers (:providers) in two hundred towns, five offerings
-- each, with words, tags, categories, prices, ratings and slots. Written down past the triggers.

set session_replication_role = replica;
select setseed(0.5);

create function pg_temp.id(p_kind integer, p_n bigint)
returns uuid
language sql
immutable
return (lpad(p_kind::text, 8, '0') || '-0000-7000-8000-' || lpad(p_n::text, 12, '0'))::uuid;

-- Words as frequent as words are: the first in every third text, the last in few.
create temp table word as
select n, 'word' || n as word from generate_series(1, 2000) as n;
create function pg_temp.text(p_length integer, p_seed bigint)
returns text
language sql
volatile
return (select string_agg('word' || (1 + floor(2000 * random() ^ 4))::integer, ' ')
        from generate_series(1, p_length) as g where p_seed is not null);

insert into core.person (person_id, display_name, bio, timezone, is_listed)
select pg_temp.id(1, n), pg_temp.text(2, n), pg_temp.text(30, n), 'Europe/Copenhagen', true
from generate_series(1, :providers) as n;
insert into core.provider
  (provider_id, specialties, hourly_rate_minor, currency, rating_avg, rating_count, created_at)
select pg_temp.id(1, n), array['tag' || n % 50, 'tag' || n % 7], 10000 + 100 * (n % 700),
       case n % 4 when 0 then 'EUR' else 'DKK' end,
       case when n % 3 > 0 then 1 + (n % 400) / 100.0 end, n % 90,
       now() - make_interval(mins => n::integer)
from generate_series(1, :providers) as n;
insert into core.location
  (location_id, person_id, city, is_primary, area_latitude, area_longitude)
select pg_temp.id(5, n), pg_temp.id(1, n), 'Town ' || n % 200, true,
       45 + (n % 200) / 20 + round((random() / 4)::numeric, 2),
       5 + (n % 200) % 20 + round((random() / 4)::numeric, 2)
from generate_series(1, :providers) as n;
insert into core.offering
  (offering_id, provider_id, kind, title, summary, description, tags, duration_min, price_minor,
   currency, created_at)
select pg_temp.id(3, n), pg_temp.id(1, 1 + (n - 1) / 5), 'service', pg_temp.text(4, n),
       pg_temp.text(12, n), pg_temp.text(40, n), array['tag' || n % 100, 'tag' || n % 11], 60,
       1000 + 50 * (n % 1999), case (1 + (n - 1) / 5) % 4 when 0 then 'EUR' else 'DKK' end,
       now() - make_interval(mins => n::integer)
from generate_series(1, :providers * 5) as n;
insert into core.category (category_id, name, slug)
select pg_temp.id(6, n), 'Category ' || n, 'category-' || n from generate_series(1, 30) as n;
insert into core.offering_category (offering_id, category_id)
select pg_temp.id(3, n), pg_temp.id(6, 1 + floor(30 * random() ^ 2)::integer)
from generate_series(1, :providers * 5) as n;
insert into core.slot (slot_id, offering_id, provider_id, origin, starts_at, ends_at)
select pg_temp.id(4, n * 10 + k), pg_temp.id(3, n), pg_temp.id(1, 1 + (n - 1) / 5), 'hours', s.at,
       s.at + interval '1 hour'
from generate_series(1, :providers * 5) as n
cross join generate_series(1, 4) as k
cross join lateral (
  select date_trunc('day', now()) + make_interval(days => (k * 5 + n % 5)::integer,
                                                  hours => (8 + n % 10)::integer) as at) as s;
set session_replication_role = origin;
vacuum analyze core.person, core.provider, core.location, core.offering, core.offering_category,
               core.category, core.slot, core.occupancy;
