-- Everything the data API must know of the catalog, as one JSON object.
--
-- $1: the exposed schemas, $2: the extra search path. Relations and keys come from every
-- schema, because an exposed view inherits the keys of the private tables it shows.
-- Types are written with their schema: the transaction's search_path is empty.

with
relation as (
  select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind,
         n.nspname = any($1::text[]) as exposed
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'f', 'p', 'c')
    and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and n.nspname !~ '^pg_(temp|toast_temp)_'
),

attribute as (
  select a.attrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
    'number', a.attnum,
    'name', a.attname,
    'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
    'base', pg_catalog.format_type(b.base, b.base_mod),
    'not_null', a.attnotnull or t.typnotnull,
    'default', case
      -- Not pg_get_serial_sequence: it wants usage on the schema, which callers have not.
      when a.attidentity <> '' then (
        select pg_catalog.format('nextval(%L)', s.oid::regclass::text)
        from pg_catalog.pg_depend as i
        join pg_catalog.pg_class as s on s.oid = i.objid and s.relkind = 'S'
        where i.refobjid = a.attrelid and i.refobjsubid = a.attnum and i.deptype = 'i')
      when a.attgenerated <> '' then null
      -- A default names no columns; a table that it could name them of takes long if it is wide.
      when d.adbin is not null then pg_catalog.pg_get_expr(d.adbin, 0)
      else pg_catalog.pg_get_expr(t.typdefaultbin, 0)
    end,
    'generated', a.attgenerated <> '' or a.attidentity = 'a',
    -- A trigger or a rule that acts instead of the view is given whole rows.
    'writable', r.kind in ('r', 'p')
      or r.kind in ('v', 'f') and r.exposed and (
        pg_catalog.pg_column_is_updatable(r.oid, a.attnum, false)
        or exists (
          select from pg_catalog.pg_trigger as g
          where g.tgrelid = r.oid and g.tgtype & 64 <> 0 and g.tgtype & 20 <> 0
            and not g.tgisinternal)
        or exists (
          select from pg_catalog.pg_rewrite as w
          where w.ev_class = r.oid and w.is_instead and w.ev_type in ('2', '3')
            and w.ev_qual::text = '<>')),
    'max_length', information_schema._pg_char_max_length(b.base, b.base_mod),
    'enum', (select pg_catalog.json_agg(e.enumlabel order by e.enumsortorder)
             from pg_catalog.pg_enum as e where e.enumtypid = b.base),
    'comment', pg_catalog.col_description(a.attrelid, a.attnum),
    'representation', case when t.typtype = 'd' then (
      -- Casts that a value of the domain goes through without being asked to.
      select pg_catalog.json_object_agg(
        case
          when c.castsource = t.oid then 'output'
          when c.castsource = 'json'::regtype::oid then 'input'
          else 'operand'
        end, c.castfunc::regproc::text)
      from pg_catalog.pg_cast as c
      where c.castcontext = 'i' and c.castmethod = 'f'
        and (c.castsource = t.oid and c.casttarget = 'json'::regtype::oid
          or c.casttarget = t.oid
            and c.castsource in ('json'::regtype::oid, 'text'::regtype::oid))) end
  ) order by a.attnum) as columns
  from relation as r
  join pg_catalog.pg_attribute as a on a.attrelid = r.oid
  join pg_catalog.pg_type as t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  cross join lateral (
    -- A domain stands for the type under it, however many domains lie between.
    with recursive chain as (
      select t.oid as base, a.atttypmod as base_mod, t.typtype, t.typbasetype, t.typtypmod
      union all
      select u.oid, c.typtypmod, u.typtype, u.typbasetype, u.typtypmod
      from chain as c
      join pg_catalog.pg_type as u on u.oid = c.typbasetype
      where c.typtype = 'd'
    )
    select c.base, c.base_mod from chain as c where c.typtype <> 'd' limit 1
  ) as b
  where a.attnum > 0 and not a.attisdropped
  group by a.attrelid
),

