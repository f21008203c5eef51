#!/bin/bash
# What the lists of a front end cost when a marketplace has a past: CPU of Postgres for one request
# through the data API, beside the limit that each shall stay under, at two sizes of the past.
#
#   cargo build --release -p data_api --bin rest-server && bench/history.sh
#   BOOKINGS="100000 1000000" EXPERTS=20000 TIMES=200 bench/history.sh
#
# Needs PostgreSQL's binaries and python3, and 4 GB of disk for each million bookings. CPU time is
# read from the one backend that answers, so that other work on the machine does not count.
set -euo pipefail
cd "$(dirname "$0")/.."
bookings=${BOOKINGS:-"100000 1000000"} experts=${EXPERTS:-20000} times=${TIMES:-500}
port=${BENCH_PORT:-3082}
secret=a-secret-of-the-benchmark-that-is-long-enough
source bench/postgres.sh

server=
for size in $bookings; do
  PGDATABASE=postgres psql -qX -c "create database past_$size"
  export PGDATABASE=past_$size
  psql -qX -v ON_ERROR_STOP=1 -f sql/install.sql >/dev/null
  psql -qX -v ON_ERROR_STOP=1 -v experts="$experts" -v bookings="$size" -f bench/history.sql
  psql -qX -c 'vacuum analyze'
  PGRST_DB_URI="host=$dir user=authenticator dbname=past_$size" PGRST_DB_ANON_ROLE=anon \
    PGRST_DB_SCHEMAS=tutoring,api PGRST_DB_POOL=1 PGRST_SERVER_PORT=$port \
    PGRST_JWT_SECRET=$secret RUST_LOG=warn "${REST_SERVER:-target/release/rest-server}" &
  server=$!
  until curl -sf -o /dev/null "http://127.0.0.1:$port/sessions?limit=1"; do
    kill -0 $server || { echo "rest-server did not start" >&2; exit 1; }
    sleep 0.05
  done
  backend=$(psql -qXAt -c "select pid from pg_stat_activity
    where datname = current_database() and usename = 'authenticator'
      and query !~ '^listen' limit 1")
  echo "$size bookings of $experts experts"
  python3 bench/history.py "http://127.0.0.1:$port" "$secret" "$backend" "$times"
  kill $server
  wait $server 2>/dev/null || true
  server=
done
