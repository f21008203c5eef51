#!/bin/bash
# Webhooks, payouts and outbox messages per second, beside pgbench with the same statements under
# the same role, on copies of one database, in one run.
#
#   bench/money.sh
#   EVENTS=6000 PAYOUTS=5000 MESSAGES=40000 CLIENTS=8 PROFILE=release bench/money.sh
#
# Webhooks are signed bodies by HTTP: verified, stored, applied (capture, ledger, booking, mail),
# answered 200. Payouts are planned, claimed, sent to a Stripe that answers at once, recorded.
# Messages are claimed by the hundred, sent to a queue that takes them at once, recorded.
# Needs PostgreSQL's binaries with pgbench, pgTAP, wrk and python3.
set -euo pipefail
cd "$(dirname "$0")/.."
# The numbers of each are multiples of the clients, who share them evenly.
events=${EVENTS:-3000} payouts=${PAYOUTS:-2000} messages=${MESSAGES:-20000}
clients=${CLIENTS:-8} profile=${PROFILE:-release}
port=${BENCH_PORT:-3083}
secret=whsec_bench_0001

if [ -z "${BUILT:-}" ]; then
  cargo build --quiet --profile "$profile" -p stripe_webhook --example webhook
  cargo build --quiet --profile "$profile" -p payouts --example pay
  cargo build --quiet --profile "$profile" -p relay --example drain
fi
source bench/postgres.sh
psql() { command psql -qXAt -v ON_ERROR_STOP=1 "$@"; }

psql -f sql/install.sql >/dev/null
psql -c 'create role bench login inherit in role service_role' \
  -c 'alter database postgres set search_path = public, tap' >/dev/null
psql -f tests/sql/vocabulary/all.sql >/dev/null
psql -v payouts="$payouts" -v events="$events" -f bench/money.sql >/dev/null
# Each side starts from the same rows.
fresh() { # name
  command psql -qX -d template1 -c "create database $1 template postgres" >/dev/null
  psql -d "$1" -c "alter database $1 set search_path = public, tap" -c 'vacuum analyze' >/dev/null
}
service="host=$dir user=service_authenticator"
export CONNECTIONS=$clients

# As the Lambdas do it: one transaction of one round trip, its settings first.
transaction() {
  cat <<SQL
\\startpipeline
begin isolation level read committed read write;
select pg_catalog.set_config(s.name, s.value, true) from rows from (
  pg_catalog.unnest(array['request.jwt.claims', 'app.user_id', 'role']),
  pg_catalog.unnest(array['{"role":"service_role"}', '', 'service_role'])) as s(name, value);
$1
commit;
\\endpipeline
SQL
}
run() { # database transactions-in-all clients file: seconds it took
  PGDATABASE=$1 pgbench -n -M prepared -U bench -c "$3" -j 2 -t $(($2 / $3)) \
    -D i=0 -D range=$(($2 / $3)) -f "$4" |
    awk '/actually processed/ {split($NF, n, "/"); done = n[1]} /^tps/ {print done / $3}'
}
# What was to be done was done: a benchmark of refusals is none.
expect() { # database wanted query
  local found
  found=$(psql -d "$1" -c "$3")
  [ "$found" = "$2" ] || { echo "$1: $found of $2 were done" >&2; exit 1; }
}
row() { awk -v w="$1" -v a="$2" -v b="$3" 'BEGIN {printf "%-9s %10.0f %10.0f %7.2f\n", w, a, b, a / b}'; }

# Webhooks: pgbench does what the Lambda does with each, store and then apply.
{
  printf '%s\n' '\set i :i + 1' '\set n 1 + :client_id * :range + :i - 1'
  transaction "select to_jsonb(api.store_stripe_event(e.event_id, 'payment_intent.succeeded', 'pi', null, false, '2026-09-30.endive', 1700000000, e.body, 'new')) from bench.event as e where e.n = :n;"
  transaction "select api.apply_stripe_event('evt_bench_' || :n, null, null);"
} >"$dir/event.sql"
fresh events_sql
webhooks_sql=$(run events_sql "$events" "$clients" "$dir/event.sql" | awk -v n="$events" '{print n / $1}')
applied="select count(*) from core.stripe_event where status = 'done'"
expect events_sql "$events" "$applied"
fresh events_http
psql -d events_http -c "select convert_from(body, 'UTF8') from bench.event order by n" |
  python3 -c '