relations as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'oid', r.oid::bigint,
    'schema', r.schema,
    'name', r.name,
    'kind', r.kind,
    'exposed', r.exposed,
    'comment', pg_catalog.obj_description(r.oid, 'pg_class'),
    'columns', coalesce(a.columns, '[]'),
    'primary_key', coalesce((
      select pg_catalog.json_agg(k.number order by k.place)
      from pg_catalog.pg_constraint as p
      cross join lateral pg_catalog.unnest(p.conkey) with ordinality as k(number, place)
      where p.conrelid = r.oid and p.contype = 'p'), '[]'),
    'writable', case
      when r.kind in ('r', 'p') then 28
      when r.kind in ('v', 'f') and r.exposed then pg_catalog.pg_relation_is_updatable(r.oid, true)
      else 0
    end,
    'instead', coalesce((
      select pg_catalog.bool_or((g.tgtype & 64) <> 0 and (g.tgtype & 4) <> 0)
      from pg_catalog.pg_trigger as g
      where g.tgrelid = r.oid and r.kind = 'v'), false)
  )) as value
  from relation as r
  left join attribute as a on a.attrelid = r.oid
),

foreign_keys as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', k.conname,
    'table', k.conrelid::bigint,
    'columns', k.conkey,
    'foreign', k.confrelid::bigint,
    'foreign_columns', k.confkey,
    -- A constraint says that there is one row at most; an index alone is no promise to clients.
    'unique', exists (
      select from pg_catalog.pg_constraint as u
      where u.conrelid = k.conrelid
        and u.contype in ('p', 'u')
        and u.conkey @> k.conkey and u.conkey <@ k.conkey)
  ) order by k.conrelid, k.conname) as value
  from pg_catalog.pg_constraint as k
  join relation as r on r.oid = k.conrelid
  where k.contype = 'f' and k.conparentid = 0
),

views as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'oid', r.oid::bigint, 'rule', w.ev_action::text)) as value
  from relation as r
  join pg_catalog.pg_rewrite as w on w.ev_class = r.oid and w.rulename = '_RETURN'
  where r.kind in ('v', 'm')
),

functions as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'comment', pg_catalog.obj_description(p.oid, 'pg_proc'),
    'parameters', coalesce((
      select pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', coalesce(g.name, ''),
        -- Without a length these mean a length of one: `char(4)` would cut its argument.
        'type', (
          select case
            when f.name in ('bit', 'bit[]') then pg_catalog.replace(f.name, 'bit', 'bit varying')
            when f.name in ('character', 'character[]')
              then pg_catalog.replace(f.name, 'character', 'character varying')
            else f.name
          end
          from (select pg_catalog.format_type(g.type, null)) as f(name)),
        'required', g.place <= p.pronargs - p.pronargdefaults,
        'variadic', coalesce(g.mode = 'v', false)) order by g.place)
      from (
        select a.type, a.name, a.mode,
               pg_catalog.row_number() over (order by a.place) as place
        from unnest(
               coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes
             ) with ordinality as a(type, name, mode, place)
        where a.type is not null and coalesce(a.mode, 'i') in ('i', 'b', 'v')
      ) as g), '[]'),
    'outputs', coalesce((
      select pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', coalesce(a.name, ''), 'type', pg_catalog.format_type(a.type, null))
        order by a.place)
      from unnest(p.proallargtypes, p.proargnames, p.proargmodes)
             with ordinality as a(type, name, mode, place)
      where a.mode in ('o', 'b', 't')), '[]'),
    'returns_schema', tn.nspname,
    'returns_name', t.typname,
    'returns_type', pg_catalog.format_type(t.oid, null),
    'returns_relation', case when t.typtype = 'd' then b.typrelid else t.typrelid end::bigint,
    'returns_alias', t.typtype = 'd' and b.typtype = 'c',
    'set', p.proretset,
    'single', p.prorows = 1 or not p.proretset,
    'volatile', p.provolatile = 'v',
    'row_of', case when p.pronargs = 1 then (
      select x.typrelid::bigint from pg_catalog.pg_type as x
      where x.oid = p.proargtypes[0] and x.typtype = 'c') end,
    'exposed', n.nspname = any($1::text[]),
    'settings', p.proconfig
  ) order by n.nspname, p.proname, p.oid) as value
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_type as t on t.oid = p.prorettype
  join pg_catalog.pg_namespace as tn on tn.oid = t.typnamespace
  left join pg_catalog.pg_type as b on b.oid = t.typbasetype
  where p.prokind = 'f'
    and n.nspname = any($1::text[] || $2::text[])
    and t.typname not in ('trigger', 'event_trigger')
),

