//! A database as text, so that two of them can be compared: what its catalog says, and its rows.

use std::collections::{BTreeMap, BTreeSet};

use convene::deploy::connect;
use tokio_postgres::Client;

/// Everything that deploys and migrations determine. Columns are compared by name, because a
/// column that is added to a table stands behind the others.
const CATALOG: &str = "
    with space (oid) as (
      select n.oid from pg_namespace as n where n.nspname = any($1)
    ), relation as (
      select c.* from pg_class as c where c.relnamespace in (select oid from space)
    ), thing (what) as (
      -- A table without a list of privileges has those of its owner.
      select format('%s %s %s %s %s', c.oid::regclass, c.relkind,
                    coalesce(c.relacl, acldefault(
                      (case c.relkind when 'S' then 's' else 'r' end)::\"char\", c.relowner)),
                    c.relrowsecurity, c.relforcerowsecurity)
      from relation as c
      union all
      select format('%s.%s %s %s %s %s %s %s', c.oid::regclass, a.attname,
                    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                    a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
                    col_description(c.oid, a.attnum))
      from relation as c
      join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relkind in ('r', 'p', 'v', 'm')
      union all
      select format('%s on %s %s %s', k.conname, k.conrelid::regclass, k.convalidated,
                    pg_get_constraintdef(k.oid))
      from pg_constraint as k where k.connamespace in (select oid from space)
      union all
      select format('%s %s', pg_get_indexdef(i.indexrelid), i.indisvalid)
      from pg_index as i join relation as c on c.oid = i.indrelid
      union all
      select pg_get_triggerdef(t.oid)
      from pg_trigger as t join relation as c on c.oid = t.tgrelid where not t.tgisinternal
      union all
      select format('%s %s %s %s %s', p.oid::regprocedure, p.proowner::regrole, p.proacl,
                    p.prosecdef, md5(pg_get_functiondef(p.oid)))
      from pg_proc as p where p.pronamespace in (select oid from space)
      union all
      select format('%s', row(p.*)) from pg_policies as p
      union all
      select format('%s %s', n.nspname, n.nspacl) from pg_namespace as n
      where n.oid in (select oid from space)
      union all
      select format('%s %s', c.oid::regclass, obj_description(c.oid, 'pg_class'))
      from relation as c
    )
    select what from thing";

/// The schemas of Convene, recognised by their comment.
const SCHEMAS: &str = "
    select array_agg(n.nspname) from pg_namespace as n
    where obj_description(n.oid, 'pg_namespace') like '%Made by Convene.'
      and n.nspname <> 'convene'";

/// The catalog of a database, one line for each thing.
pub async fn catalog(url: &str) -> BTreeSet<String> {
    let client = connect(url).await.expect("the database is there");
    let schemas: Vec<String> = client.query_one(SCHEMAS, &[]).await.expect("its schemas").get(0);
    assert!(schemas.len() > 4, "{schemas:?}");
    let rows = client.query(CATALOG, &[&schemas]).await.expect("the catalog can be read");
    assert!(rows.len() > 100, "the catalog is read");
    rows.into_iter().map(|row| row.get(0)).collect()
}

/// Two catalogs must be the same.
pub fn assert_same(before: &BTreeSet<String>, after: &BTreeSet<String>) {
    let differences: Vec<&String> = before.symmetric_difference(after).collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

/// The columns of every table, by the table.
pub type Columns = BTreeMap<String, Vec<String>>;

/// The columns that the tables of the marketplace have now.
pub async fn columns(client: &Client) -> Columns {
    let sql = "
        select c.oid::regclass::text, array_agg(a.attname::text order by a.attnum)
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind = 'r'
          and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
        group by c.oid";
    let rows = client.query(sql, &[]).await.expect("the columns can be read");
    rows.into_iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// How many rows each table has, and a digest of what they have in these columns. `client` is a
/// superuser's.
pub async fn rows(client: &Client, columns: &Columns) -> BTreeMap<String, (i64, String)> {
    let mut found = BTreeMap::new();
    for (table, columns) in columns {
        let sql = format!(
            "select count(*), md5(coalesce(string_agg(x.row, ',' order by x.row), ''))
             from (
               select (select jsonb_object_agg(e.key, e.value) from jsonb_each(to_jsonb(t)) as e
                       where e.key = any($1))::text as row
               from {table} as t
             ) as x"
        );
        let row = client.query_one(&sql, &[columns]).await.expect("the rows can be read");
        found.insert(table.clone(), (row.get(0), row.get(1)));
    }
    found
}
