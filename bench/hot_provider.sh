#!/bin/bash
# A thousand people at one provider's last seats, while somebody reads something else through the
# same process: how long the reader waits beside a quiet house, what becomes of the thousand, and
# whether as many were sold as there are seats.
#
#   cargo build --release -p data_api --bin rest-server && bench/hot_provider.sh
#   PEOPLE=1000 SEATS=100 SLOTS=4 ROUNDS=10 POOL=16 bench/hot_provider.sh
#
# Needs PostgreSQL's binaries and python3. The people run at the lowest priority: they have
# machines of their own. Every round is at another provider; the first one finds new connections.
set -euo pipefail
cd "$(dirname "$0")/.."
people=${PEOPLE:-1000} seats=${SEATS:-100} slots=${SLOTS:-4} rounds=${ROUNDS:-10}
port=${BENCH_PORT:-3082}
export SECRET=a-secret-of-the-benchmark-that-is-long-enough
source bench/postgres.sh

psql -qX -v ON_ERROR_STOP=1 -f sql/install.sql >/dev/null
psql -qX -v ON_ERROR_STOP=1 -v experts="$people" -f bench/booking.sql
# The slots of the first providers have all the seats.
psql -qX -c "update core.slot set capacity = $seats / $slots
             where provider_id < bench.id(1, $rounds)"
# Milliseconds of CPU of processes.
used() { cat $(printf '/proc/%s/stat ' "$@") 2>/dev/null | awk '{s += $14 + $15} END {print s * 10}'; }
backends() { pgrep -P "$(head -n 1 "$dir/data/postmaster.pid")"; }

PGRST_DB_URI="host=$dir user=authenticator dbname=postgres" PGRST_DB_ANON_ROLE=anon \
  PGRST_DB_SCHEMAS=tutoring,api PGRST_DB_POOL="${POOL:-$((3 * $(nproc)))}" PGRST_SERVER_PORT=$port \
  PGRST_JWT_SECRET=$SECRET RUST_LOG=warn "${REST_SERVER:-target/release/rest-server}" &
server=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/sessions?limit=1"; do
  kill -0 $server || { echo "rest-server did not start" >&2; exit 1; }
  sleep 0.05
done
for provider in $(seq 0 $((rounds - 1))); do
  # shellcheck disable=SC2046
  api=$(used "$server") postgres=$(used $(backends))
  python3 bench/hot_provider.py "$port" "$people" "$slots" "$provider" "$dir"
  # shellcheck disable=SC2046
  echo "CPU of the data API: $(($(used "$server") - api)) ms," \
    "of Postgres: $(($(used $(backends)) - postgres)) ms"
  psql -qAtX -c "select 'sold: ' || sum(seats) || ' of $seats' from core.booking
    where provider_id = bench.id(1, $provider) and status <> 'cancelled'
      and created_at > now() - interval '5 minutes'
      and slot_id in (select bench.id(4, n * $people + $provider)
                      from generate_series(0, $slots - 1) as n)"
done
# A round has too few reads for a percentile of its own.
p99() { sort -g "$dir/$1" | awk '{v[NR] = $1} END {print v[int(NR * 0.99) + 1]}'; }
echo "p99 of all rounds: quiet $(p99 quiet) ms of $(wc -l <"$dir/quiet") reads," \
  "busy $(p99 busy) ms of $(wc -l <"$dir/busy") reads"
echo "$(p99 busy) $(p99 quiet)" | awk '{printf "busy / quiet: %.2f\n", $1 / $2}'
