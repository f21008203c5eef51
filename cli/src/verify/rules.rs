//! The rules of the house, asked of the catalog. Each lists those who break it.

use anyhow::{Context, Result};
use tokio_postgres::Client;

/// A rule, and the query that finds its offenders.
#[derive(Debug)]
pub struct Rule {
    /// The rule as a sentence.
    pub says: &'static str,
    /// One column of text: the names of what breaks it.
    pub offenders: &'static str,
}

impl Rule {
    /// The names of what breaks it.
    pub async fn offenders(&self, client: &Client) -> Result<Vec<String>> {
        let rows = client.query(self.offenders, &[]).await.with_context(|| self.says)?;
        Ok(rows.into_iter().map(|row| row.get(0)).collect())
    }
}

/// All of them. Whoever adds one, shows in `tests/it/house.rs` that it can be broken.
pub const RULES: &[Rule] = &[
    Rule {
        says: "every table has row-level security enabled and forced",
        offenders: "
            select c.oid::regclass::text
            from pg_class as c
            where c.relnamespace::regnamespace::text in ('core', 'identity')
              and c.relkind in ('r', 'p')
              and not (c.relrowsecurity and c.relforcerowsecurity)",
    },
    Rule {
        says: "state holds no code, code holds no state, a lens holds views and functions",
        offenders: "
            select p.oid::regprocedure::text
            from pg_proc as p
            where p.pronamespace::regnamespace::text in ('core', 'identity')
            union all
            select c.oid::regclass::text
            from pg_class as c
            where c.relnamespace::regnamespace::text in
                    ('api', 'internal', 'tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')
              and c.relkind in ('r', 'p', 'm', 'f', 'S')",
    },
    Rule {
        says: "a view of a lens runs as whoever asks",
        offenders: "
            select c.oid::regclass::text
            from pg_class as c
            where c.relkind in ('v', 'm')
              and c.relnamespace::regnamespace::text in
                    ('tutoring', 'trainers', 'avenrae', 'fitness', 'dogs', 'core', 'identity')
              and not coalesce(c.reloptions @> array['security_invoker=true'], false)
              and not coalesce(c.reloptions @> array['security_invoker=on'], false)",
    },
    Rule {
        says: "nothing is executable by PUBLIC",
        offenders: "
            select p.oid::regprocedure::text
            from pg_proc as p,
                 aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
            where p.pronamespace::regnamespace::text in
                    ('api', 'internal', 'tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')
              and a.grantee = 0",
    },
    Rule {
        says: "callers have no usage on core, identity and internal",
        offenders: "
            select format('%s on %s', r.role, n.nspname)
            from unnest(array['anon', 'authenticated', 'service_role', 'authenticator',
                              'service_authenticator']) as r(role),
                 pg_namespace as n
            where n.nspname in ('core', 'identity', 'internal')
              and has_schema_privilege(r.role, n.oid, 'usage, create')",
    },
    Rule {
        says: "insert and update on a table are granted by column to those who call",
        offenders: "
            select format('%s to %s on %s', lower(a.privilege_type), a.grantee::regrole, c.oid::regclass)
            from pg_class as c, aclexplode(c.relacl) as a
            where c.relnamespace::regnamespace::text in ('core', 'identity')
              and c.relkind in ('r', 'p')
              and a.grantee::regrole::text in ('anon', 'authenticated')
              and a.privilege_type in ('INSERT', 'UPDATE')",
    },
    Rule {
        says: "nobody who calls may truncate a table, refer to it or put a trigger on it",
        offenders: "
            select format('%s to %s on %s', lower(a.privilege_type),
                          case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
                          c.oid::regclass)
            from pg_class as c, aclexplode(c.relacl) as a
            where c.relnamespace::regnamespace::text in
                    ('core', 'identity', 'tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')
              and a.grantee <> c.relowner
              and (a.grantee = 0 or a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER'))",
    },
    Rule {
        says: "those who call make no temporary tables",
        offenders: "
            select r.role
            from unnest(array['anon', 'authenticated', 'service_role', 'definer']) as r(role)
            where has_database_privilege(r.role, current_database(), 'temporary')",
    },
    Rule {
        says: "a security definer function belongs to definer, and no other function does harm",
        offenders: "
            select p.oid::regprocedure::text
            from pg_proc as p
            where p.pronamespace::regnamespace::text in
                    ('api', 'internal', 'tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')
              and (p.prosecdef and p.proowner <> to_regrole('definer')
                   or p.proleakproof)",
    },
    Rule {
        says: "a plpgsql function pins search_path to pg_catalog, pg_temp",
        offenders: "
            select p.oid::regprocedure::text
            from pg_proc as p
            join pg_language as l on l.oid = p.prolang
            where p.pronamespace::regnamespace::text in
                    ('api', 'internal', 'tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')
              and (l.lanname = 'plpgsql' or p.prosecdef)
              and p.prosqlbody is null
              and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)",
    },
    Rule {
        says: "a function of api or internal says what it does",
        offenders: "
            select p.oid::regprocedure::text
            from pg_proc as p
            where p.pronamespace::regnamespace::text in ('api', 'internal')
              and p.prorettype <> 'trigger'::regtype
              and obj_description(p.oid, 'pg_proc') is null",
    },
    Rule {
        says: "a table says what it holds",
        offenders: "
            select c.oid::regclass::text
            from pg_class as c
            where c.relnamespace::regnamespace::text in ('core', 'identity')
              and c.relkind in ('r', 'p')
              and obj_description(c.oid, 'pg_class') is null",
    },
    Rule {
        says: "every foreign key has an index that starts with it",
        offenders: "
            select format('%s on %s', k.conname, k.conrelid::regclass)
            from pg_constraint as k
            where k.contype = 'f'
              and k.connamespace::regnamespace::text in ('core', 'identity')
              and not exists (
                select
                from pg_index as i
                where i.indrelid = k.conrelid
                  and i.indkey[0] = k.conkey[1]
                  and coalesce(pg_get_expr(i.indpred, i.indrelid), 'IS NOT NULL')
                        ~ '^\\(?[^()]*IS NOT NULL\\)?$')",
    },
    Rule {
        says: "a policy asks for the caller once per query, not once per row",
        offenders: "
            select format('%s on %s.%s', p.policyname, p.schemaname, p.tablename)
            from pg_policies as p,
                 unnest(array[p.qual, p.with_check]) as expression
            where p.schemaname in ('core', 'identity')
              and regexp_replace(expression, 'SELECT internal\\.(user_id|is_service|is_staff)\\(\\)', '', 'g')
                  ~ 'internal\\.(user_id|is_service|is_staff)\\(\\)'",
    },
    Rule {
        says: "no enum types and no rules",
        offenders: "
            select t.oid::regtype::text
            from pg_type as t
            where t.typtype = 'e'
              and t.typnamespace::regnamespace::text in ('core', 'identity', 'api', 'internal')
            union all
            select format('%s on %s', r.rulename, r.ev_class::regclass)
            from pg_rewrite as r
            join pg_class as c on c.oid = r.ev_class
            where r.rulename <> '_RETURN'
              and c.relnamespace::regnamespace::text in
                    ('core', 'identity', 'tutoring', 'trainers', 'avenrae', 'fitness', 'dogs')",
    },
    Rule {
        says: "definer, the logins and the roles of callers are bound by policies",
        offenders: "
            select r.role
            from unnest(array['anon', 'authenticated', 'definer', 'authenticator',
                              'service_authenticator']) as r(role)
            left join pg_roles as p on p.rolname = r.role
            where p.oid is null or p.rolsuper or p.rolbypassrls or p.rolcreaterole
               or p.rolcreatedb or p.rolreplication
               or exists (select from pg_class as c where c.relowner = p.oid and c.relkind = 'r')",
    },
    Rule {
        says: "a login becomes its own roles and inherits nothing",
        offenders: "
            with allowed (login, role) as (
              values ('authenticator', 'anon'), ('authenticator', 'authenticated'),
                     ('service_authenticator', 'service_role')
            )
            select format('%s inherits', l.rolname)
            from pg_roles as l
            where l.rolname in (select login from allowed) and l.rolinherit
            union all
            select format('%s becomes %s', m.member::regrole, m.roleid::regrole)
            from pg_auth_members as m
            where m.member::regrole::text in (select login from allowed)
              and (m.member::regrole::text, m.roleid::regrole::text) not in
                  (select login, role from allowed)
              -- On a Supabase database the login of callers was there before us.
              and shobj_description(m.member, 'pg_authid') = 'Made by Convene.'
            union all
            select format('%s cannot become %s', login, role)
            from allowed
            where not pg_has_role(login, role, 'member')",
    },
];
