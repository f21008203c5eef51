-- The vocabulary of the SQL tests: `tests.introduce('alice')`, `tests.book('slot', 'alice')`.
--
-- psql alone runs a SQL test, as a superuser, in a database of its own:
--
--   createdb scratch
--   psql -d scratch -f sql/install.sql
--   psql -d scratch -f tests/sql/vocabulary/all.sql -f tests/sql/booking/booking.sql
--
-- The vocabulary stays in the database; what a test does is rolled back at its end.

\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
set client_min_messages = warning;

\ir people.sql
\ir access.sql
\ir login.sql
\ir money.sql
\ir learning.sql
\ir history.sql
\ir operations.sql
\ir stories.sql
\ir crowd.sql

-- pgTAP's functions are called without a schema.
set search_path = public, tap;
