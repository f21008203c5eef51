#!/bin/bash
# What one booking costs in Postgres, of each version that is named: WAL bytes, statements, CPU.
#
#   bench/booking_cost.sh b88cf6a HEAD
#   BOOKINGS=2000 bench/booking_cost.sh HEAD
#
# Needs PostgreSQL's binaries with pg_stat_statements, and no build. One connection books through
# the RPC of the tutoring document, as a browser does, a seat for each of so many learners, after a
# tenth as many to warm up. Statements are all that Postgres runs for a booking, those inside
# functions too. CPU is read from that one backend, so other work on the machine does not count,
# but a busy machine's caches do: compare versions of one run.
set -euo pipefail
cd "$(dirname "$0")/.."
bookings=${BOOKINGS:-1000}
PG_OPTIONS="-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track=all \
  -c pg_stat_statements.track_utility=off -c full_page_writes=off -c autovacuum=off"
source bench/postgres.sh

version=0
for commit in "${@:-HEAD}"; do
  version=$((version + 1))
  mkdir "$dir/$version"
  git archive "$commit" sql | tar -x -C "$dir/$version"
  PGDATABASE=postgres psql -qX -c "create database v$version"
  export PGDATABASE=v$version
  psql -qX -v ON_ERROR_STOP=1 -f "$dir/$version/sql/install.sql" >/dev/null
  psql -qX -v ON_ERROR_STOP=1 -v bookings="$bookings" -f bench/booking_cost.sql
  psql -qX -v ON_ERROR_STOP=1 -c 'vacuum analyze' -c 'checkpoint'

  booking() { # number
    cat <<SQL
begin;
set local role authenticated;
select set_config('app.user_id', bench.id(2, $1)::text, true),
       set_config('request.jwt.claims', '{"role": "authenticated"}', true);
select * from tutoring.create_booking_with_payment(bench.id(2, $1), bench.id(4, $1));
commit;
SQL
  }
  {
    echo '\set ON_ERROR_STOP on'
    echo 'select pg_backend_pid() as pid \gset'
    echo '\setenv BACKEND :pid'
    for ((n = 0; n < bookings / 10; n++)); do booking "$n"; done
    echo 'select pg_stat_statements_reset();'
    echo 'select pg_current_wal_insert_lsn() as wal \gset'
    echo "\\! awk '{print \$14 + \$15}' /proc/\$BACKEND/stat >$dir/before"
    for ((; n < bookings + bookings / 10; n++)); do booking "$n"; done
    echo "\\! awk '{print \$14 + \$15}' /proc/\$BACKEND/stat >$dir/after"
    echo '\o'
    echo "select round(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :'wal') / $bookings) as wal,
                 round(sum(calls) / $bookings, 1) as statements
          from pg_stat_statements
          where dbid = (select oid from pg_database where datname = current_database()) \\gset"
    echo "\\! echo \"\$(cat $dir/after) \$(cat $dir/before)\" | awk '{printf \"%.2f\", (\$1 - \$2) * 10 / $bookings}' >$dir/cpu"
    echo "\\echo '$commit': :wal bytes of WAL, :statements statements"
  } >"$dir/$version/run.sql"
  psql -qXAt -o /dev/null -f "$dir/$version/run.sql"
  echo "    $(cat "$dir/cpu") ms of CPU"
done
