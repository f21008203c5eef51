-- Who may do what. Every query lists what breaks the sentence above it.

-- callers have no usage on core, identity and internal
select format('%s on %s', r.role, s.space)
from (select role from caller union all select role from login) as r, space as s
where s.space in ('core', 'identity', 'internal')
  and has_schema_privilege(r.role, s.space_id, 'usage');

-- request roles may not create objects; definer may not outside a deploy
select format('%s in %s', r.role, n.nspname)
from (
  select role, role_id from caller
  union all select role, role_id from login
  union all select 'definer', to_regrole('definer')
) as r, pg_namespace as n
where n.nspname !~ '^pg_(temp|toast)'
  and has_schema_privilege(r.role, n.oid, 'create')
  -- Roles and schemas that were there before us: limit.sql tells.
  and (r.role_id in (select role_id from ours) or n.oid in (select space_id from space));

-- request roles and definer may not create temporary tables
select r.role
from (
  select role from caller union all select role from login union all select 'definer'
) as r
where has_database_privilege(r.role, current_database(), 'create')
   or has_database_privilege(r.role, current_database(), 'temporary')
      -- Only who owns the database can take it from PUBLIC.
      and pg_has_role((select n.nspowner from pg_namespace as n where n.nspname = 'core'),
                      (select b.datdba from pg_database as b
                       where b.datname = current_database()), 'member');

-- insert and update are granted to request roles column by column
select format('%s to %s on %s', p.command, c.role, p.name)
from privilege as p
join caller as c on c.role_id = p.grantee
where p.field is null and p.command in ('insert', 'update');

-- no role may truncate or reference a table, put a trigger on it, or pass its privileges on
select format('%s to %s on %s', p.command,
              case p.grantee when 0 then 'public' else p.grantee::regrole::text end, p.name)
from privilege as p
where p.grantee = 0 or p.is_grantable or p.command in ('truncate', 'references', 'trigger');

-- request roles have no privileges on sequences
select format('%s on %s', p.command, p.name) from privilege as p where p.relkind = 'S';

-- only functions write keys, states, counts and verifications
select format('%s of %s.%s to %s', p.command, p.name, p.field, c.role)
from privilege as p
join caller as c on c.role_id = p.grantee
where p.kind = 'state' and p.command in ('insert', 'update')
  and (p.field ~ '^(seq|status|state|verification|is_listed|legacy_ref|taken|holds|email)$'
       or p.field ~ '^(rating_|total_)|_(count|completed)$|^(creat|updat|publish|complet)ed_at$'
       -- Upserts set the keys of people and hours; a trigger keeps each what it is.
       or p.field ~ '_id$' and p.command = 'update'
          and (p.name, p.field) not in (('core.person', 'person_id'),
                                        ('core.availability_rule', 'availability_rule_id'),
                                        ('core.availability_rule', 'provider_id')));

-- policies ask for the caller once per query, not once per row
select name
from rule
-- But internal.knows: it asks by an index for one person, where the list of all would be long.
where concat_ws(' ', sees, writes) ~ '(?<!SELECT )internal\.(?!knows\()\w+\(';

-- a policy for update says what a row may become (with check)
select name from rule where polcmd in ('w', '*') and writes is null;

-- every policy names its roles and is never for PUBLIC
select name from rule where polroles @> array[0::oid];

-- every policy is named for its command and its roles
select name
from rule
where polname !~ case polcmd when 'r' then '^select_[a-z]' when 'a' then '^insert_[a-z]'
                             when 'w' then '^(update|lock)_[a-z]' when 'd' then '^delete_[a-z]'
                             else '^all_[a-z]' end;

-- a policy for definer or service_role is named for the roles it is for
select name
from rule
where polroles <@ array[to_regrole('definer')::oid, to_regrole('service_role')::oid]
  and polname !~ '_self$'
  and polname !~ case
    when polroles = array[to_regrole('definer')::oid] then '_definer$'
    when polroles = array[to_regrole('service_role')::oid] then '_service$'
    else '_definer_and_service$' end;

