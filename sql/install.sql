-- The database, from nothing. Read this file as the table of contents.
--
--   psql "$DATABASE_URL" --file sql/install.sql

\set ON_ERROR_STOP on
begin;
select pg_advisory_xact_lock(hashtext('convene deploy'));
set local search_path = pg_catalog, pg_temp;
set local client_min_messages = warning;
select to_regnamespace('core') is null as fresh \gset

-- Roles belong to the cluster, not to the database.
\ir schema/role.sql
commit;
