-- What a database of somebody else's keeps us from, such as a hosted Supabase. Nothing is wrong
-- with what we deployed, and no deploy of ours can change it. Every query lists where the sentence
-- above it holds.

-- service_role was there before us and passes every policy: whoever has the secret key
-- reads and writes all rows, as with any Supabase
select r.rolname
from pg_roles as r
where r.rolname = 'service_role' and r.rolbypassrls and r.oid not in (select role_id from ours);

-- a login was there before us and may become more than its own roles: keep its
-- password to the data API
select format('%s becomes %s', m.member::regrole, m.roleid::regrole)
from pg_auth_members as m
join login as l on l.role_id = m.member
where m.member not in (select role_id from ours)
  and (l.role::text, m.roleid::regrole::text) not in (
    ('authenticator', 'anon'), ('authenticator', 'authenticated'),
    ('service_authenticator', 'service_role'));

-- a role of callers was there before us and has no timeout of its own: a deploy sets none for it
select r.rolname
from pg_roles as r
where r.rolname in ('anon', 'authenticated', 'authenticator')
  and r.oid not in (select role_id from ours)
  and not exists (
    select from pg_db_role_setting as s, unnest(s.setconfig) as c(setting)
    where s.setrole = r.oid and c.setting like 'statement\_timeout=%');

-- a role of callers was there before us and may create objects in a schema that is not ours
select format('%s in %s', r.role, n.nspname)
from (select role, role_id from caller union all select role, role_id from login) as r,
     pg_namespace as n
where n.nspname !~ '^pg_(temp|toast)'
  and n.oid not in (select space_id from space)
  and r.role_id not in (select role_id from ours)
  and has_schema_privilege(r.role, n.oid, 'create');

-- the database is not the deploying user's, who cannot take temporary tables from PUBLIC
select 'PUBLIC'
from pg_database as b
where b.datname = current_database()
  and has_database_privilege('definer', b.oid, 'temporary')
  and not pg_has_role(
    (select n.nspowner from pg_namespace as n where n.nspname = 'core'), b.datdba, 'member');
