-- Every view that clients name.
with section as (
  select
    c.oid::regclass::text collate "C" as name,
    format(E'## %s\n\n%s\n\n| column | type |\n|---|---|\n%s\n',
      c.oid::regclass, obj_description(c.oid, 'pg_class'),
      string_agg(format('| %s | %s |', a.attname, format_type(a.atttypid, a.atttypmod)), E'\n'
                 order by a.attnum)) as text
  from pg_class as c
  join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
  where c.relnamespace in (select internal.lens_schemas())
    and c.relkind = 'v'
  group by c.oid
)
select E'# Lenses\n\nPrinted from the catalog: the views of each system, over the same rows.\n\n'
       || string_agg(text, E'\n' order by name)
from section
