-- Every function that clients call, then what those are made of.
with section as (
  select
    n.nspname,
    format('%s.%s', n.nspname, p.proname) collate "C" as name,
    format(E'### %s\n\n```sql\n%s.%s(%s)\nreturns %s\n```\n\n```text\n%s\n```\n',
      p.proname, n.nspname, p.proname,
      case when p.pronargs = 0 then '' else
        E'\n  ' || replace(pg_get_function_arguments(p.oid), ', p_', E',\n  p_') || E'\n' end,
      pg_get_function_result(p.oid),
      btrim(obj_description(p.oid, 'pg_proc'), E'\n')) as text
  from pg_proc as p
  join pg_namespace as n on n.oid = p.pronamespace
  where n.nspname in ('api', 'internal', 'tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')
),
chapter as (
  select
    nspname,
    format(E'## %s\n\n%s', nspname, string_agg(text, E'\n' order by name, text)) as text
  from section
  group by nspname
)
select E'# Functions\n\nPrinted from the catalog: `api` and the lenses are what clients call, '
       || E'`internal` is what those are made of.\n\n'
       || string_agg(text, E'\n' order by nspname = 'internal', nspname = 'api' desc, nspname)
from chapter
