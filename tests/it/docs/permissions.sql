-- Who may do what with everything there is.
with role(role) as (
  values ('anon'), ('authenticated'), ('service_role'), ('definer')
),
granted as (
  select
    c.oid, c.relkind, r.role,
    nullif(concat_ws(', ',
      case when has_table_privilege(r.role, c.oid, 'select') then 'select'
           when has_any_column_privilege(r.role, c.oid, 'select') then 'select some' end,
      case when has_table_privilege(r.role, c.oid, 'insert') then 'insert'
           when has_any_column_privilege(r.role, c.oid, 'insert') then 'insert some' end,
      case when has_table_privilege(r.role, c.oid, 'update') then 'update'
           when has_any_column_privilege(r.role, c.oid, 'update') then 'update some' end,
      case when has_table_privilege(r.role, c.oid, 'delete') then 'delete' end), '') as what
  from pg_class as c
  cross join role as r
  where c.relkind in ('r', 'v')
    and (c.relnamespace::regnamespace::text in ('core', 'identity')
         or c.relnamespace in (select internal.lens_schemas()))
),
relation as (
  select
    replace(oid::regclass::text, '"', '') collate "C" as name, relkind,
    format('| %s | %s | %s | %s | %s |', replace(oid::regclass::text, '"', ''),
      max(what) filter (where role = 'anon'), max(what) filter (where role = 'authenticated'),
      max(what) filter (where role = 'service_role'),
      max(what) filter (where role = 'definer')) as text
  from granted
  group by oid, relkind
),
writable as (
  select
    format('%s %s %s', a.attrelid::regclass, r.role, p.command) collate "C" as name,
    format('| %s | %s | %s | %s |', a.attrelid::regclass, r.role, p.command,
      string_agg(a.attname, ', ' order by a.attnum)) as text
  from granted as g
  join role as r using (role)
  join pg_attribute as a on a.attrelid = g.oid and a.attnum > 0 and not a.attisdropped
  cross join (values ('select'), ('insert'), ('update')) as p(command)
  where has_column_privilege(r.role, a.attrelid, a.attnum, p.command)
    and not has_table_privilege(r.role, a.attrelid, p.command)
  group by a.attrelid, r.role, p.command
),
routine as (
  select
    p.oid::regprocedure::text collate "C" as name,
    format('| %s | %s | %s | %s |', p.oid::regprocedure,
      case when has_function_privilege('anon', p.oid, 'execute') then 'runs' end,
      case when has_function_privilege('authenticated', p.oid, 'execute') then 'runs' end,
      case when has_function_privilege('service_role', p.oid, 'execute') then 'runs' end) as text
  from pg_proc as p
  where (p.pronamespace::regnamespace::text in ('api', 'internal')
         or p.pronamespace in (select internal.lens_schemas()))
    and p.prorettype <> 'trigger'::regtype
),
policy as (
  select
    format('%s.%s %s', p.schemaname, p.tablename, p.policyname) collate "C" as name,
    format('| %s.%s | %s | %s | %s |', p.schemaname, p.tablename, p.policyname, lower(p.cmd),
      array_to_string(p.roles, ', ')) as text
  from pg_policies as p
  where p.schemaname in ('core', 'identity')
)
select concat(
  E'# Permissions\n\nPrinted from the catalog: what no line allows is refused. ',
  E'Callers have no usage on `core`, `identity` and `internal`; what they hold there lets ',
  E'lenses and functions act for them, and the policies decide on which rows.\n\n',
  E'## Tables\n\n',
  E'| table | anon | authenticated | service_role | definer |\n|---|---|---|---|---|\n',
  (select string_agg(text, E'\n' order by name) from relation where relkind = 'r'),
  E'\n\n## Views\n\n',
  E'| view | anon | authenticated | service_role | definer |\n|---|---|---|---|---|\n',
  (select string_agg(text, E'\n' order by name) from relation where relkind = 'v'),
  E'\n\n## Columns, where not all of them\n\n| of | role | may | columns |\n|---|---|---|---|\n',
  (select string_agg(text, E'\n' order by name) from writable),
  E'\n\n## Policies\n\n| table | policy | for | to |\n|---|---|---|---|\n',
  (select string_agg(text, E'\n' order by name) from policy),
  E'\n\n## Functions\n\n',
  E'Those of `internal` are run by definer, and by others where it says so.\n\n',
  E'| function | anon | authenticated | service_role |\n|---|---|---|---|\n',
  (select string_agg(text, E'\n' order by name) from routine),
  E'\n')