handlers as (
  -- Aggregates over rows, of one relation or of any, whose result is named like a media type.
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', p.proname,
    'media', pg_catalog.lower(m.typname),
    'relation', nullif(r.typrelid::bigint, 0)
  ) order by n.nspname, p.proname, p.oid) as value
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_type as m on m.oid = p.prorettype
  join pg_catalog.pg_type as r on r.oid = p.proargtypes[0]
  where p.prokind = 'a'
    and p.pronargs = 1
    and n.nspname = any($1::text[])
    and m.typtype = 'd'
    and (m.typname = '*/*' or m.typname ~* '^[a-z0-9.-]+/[a-z0-9.+-]+$')
    and (r.typtype = 'c' or r.oid = 'anyelement'::regtype)
),

roles as (
  -- What a role was given with `alter role ... set`, for the roles this login may become.
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'role', r.rolname, 'settings', (
      -- Only what a login may set for itself: a setting for superusers would fail every request.
      select coalesce(pg_catalog.array_agg(c.setting), '{}')
      from unnest(s.setconfig) as c(setting)
      where pg_catalog.split_part(c.setting, '=', 1) like '%.%'
         or exists (
           select from pg_catalog.pg_settings as g
           where pg_catalog.lower(g.name) = pg_catalog.lower(pg_catalog.split_part(c.setting, '=', 1))
             and g.context = 'user'))
    )) as value
  from pg_catalog.pg_roles as r
  join pg_catalog.pg_db_role_setting as s on s.setrole = r.oid
  where s.setdatabase in (
          0, (select d.oid from pg_catalog.pg_database as d
              where d.datname = pg_catalog.current_database()))
    and pg_catalog.pg_has_role(current_user, r.oid, 'member')
),

schemas as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', n.nspname, 'comment', pg_catalog.obj_description(n.oid, 'pg_namespace'))) as value
  from pg_catalog.pg_namespace as n
  where n.nspname = any($1::text[])
),

enums as (
  select pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', n.nspname, 'name', t.typname, 'values', e.labels) order by t.typname) as value
  from pg_catalog.pg_type as t
  join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
  cross join lateral (
    select pg_catalog.json_agg(l.enumlabel order by l.enumsortorder) as labels
    from pg_catalog.pg_enum as l where l.enumtypid = t.oid
  ) as e
  where t.typtype = 'e' and n.nspname = any($1::text[])
)

select pg_catalog.json_build_object(
  'relations', coalesce(relations.value, '[]'),
  'foreign_keys', coalesce(foreign_keys.value, '[]'),
  'views', coalesce(views.value, '[]'),
  'functions', coalesce(functions.value, '[]'),
  'roles', coalesce(roles.value, '[]'),
  'schemas', coalesce(schemas.value, '[]'),
  'enums', coalesce(enums.value, '[]'),
  'handlers', coalesce(handlers.value, '[]'),
  'version', pg_catalog.current_setting('server_version_num')::int,
  'zones', (select pg_catalog.json_agg(z.name) from pg_catalog.pg_timezone_names as z)
)::text
from relations, foreign_keys, views, functions, handlers, roles, schemas, enums
