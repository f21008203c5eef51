-- A hash that changes with every change of the catalog. A changed row of the catalog is a new
-- version of the row, so the sum of the versions' transactions tells; nothing is parsed.

select pg_catalog.md5(pg_catalog.concat_ws(' ',
  (select pg_catalog.concat(count(*), ':', sum(c.xmin::text::bigint))
   from pg_catalog.pg_class as c where c.oid >= 16384 and c.relkind in ('r', 'v', 'm', 'f', 'p', 'c')),
  (select pg_catalog.concat(count(*), ':', sum(a.xmin::text::bigint))
   from pg_catalog.pg_attribute as a where a.attrelid >= 16384 and a.attnum > 0),
  (select pg_catalog.concat(count(*), ':', sum(k.xmin::text::bigint))
   from pg_catalog.pg_constraint as k where k.oid >= 16384),
  (select pg_catalog.concat(count(*), ':', sum(p.xmin::text::bigint))
   from pg_catalog.pg_proc as p where p.oid >= 16384),
  (select pg_catalog.concat(count(*), ':', sum(w.xmin::text::bigint))
   from pg_catalog.pg_rewrite as w where w.oid >= 16384),
  (select pg_catalog.concat(count(*), ':', sum(t.xmin::text::bigint))
   from pg_catalog.pg_type as t where t.oid >= 16384),
  (select pg_catalog.concat(count(*), ':', sum(x.xmin::text::bigint))
   from pg_catalog.pg_cast as x where x.oid >= 16384),
  (select pg_catalog.concat(count(*), ':', sum(s.xmin::text::bigint))
   from pg_catalog.pg_db_role_setting as s),
  $1::text
))
