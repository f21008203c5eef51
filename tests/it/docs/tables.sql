-- Every table of state, its columns and what they mean.
with line as (
  select
    c.oid, a.attnum,
    format('| %s | %s | %s | %s |', a.attname,
      format_type(a.atttypid, a.atttypmod) || case
        when a.attidentity <> '' then ', counted'
        when a.attgenerated <> '' then ', derived'
        when not a.attnotnull then ', may be null'
        else '' end,
      (
        select replace(string_agg(k.confrelid::regclass::text, ', ' order by k.conname), '"', '')
        from pg_constraint as k
        where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]
      ),
      coalesce(replace(regexp_replace(col_description(c.oid, a.attnum), '\s+', ' ', 'g'),
                       '|', '\|'), '')) as text
  from pg_class as c
  join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace) and c.relkind = 'r'
),
section as (
  select
    replace(c.oid::regclass::text, '"', '') collate "C" as name,
    format(E'## %s\n\n%s\n\n| column | type | refers to | meaning |\n|---|---|---|---|\n%s\n',
      replace(c.oid::regclass::text, '"', ''), obj_description(c.oid, 'pg_class'),
      string_agg(l.text, E'\n' order by l.attnum)) as text
  from pg_class as c
  join line as l using (oid)
  group by c.oid
)
select E'# Tables\n\nPrinted from the catalog; `docs/errors.md` says what they refuse.\n\n'
       || string_agg(text, E'\n' order by name)
from section
