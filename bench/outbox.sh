#!/usr/bin/env bash
# Outbox messages per second through the relay, beside the same SQL in pgbench.
#
#   bench/outbox.sh <url of the owner's superuser> <url of service_authenticator>
#
# Both databases are one deployed database; the outbox is filled anew before each run. The
# pairs alternate, so that a busy machine slows both.
set -euo pipefail
cd "$(dirname "$0")/.."
owner=$1 service=$2 messages=${MESSAGES:-20000} pairs=${PAIRS:-3}

cargo build --quiet --package relay --example drain ${PROFILE:+--profile "$PROFILE"}
drain=target/${PROFILE:-debug}/examples/drain

fill() {
  psql "$owner" --quiet --command "truncate core.delivery, core.outbox" --command \
    "insert into core.outbox (outbox_id, topic)
     select internal.uuid_v7(), 'staff.bench' from generate_series(1, $messages)" \
    --command 'vacuum analyze core.outbox' --command checkpoint
}

for _ in $(seq "$pairs"); do
  fill
  relay=$(SERVICE_DATABASE_URL=$service "$drain")
  fill
  tps=$(pgbench "$service" --no-vacuum --file bench/outbox.sql --protocol prepared \
    --transactions $((messages / 100)) | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
  awk -v r="$relay" -v t="$tps" \
    'BEGIN { printf "relay %d/s, pgbench %d/s, ratio %.2f\n", r, t * 100, r / (t * 100) }'
done