import hashlib, hmac, sys, time
for line in sys.stdin:
    body, at = line.rstrip("\n"), int(time.time())
    tag = hmac.new(sys.argv[1].encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    print(f"t={at},v1={tag}\t{body}")' "$secret" >"$dir/signed"
cat >"$dir/wrk.lua" <<'LUA'
local lines, next = {}, 0
function init()
  for line in io.lines(os.getenv("SIGNED")) do lines[#lines + 1] = line end
end
function request()
  next = next + 1
  local signature, body = lines[(next - 1) % #lines + 1]:match("^(.-)\t(.*)$")
  return wrk.format("POST", "/functions/v1/stripe-webhook", {["Stripe-Signature"] = signature}, body)
end
LUA
SERVICE_DATABASE_URL="$service dbname=events_http" STRIPE_SECRET_KEY=sk_test_bench_0001 \
  STRIPE_WEBHOOK_SECRET=$secret PORT=$port RUST_LOG=warn "target/$profile/examples/webhook" &
server=$!
until curl -s -o /dev/null "http://127.0.0.1:$port/"; do sleep 0.05; done
SIGNED=$dir/signed wrk -t 1 -c "$clients" -d "${SECONDS_MOST:-60}s" -s "$dir/wrk.lua" \
  "http://127.0.0.1:$port" >"$dir/wrk" &
wrk=$!
# Once all have been sent wrk repeats them: the clock stops when the last has been applied.
until [ "$(psql -d events_http -c "$applied")" -ge "$events" ]; do
  kill -0 "$wrk" 2>/dev/null || { echo "not all events were applied:" >&2; cat "$dir/wrk" >&2; exit 1; }
  sleep 0.2
done
kill "$wrk"
webhooks_http=$(psql -d events_http -c "select count(*) / extract(epoch from max(processed_at) - min(received_at)) from core.stripe_event")
kill "$server"; server=

# Payouts: pgbench plans, claims and records in batches as large, by as many at once.
{ transaction "select to_jsonb(api.plan_due_payouts(500));"; } >"$dir/plan.sql"
{ transaction "select api.claim_stripe_commands(64, null);"; } >"$dir/claim.sql"
{
  printf '%s\n' '\set i :i + 1' '\set n 1 + :client_id * :range + :i - 1'
  transaction "select api.record_stripe_result(c.id, c.outcome) from bench.command as c where c.n = :n;"
} >"$dir/record.sql"
fresh payouts_sql
plan=$(run payouts_sql $(((payouts + 499) / 500)) 1 "$dir/plan.sql")
psql -d payouts_sql >/dev/null <<'SQL'
create table bench.command as
select row_number() over () as n, c.stripe_command_id as id, jsonb_build_object(
  'outcome', 'done', 'status', 200, 'request_id', null, 'replayed', false,
  'body', jsonb_build_object('object', 'transfer', 'id', 'tr_' || c.stripe_command_id,
    'amount', (c.params ->> 'amount')::bigint, 'metadata', c.params -> 'metadata')) as outcome
from core.stripe_command as c where c.kind = 'transfer';
alter table bench.command add primary key (n);
grant select on bench.command to service_role;
vacuum analyze;
SQL
claim=$(run payouts_sql $(((payouts + 63) / 64)) 1 "$dir/claim.sql")
record=$(run payouts_sql "$payouts" "$clients" "$dir/record.sql")
paid="select count(*) from core.payout where status = 'paid'"
expect payouts_sql "$payouts" "$paid"
payouts_sql=$(awk -v n="$payouts" -v t="$plan" -v c="$claim" -v r="$record" 'BEGIN {print n / (t + c + r)}')
fresh payouts_rust
read -r done seconds < <(SERVICE_DATABASE_URL="$service dbname=payouts_rust" RUST_LOG=warn "target/$profile/examples/pay")
expect payouts_rust "$payouts" "$paid"

# The outbox: one relay, and one pgbench client that does the same.
for side in outbox_sql outbox_rust; do
  fresh "$side"
  psql -d "$side" -c 'truncate core.delivery, core.outbox' -c "insert into core.outbox (outbox_id, topic)
    select internal.uuid_v7(), 'bench' from generate_series(1, $messages)" -c 'vacuum analyze core.outbox'
done
sent='select count(*) from core.outbox where sent_at is not null'
outbox_sql=$(run outbox_sql $((messages / 100)) 1 bench/outbox.sql | awk -v n="$messages" '{print n / $1}')
expect outbox_sql "$messages" "$sent"
outbox_rust=$(SERVICE_DATABASE_URL="$service dbname=outbox_rust" RUST_LOG=warn "target/$profile/examples/drain")
expect outbox_rust "$messages" "$sent"

printf '%-9s %10s %10s %7s\n' case rust/s pgbench/s ratio
row webhooks "$webhooks_http" "$webhooks_sql"
row payouts "$(awk -v n="$done" -v s="$seconds" 'BEGIN {print n / s}')" "$payouts_sql"
row outbox "$outbox_rust" "$outbox_sql"
