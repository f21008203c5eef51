-- Random questions, each asked twice: through the function as an anonymous caller, and as the plain
-- query that it stands for, with its arguments written into it. See search.sh.

select setseed(0.25);

create temp table took (what text, ms double precision, rows bigint);

create function pg_temp.ask(p_sql text)
returns table (ms double precision, rows bigint)
language plpgsql
as $$
declare
  v_begun timestamptz := clock_timestamp();
begin
  execute format('select count(*) from (%s) as q', p_sql) into rows;
  ms := 1000 * extract(epoch from clock_timestamp() - v_begun);
  return next;
end
$$;

create function pg_temp.maybe(p_value text)
returns text
language sql
volatile
return case when random() < 0.5 then p_value else 'null' end;

create procedure pg_temp.question(p_of_offerings boolean)
language plpgsql
as $$
declare
  v_sort   text := (array['newest', 'price', 'rating', 'distance'])[1 + floor(4 * random())];
  v_words  text := pg_temp.maybe(format('%L', 'word' || 1 + floor(2000 * random() ^ 4)));
  v_tags   text := pg_temp.maybe(format('array[%L]', 'tag' || floor(40 * random())));
  v_slug   text := pg_temp.maybe(format('%L', 'category-' || 1 + floor(30 * random())));
  v_most   text := pg_temp.maybe((10000 + floor(80000 * random()))::text);
  v_rating text := pg_temp.maybe((1 + floor(4 * random()))::text);
  v_day    text := pg_temp.maybe(format('%L::date', current_date + 5 + floor(15 * random())::integer));
  v_radius integer := 5000 + floor(200000 * random());
  v_near   boolean := v_sort = 'distance' or random() < 0.5;
  v_at     text := case when v_near then format('%s, %s', 45 + 10 * random(), 5 + 20 * random())
                        else 'null, null' end;
  v_asked  record;
  v_what   text := case when p_of_offerings then 'offerings' else 'providers' end;
  v_call   text;
  v_plain  text;
begin
  v_call := format(
    'select * from api.search_%s(%s, %s, %s, %s null, null, %s, %s, %s, %s, %s, %L)',
    v_what, v_words, v_tags, v_slug, case when p_of_offerings then 'null,' end, v_most, v_rating,
    v_at, v_radius, v_day, v_sort);
  v_plain := format(
    'select a.* from internal.found_%s(internal.search_words(%s), %s, %s, %s %L, null, %s, %s, %s,
       %s, %L::box, %s) as a
     %s order by %s limit 20',
    v_what, v_words, v_tags, v_slug, case when p_of_offerings then 'null,' end,
    case when v_sort = 'price' or v_most <> 'null' then 'DKK' end, v_most, v_rating, v_at,
    v_radius,
    internal.search_area(nullif(split_part(v_at, ', ', 1), 'null')::float8,
                         nullif(split_part(v_at, ', ', 2), 'null')::float8, v_radius), v_day,
    case when v_sort in ('price', 'rating') then
      format('where a.%s is not null', case v_sort when 'price' then 'price_minor'
                                                  else 'provider_id' end) end,
    case v_sort when 'price' then 'a.price_minor' when 'distance' then 'a.distance_m'
                when 'rating' then 'a.rating desc nulls last' else 'a.created_at desc' end
    || case when p_of_offerings then ', a.offering_id' else ', a.provider_id' end);

  -- Warm for both.
  perform pg_temp.ask(v_plain);
  select * into v_asked from pg_temp.ask(v_plain);
  insert into took values (v_what || ', plain SQL', v_asked.ms, v_asked.rows);
  perform set_config('role', 'anon', true);
  select * into v_asked from pg_temp.ask(v_call);
  perform set_config('role', 'none', true);
  insert into took values (v_what || ', function', v_asked.ms, v_asked.rows);
end
$$;

select format('call pg_temp.question(%L)', n % 2 = 0)
from generate_series(1, :questions) as n \gexec

select rpad(what, 24) || format('p50 %6s ms   p95 %6s ms   p99 %6s ms   most %6s ms   rows %s',
  round(percentile_disc(0.5) within group (order by ms)::numeric, 1),
  round(percentile_disc(0.95) within group (order by ms)::numeric, 1),
  round(percentile_disc(0.99) within group (order by ms)::numeric, 1),
  round(max(ms)::numeric, 1), sum(rows))
from took group by what order by what;
