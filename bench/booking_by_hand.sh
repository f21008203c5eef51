#!/bin/bash
# Bookings per second of api.book_slot, beside one statement written by hand that takes the same
# locks, asks the same questions and writes the same rows with the same keys.
#
#   bench/booking_by_hand.sh
#   SECONDS_EACH=5 CLIENTS="1 8" EXPERTS=1500 ROUNDS=3 HOLDS="0 10000" bench/booking_by_hand.sh
#
# Needs PostgreSQL's binaries with pgbench, and no build. For each number of unpaid holds of other
# people it measures with statistics of a night without any (stale) and with present ones (fresh).
# Medians of all rounds; every run has fresh connections and slots of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-3} clients=${CLIENTS:-"1 8"} experts=${EXPERTS:-1500} rounds=${ROUNDS:-3}
# Nothing but this script says when statistics are made.
PG_OPTIONS="-c autovacuum=off"
source bench/postgres.sh

psql -qX -v ON_ERROR_STOP=1 -f sql/install.sql >/dev/null
# By hand is written with the rights of the functions' owner, so both obey the same policies.
psql -qX -v ON_ERROR_STOP=1 -c 'create role bench login inherit in role authenticated' \
  -c 'create role hand login inherit in role definer'
psql -qX -v ON_ERROR_STOP=1 -v experts="$experts" -f bench/booking.sql
psql -qX -v ON_ERROR_STOP=1 -f bench/booking_holds.sql -c "grant usage on schema bench to authenticated, bench, hand" \
  -c 'grant usage on schema core, internal to hand' \
  -c 'grant execute on all functions in schema internal to hand'

sed "s/:experts/$experts/g" bench/booking_function.sql >"$dir/function.sql"
sed "s/:experts/$experts/g" bench/booking_by_hand.sql >"$dir/hand.sql"

run() { # login clients first range
  pgbench -n -M prepared -U "$1" -c "$2" -j 2 -T "$seconds" -D i=0 -D first="$3" \
    -D range=$(($4 / $2)) -f "$dir/$1.sql" | awk '/^tps/ {print $3}'
}
mv "$dir/function.sql" "$dir/bench.sql"
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

runs=$(($(wc -w <<<"$clients") * rounds * 4 * $(wc -w <<<"${HOLDS:-0 10000}")))
range=$((experts * 60 / runs - 2))
first=0
measure() { # holds statistics
  for n in $clients; do
    : >"$dir/hand"; : >"$dir/bench"
    for _ in $(seq "$rounds"); do
      for login in bench hand; do
        run "$login" "$n" "$first" "$range" >>"$dir/$login"
        first=$((first + range))
      done
    done
    echo "$1 $2 $n $(median <"$dir/bench") $(median <"$dir/hand")" |
      awk '{printf "%8d %-8s %8d %10.0f %10.0f %8.2f\n", $1, $2, $3, $4, $5, $4 / $5}'
  done
}
printf '%8s %-8s %8s %10s %10s %8s\n' holds statistics clients function 'by hand' ratio
for holds in ${HOLDS:-0 10000}; do
  # Those of a night without holds: what was booked by the run before is gone, and the tables are
  # as they were seeded when statistics are made.
  psql -qX -v ON_ERROR_STOP=1 -c "call bench.end_holds()" -c 'vacuum analyze' \
    -c "call bench.hold($holds)"
  measure "$holds" stale
  psql -qX -v ON_ERROR_STOP=1 -c "call bench.end_holds()" -c "call bench.hold($holds)" -c 'vacuum analyze'
  measure "$holds" fresh
done
