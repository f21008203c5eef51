//! What of a schema a role may use.

use super::Sql;

/// What the caller may use of a schema: `r` for relations, `f` for functions, and the name.
pub fn may_use(schema: &str) -> Sql {
    let mut sql = Sql::default();
    sql.push(
        "select 'r', c.relname::text from pg_catalog.pg_class as c \
         join pg_catalog.pg_namespace as n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'v', 'm', 'f', 'p') \
         and (has_table_privilege(c.oid, 'select, insert, update, delete') \
         or has_any_column_privilege(c.oid, 'select, insert, update')) \
         and has_schema_privilege(n.oid, 'usage') and n.nspname = ",
    );
    sql.bind(schema);
    sql.push(
        " union select 'f', p.proname::text from pg_catalog.pg_proc as p \
         join pg_catalog.pg_namespace as n on n.oid = p.pronamespace \
         where has_function_privilege(p.oid, 'execute') \
         and has_schema_privilege(n.oid, 'usage') and n.nspname = ",
    );
    sql.bind(schema);
    sql
}
