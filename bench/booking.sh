#!/bin/bash
# Bookings, free slots and booking views per second through the data API over HTTP, beside
# pgbench with the same statements, role, claims and pipelines, on one database in one run.
#
#   cargo build --release -p data_api --bin rest-server && bench/booking.sh
#   SECONDS_EACH=2 CLIENTS="1 8 64" EXPERTS=3000 ROUNDS=5 CASES="book view" bench/booking.sh
#
# Needs PostgreSQL's binaries with pgbench, wrk and python3. CPU is what the data API itself
# took for one request. Medians of all rounds.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-2} clients=${CLIENTS:-"1 8 64"} experts=${EXPERTS:-3000} rounds=${ROUNDS:-5}
port=${BENCH_PORT:-3081}
secret=a-secret-of-the-benchmark-that-is-long-enough
source bench/postgres.sh
source bench/load.sh

psql -qX -v ON_ERROR_STOP=1 -f sql/install.sql >/dev/null
# pgbench prepares its statements before it has the role: its own login inherits what they need.
psql -qX -v ON_ERROR_STOP=1 -c 'create role bench login inherit in role authenticated'
psql -qX -v ON_ERROR_STOP=1 -v experts="$experts" -f bench/booking.sql
slots=$((experts * 70))
echo "$slots slots of $experts experts"

PGRST_DB_URI="host=$dir user=authenticator dbname=postgres" PGRST_DB_ANON_ROLE=anon \
  PGRST_DB_SCHEMAS=tutoring,api PGRST_DB_POOL="${POOL:-16}" PGRST_SERVER_PORT=$port \
  PGRST_JWT_SECRET=$secret RUST_LOG=warn "${REST_SERVER:-target/release/rest-server}" &
server=$!
base=http://127.0.0.1:$port
until curl -sf -o /dev/null "$base/sessions?limit=1"; do sleep 0.05; done

python3 - "$experts" "$secret" >"$dir/tokens" <<'PY'
import base64, hashlib, hmac, json, sys, time

