-- Every function, on the page of its area; $1 names functions, $2 and $3 say in which area and
-- domain each is. One more page, without a name, lists those that clients call.
with place as (
  select p.name, p.area, p.domain
  from unnest($1::text[], $2::text[], $3::text[]) as p(name, area, domain)
),
section as (
  select
    n.nspname, p.proname, l.area, l.domain,
    btrim(obj_description(p.oid, 'pg_proc'), E'\n') as comment,
    format('%s.%s', n.nspname, p.proname) collate "C" as name,
    format(E'### %s.%s\n\n```sql\n%s.%s(%s)\nreturns %s\n```\n\n```text\n%s\n```\n',
      n.nspname, p.proname, n.nspname, p.proname,
      case when p.pronargs = 0 then '' else
        E'\n  ' || replace(pg_get_function_arguments(p.oid), ', p_', E',\n  p_') || E'\n' end,
      pg_get_function_result(p.oid),
      btrim(obj_description(p.oid, 'pg_proc'), E'\n')) as text
  from pg_proc as p
  join pg_namespace as n on n.oid = p.pronamespace
  left join place as l on l.name = format('%s.%s', n.nspname, p.proname)
  where n.nspname in ('api', 'internal') or n.oid in (select internal.lens_schemas())
),
chapter as (
  select
    area, domain,
    format(E'## %s\n\n%s', domain,
      string_agg(text, E'\n' order by nspname = 'internal', name, text)) as text
  from section
  group by area, domain
)
select
  area,
  format(E'# Functions: %s\n\nPrinted from the catalog, domain by domain. `internal` functions '
         'are called by other functions only.\n\n%s', area,
         string_agg(text, E'\n' order by domain collate "C")) as page
from chapter
group by area
union all
select
  '',
  E'# Functions\n\nPrinted from the catalog: what clients and Lambdas call. The page of each area has '
  || E'the whole description, and the `internal` functions too: '
  || (select string_agg(format('[%s](functions/%s.md)', a.area, a.area), ', ' order by a.area)
      from (select distinct area from section) as a)
  || E'.\n\n| function | area | what it does |\n|---|---|---|\n'
  || string_agg(
       format(E'| [%s](functions/%s.md#%s%s) | %s | %s |\n', name, area, nspname, proname, area,
         replace(replace((regexp_match(
           regexp_replace(comment, '\s+', ' ', 'g'), '^.*?(?:[.](?= |$)|$)'))[1],
           '|', '\|'), '<', '\<')), '' order by nspname = 'api' desc, name, text)
from section
where nspname <> 'internal' and comment !~ '^Trigger'
