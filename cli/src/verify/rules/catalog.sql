-- The words the rules are written in; each rule is a query that goes on from here.
with space as (
  select
    n.oid as space_id, n.nspname as space,
    case
      when n.nspname in ('core', 'identity') then 'state'
      when n.nspname in ('api', 'internal') then 'code'
      else 'lens'
    end as kind
  from pg_namespace as n
  where n.nspname in ('core', 'identity', 'api', 'internal')
     -- As internal.lens_schemas says, which a database of an earlier release does not have.
     or obj_description(n.oid, 'pg_namespace') like '%Made by Convene.' and n.nspname <> 'convene'
),
relation as (
  select c.*, c.oid as id, s.space, s.kind, c.oid::regclass::text as name
  from pg_class as c
  join space as s on s.space_id = c.relnamespace
),
state as (
  select * from relation where kind = 'state' and relkind in ('r', 'p')
),
field as (
  select
    t.id, t.name || '.' || a.attname as name, t.relname, a.attname, a.attnum,
    format_type(a.atttypid, a.atttypmod) as type, a.attgenerated
  from state as t
  join pg_attribute as a on a.attrelid = t.id and a.attnum > 0 and not a.attisdropped
),
fact as (
  select k.*, t.relname, format('%s on %s', k.conname, t.name) as name
  from pg_constraint as k
  join state as t on t.id = k.conrelid
),
routine as (
  select
    p.*, p.oid as id, s.space, s.kind, p.oid::regprocedure::text as name,
    l.lanname as language, pg_get_functiondef(p.oid) as text
  from pg_proc as p
  join space as s on s.space_id = p.pronamespace
  join pg_language as l on l.oid = p.prolang
  where p.prokind in ('f', 'p')
),
rule as (
  select p.*, t.name as relation, format('%s on %s', p.polname, t.name) as name,
         pg_get_expr(p.polqual, p.polrelid) as sees,
         pg_get_expr(p.polwithcheck, p.polrelid) as writes
  from pg_policy as p
  join state as t on t.id = p.polrelid
),
caller as (
  select r.oid as role_id, r.rolname as role
  from pg_roles as r
  where r.rolname in ('anon', 'authenticated', 'service_role')
),
-- Roles that a deploy made; others were there before it, as on a Supabase database.
ours as (
  select r.oid as role_id
  from pg_roles as r
  where shobj_description(r.oid, 'pg_authid') = 'Made by Convene.'
),
login as (
  select r.*, r.oid as role_id, r.rolname as role
  from pg_roles as r
  where r.rolname in ('authenticator', 'service_authenticator')
),
-- Who was given what on a relation or one of its columns.
privilege as (
  select r.id, r.name, r.kind, r.relkind, null::name as field, a.grantee,
         lower(a.privilege_type) as command, a.is_grantable
  from relation as r, aclexplode(r.relacl) as a
  where a.grantee <> r.relowner
  union all
  select r.id, r.name, r.kind, r.relkind, c.attname, a.grantee,
         lower(a.privilege_type), a.is_grantable
  from relation as r
  join pg_attribute as c on c.attrelid = r.id, aclexplode(c.attacl) as a
  where a.grantee <> r.relowner
)