def encode(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()

for n in range(int(sys.argv[1])):
    claims = {"sub": f"00000002-0000-7000-8000-{n:012}", "role": "authenticated",
              "aud": "authenticated", "exp": int(time.time()) + 7200}
    text = ".".join(encode(json.dumps(p).encode()) for p in ({"alg": "HS256", "typ": "JWT"}, claims))
    print(text + "." + encode(hmac.digest(sys.argv[2].encode(), text.encode(), hashlib.sha256)))
PY

headers='{"host":"127.0.0.1:'$port'","content-type":"application/json","authorization":"Bearer '$(head -n 1 "$dir/tokens")'"}'
# pgbench and wrk number their requests from :first on, each client its own :range of them.
# One Sync ends the messages, and commits.
transaction() { # sql [settings]
  local learner="('00000002-0000-7000-8000-' || lpad((:n % $experts)::text, 12, '0'))"
  cat <<SQL
\\set i :i + 1
\\set n :first + :client_id * :range + :i
\\startpipeline
select ${2:-}set_config('search_path', '"tutoring", "public"', true), set_config('request.jwt.claims', '{"aud":"authenticated","exp":1795287669,"role":"authenticated","sub":"' || $learner || '"}', true), set_config('app.user_id', $learner, true), set_config('request.method', 'GET', true), set_config('request.path', '/', true), set_config('request.headers', '$headers', true), set_config('request.cookies', '{}', true), set_config('role', 'authenticated', true), set_config('statement_timeout', '8s', true);
$1
\\endpipeline
SQL
}
rows="null::bigint, count(_t), coalesce(json_agg(_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.merged', true), ''), null::text"
reads="set_config('transaction_read_only', 'on', true), "
id="('0000000%s-0000-7000-8000-' || lpad((%s)::text, 12, '0'))::uuid"
# shellcheck disable=SC2059
{
  transaction "select $rows from (select * from tutoring.create_booking_with_payment(p_learner_user_id := $(printf "$id" 2 ":n % $experts"), p_slot_id := $(printf "$id" 4 ":n"))) as _t;" >"$dir/book.sql"
  transaction "select $rows from (select * from api.list_free_slots(p_offering_id := $(printf "$id" 3 ":n % $experts"))) as _t;" "$reads" >"$dir/free.sql"
  transaction "select $rows from (select t0.id, t0.session_id, t0.start_time from tutoring.bookable_slots as t0 where t0.is_available = :yes order by t0.start_time limit 20) as _t;" "$reads" >"$dir/soon.sql"
  transaction "select $rows from (select t0.* from tutoring.booking_details as t0 where t0.slot_id = $(printf "$id" 4 "$experts * 60 + :n % ($experts * 10)")) as _t;" "$reads" >"$dir/view.sql"
}
cat >"$dir/wrk.lua" <<'LUA'
local kind, experts, first, range = os.getenv("KIND"), tonumber(os.getenv("N_EXPERTS")), tonumber(os.getenv("FIRST")), tonumber(os.getenv("RANGE"))
local profile = ({free = "Accept-Profile: api\r\n"})[kind] or ""
local threads, heads, format = 0, {}, string.format
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init()
  -- Written once: what wrk costs is taken from both sides' cores, and from one side's rate.
  for token in io.lines(os.getenv("TOKENS")) do
    heads[#heads + 1] = format(" HTTP/1.1\r\nHost: %s:%s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s", wrk.host, wrk.port, token, profile)
  end
  n = first + number * range
end
local paths = {
  free = function(who) return format("/rpc/list_free_slots?p_offering_id=00000003-0000-7000-8000-%012d", who) end,
  soon = function() return "/bookable_slots?select=id,session_id,start_time&is_available=eq.true&order=start_time&limit=20" end,
  view = function() return format("/booking_details?slot_id=eq.00000004-0000-7000-8000-%012d", experts * 60 + n % (experts * 10)) end,
}
function request()
  n = n + 1
  local who = n % experts
  if kind ~= "book" then return "GET " .. paths[kind](who) .. heads[who + 1] .. "\r\n" end
  local body = format('{"p_learner_user_id":"00000002-0000-7000-8000-%012d","p_slot_id":"00000004-0000-7000-8000-%012d"}', who, n)
  return "POST /rpc/create_booking_with_payment" .. heads[who + 1] .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end
LUA

# wrk drives from two threads, pgbench from as many clients as the data API has connections.
http() { # kind clients first range
  local threads=$(($2 < 2 ? 1 : 2))
  KIND=$1 N_EXPERTS=$experts FIRST=$3 RANGE=$(($4 / threads)) TOKENS=$dir/tokens \
    load "$base" "$2" "$threads"
}
sql() { # kind clients first range
  local connections=$(($2 < ${POOL:-16} ? $2 : ${POOL:-16}))
  pgbench -n -M prepared -U bench -c "$connections" -j 2 -T "$seconds" -D i=0 -D first="$3" \
    -D range=$(($4 / connections)) -D yes=true -f "$dir/$1.sql" | awk '/^tps/ {print $3}'
}

heading
# What is booked is gone: every run of bookings has slots of its own; reads look at those.
runs=$(($(wc -w <<<"$clients") * rounds * 2))
# An odd number of rounds through the experts: so the clients of a run, whose shares of it are
# equal, never stand at the same expert.
rounds_of_experts=$(((60 / runs - 1) / 2 * 2 + 1))
[ "$runs" -le 60 ] || { echo "CLIENTS times ROUNDS is at most 30" >&2; exit 2; }
range=$((experts * rounds_of_experts))
first=0
for kind in ${CASES:-free soon view book}; do
  for n in $clients; do
    for _ in $(seq "$rounds"); do
      over_http=$(http "$kind" "$n" "$first" "$range")
      [ "$kind" != book ] || first=$((first + range))
      echo "$over_http $(sql "$kind" "$n" "$first" "$range") 0"
      [ "$kind" != book ] || first=$((first + range))
    done >"$dir/rounds"
    row "$kind" "$n"
  done
  [ "$kind" != book ] || first=0
done
# Installed by psql, so that there is no stored cache to find: that error is none.
printf 'booked: %s of %s, errors in the log: %s\n' \
  "$(psql -qAtXc 'select count(*) from core.booking')" "$slots" \
  "$(grep ERROR "$dir/log" | grep -vc schema_cache || true)"
