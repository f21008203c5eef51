#!/bin/bash
# Bookings per second of api.book_slot, beside one statement written by hand that takes the same
# locks, asks the same questions and writes the same rows with the same keys.
#
#   bench/booking_by_hand.sh
#   BOOKINGS=2000 CLIENTS="1 8" ROUNDS=5 HOLDS="0 10000" bench/booking_by_hand.sh
#
# Needs PostgreSQL's binaries with pgbench, and no build. For each number of unpaid holds of other
# people it measures with statistics of a night without any (stale) and with present ones (fresh).
# Rates are medians of all rounds, in which the two take turns; every run has fresh connections and
# slots of its own. CPU is what Postgres took for one booking, in microseconds, and is the better
# measure on a busy machine. The ratios are function to hand of the rates, and hand to function of
# the CPU: 1 is as good as by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
bookings=${BOOKINGS:-1000} clients=${CLIENTS:-"1 8"} rounds=${ROUNDS:-3} holds=${HOLDS:-"0 10000"}
# What is booked is gone: each run has slots of its own, of 60 that an expert has.
runs=$(($(wc -w <<<"$clients") * rounds * 4 * $(wc -w <<<"$holds")))
experts=$((runs * bookings / 60 + 1))
# Nothing but this script says when statistics are made.
PG_OPTIONS="-c autovacuum=off"
source bench/postgres.sh
query() { psql -qX -v ON_ERROR_STOP=1 "$@"; }

query -f sql/install.sql >/dev/null
# By hand is written with the rights of the functions' owner, so both obey the same policies.
query -c 'create role function login inherit in role authenticated' \
  -c 'create role hand login inherit in role definer'
query -v experts="$experts" -f bench/booking.sql
query -f bench/booking_holds.sql \
  -c 'grant usage on schema bench to authenticated, function, hand' \
  -c 'grant usage on schema core, internal to hand' \
  -c 'grant execute on all functions in schema internal to hand'
for login in function hand; do
  sed "s/:experts/$experts/g" "bench/booking_by_$login.sql" >"$dir/$login.sql"
done

# Of all connections that have ended, in hundredths of a second.
ticks() { awk '{print $16 + $17}' "/proc/$(head -n 1 "$dir/data/postmaster.pid")/stat"; }
run() { # login clients first
  local before each=$((bookings / $2))
  before=$(ticks)
  pgbench -n -M prepared -U "$1" -c "$2" -j 2 -t "$each" -D i=-1 -D first="$3" -D range="$each" \
    -f "$dir/$1.sql" >"$dir/pgbench"
  # Until the server has counted the last connection.
  sleep 0.3
  awk -v t=$(($(ticks) - before)) \
    '/actually processed/ {split($NF, n_, "/"); n = n_[1]} /^tps/ {print $3, t * 10000 / n}' "$dir/pgbench"
}
median() { # login column
  awk "{print \$$2}" "$dir/$1" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

first=0
measure() { # holds statistics
  local n login
  for n in $clients; do
    : >"$dir/function"
    : >"$dir/hand"
    for _ in $(seq "$rounds"); do
      for login in function hand; do
        run "$login" "$n" "$first" >>"$dir/$login"
        first=$((first + bookings))
      done
    done
    echo "$1 $2 $n $(median function 1) $(median hand 1) $(median function 2) $(median hand 2)" |
      awk '{printf "%6d %-10s %7d %11.0f %10.0f %6.2f %9.0f %8.0f %6.2f\n",
        $1, $2, $3, $4, $5, $4 / $5, $6, $7, $7 / $6}'
  done
}
printf '%6s %-10s %7s %11s %10s %6s %9s %8s %6s\n' \
  holds statistics clients function/s 'by hand/s' ratio 'cpu µs' 'by hand' ratio
for held in $holds; do
  # What was booked by the runs before is over, and tables are as in a night without holds.
  query -c 'call bench.end_holds()' -c 'vacuum analyze' -c "call bench.hold($held)"
  measure "$held" stale
  query -c 'call bench.end_holds()' -c "call bench.hold($held)" -c 'vacuum analyze'
  measure "$held" fresh
done