-- every policy for writes of request roles confines the rows
select r.name
from rule as r
where r.polcmd <> 'r'
  and (r.writes = 'true' or r.polcmd in ('w', 'd', '*') and r.sees = 'true')
  and exists (select from caller as c where c.role_id = any (r.polroles));

-- every policy confines a privilege that is granted
select format('%s (%s)', r.name, o.role_id::regrole)
from rule as r, unnest(r.polroles) as o(role_id)
where not exists (
  select
  from privilege as p
  where p.id = r.polrelid
    and p.grantee in (0, o.role_id)
    and (r.polcmd = '*'
         or p.command = case r.polcmd when 'r' then 'select' when 'a' then 'insert'
                                      when 'w' then 'update' when 'd' then 'delete' end));

-- every privilege on a table is confined by a policy
select distinct format('%s to %s on %s', p.command, p.grantee::regrole, p.name)
from privilege as p
where p.kind = 'state' and p.relkind in ('r', 'p') and p.grantee <> 0
  and not exists (
    select
    from rule as r
    where r.polrelid = p.id
      and p.grantee = any (r.polroles)
      and r.polcmd in ('*', case p.command when 'select' then 'r' when 'insert' then 'a'
                                           when 'update' then 'w' when 'delete' then 'd' end));

-- our roles have no attributes beyond their grants
select r.rolname
from pg_roles as r
where r.rolname in ('anon', 'authenticated', 'service_role', 'definer',
                    'authenticator', 'service_authenticator')
  and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication
       -- On a Supabase database service_role is theirs, and past every policy: limit.sql tells.
       or r.rolbypassrls and (r.rolname <> 'service_role' or r.oid in (select role_id from ours))
       or r.rolcanlogin <> (r.rolname ~ 'authenticator$'));

-- request roles own nothing, and definer owns only functions and the view auth.users
select format('%s owns %s', d.refobjid::regrole, pg_describe_object(d.classid, d.objid, d.objsubid))
from pg_shdepend as d
where d.refclassid = 'pg_authid'::regclass
  and d.deptype = 'o'
  and d.dbid in (0, (select b.oid from pg_database as b where b.datname = current_database()))
  and (d.refobjid in (select role_id from caller union all select role_id from login)
       or d.refobjid = to_regrole('definer') and d.classid <> 'pg_proc'::regclass
          and not (d.classid = 'pg_class'::regclass
                   and d.objid = coalesce(to_regclass('auth.users')::oid, 0)));

-- the two logins have no privileges of their own
select format('%s on %s', l.role, pg_describe_object(d.classid, d.objid, d.objsubid))
from pg_shdepend as d
join login as l on l.role_id = d.refobjid
where d.refclassid = 'pg_authid'::regclass
  and d.deptype = 'a'
  and d.classid <> 'pg_database'::regclass
  and d.dbid in (0, (select b.oid from pg_database as b where b.datname = current_database()));

-- each login may become its own roles and inherits nothing
select format('%s inherits', l.role)
from login as l
where l.rolinherit
union all
select format('%s becomes %s', l.role, m.roleid::regrole)
from pg_auth_members as m
join login as l on l.role_id = m.member
where (l.role::text, m.roleid::regrole::text) not in (
    ('authenticator', 'anon'), ('authenticator', 'authenticated'),
    ('service_authenticator', 'service_role'))
  -- On a Supabase database the login of callers was there before us: limit.sql tells.
  and m.member in (select role_id from ours)
union all
select format('%s cannot become %s', w.login, w.role)
from (values ('authenticator', 'anon'), ('authenticator', 'authenticated'),
             ('service_authenticator', 'service_role')) as w(login, role)
where not pg_has_role(w.login, w.role, 'member');

-- request roles are members of no role, and only the deploying user may become definer
select format('%s becomes %s', m.member::regrole, m.roleid::regrole)
from pg_auth_members as m
where m.member in (select role_id from caller union all select to_regrole('definer'))
   or m.roleid = to_regrole('definer')
      and m.member <> (select nspowner from pg_namespace where nspname = 'core');
