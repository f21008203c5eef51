-- Which table refers to which.
with edge as (
  select distinct
    k.connamespace::regnamespace::text as space,
    format('  %s %s--%s %s : "%s"',
      replace(split_part(k.confrelid::regclass::text, '.', 2), '"', ''),
      '||', case when x.is_unique then 'o|' else 'o{' end,
      replace(split_part(k.conrelid::regclass::text, '.', 2), '"', ''),
      array_to_string(array(
        select a.attname from pg_attribute as a
        where a.attrelid = k.conrelid and a.attnum = any (k.conkey) order by a.attnum), ', ')
    ) collate "C" as text
  from pg_constraint as k
  cross join lateral (
    select exists (
      select from pg_constraint as u
      where u.conrelid = k.conrelid and u.contype in ('p', 'u') and u.conkey <@ k.conkey)
  ) as x(is_unique)
  where k.contype = 'f'
    and k.connamespace in ('core'::regnamespace, 'identity'::regnamespace)
    -- Everything has a currency: the lines would hide the others.
    and k.confrelid <> to_regclass('core.currency')
)
select E'# Diagram\n\nPrinted from the catalog: foreign keys, but for those to `currency`.\n'
       || string_agg(
            format(E'\n## %s\n\n```mermaid\nerDiagram\n%s\n```\n', space, text), ''
            order by space)
from (select space, string_agg(text, E'\n' order by text) as text from edge group by space) as e
