#!/bin/bash
# The data API over HTTP beside pgbench: the same SQL with the same settings, role and claims in
# one pipeline, on one database in one run.
#
#   cargo build --release -p data_api --bin rest-server && bench/data-api.sh
#   SECONDS_EACH=2 CLIENTS="1 8 64" ROUNDS=5 CASES="key list" bench/data-api.sh
#   PEER='env PGRST_DB_ANON_ROLE=anon PGRST_SERVER_PORT=3080 postrust' \
#     PEER_URL=http://127.0.0.1:3080/api bench/data-api.sh
#
# The last stands a peer beside (`cargo install postrust-server`), told of the database by
# DATABASE_URL.
#
# Needs PostgreSQL's binaries with pgbench, wrk and python3. CPU is what the data API itself took
# for one request. Medians of all rounds. wrk and pgbench run on the same cores, so the ratio
# carries what they cost too.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-2} clients=${CLIENTS:-"1 8 64"} rounds=${ROUNDS:-5}
port=${BENCH_PORT:-3079}
source bench/postgres.sh
source bench/load.sh

psql -qX -v ON_ERROR_STOP=1 <<'SQL'
create role anon nologin;
create role authenticator login noinherit;
-- What Convene gives its logins, and docs/data-api/use.md advises.
alter role authenticator set random_page_cost = 1.1;
grant anon to authenticator;
create table author (author_id int primary key, name text not null);
create table book (
  book_id   int primary key,
  author_id int not null references author,
  title     text not null,
  price     int not null
);
create index on book (author_id);
create table entry (
  entry_id bigint generated always as identity primary key,
  note     text not null
);
create table stock (item int primary key, amount int not null);
insert into author select n, 'author ' || n from generate_series(1, 1000) as n;
insert into book select n, n % 1000 + 1, 'book ' || n, n % 100 from generate_series(1, 100000) as n;
create function double(n int) returns int language sql immutable return n * 2;
alter table book enable row level security;
create policy everybody on book for select using (true);
grant select on author, book to anon;
grant select, insert, update on entry, stock to anon;
vacuum analyze;
SQL

PGRST_DB_URI="host=$dir user=authenticator dbname=postgres" PGRST_DB_ANON_ROLE=anon \
  PGRST_DB_POOL=16 PGRST_SERVER_PORT=$port PGRST_SERVER_MAX_BODY=4194304 RUST_LOG=warn \
  "${REST_SERVER:-target/release/rest-server}" &
server=$!
base=http://127.0.0.1:$port
peer_server=
if [ -n "${PEER:-}" ]; then
  DATABASE_URL="postgres://postgres@localhost/postgres?host=$dir" bash -c "exec $PEER" &
  peer_server=$!
  trap 'kill "$peer_server"; stop' EXIT
fi
for url in "$base" ${PEER_URL:-}; do
  until curl -sf -o /dev/null "$url/author?limit=1"; do sleep 0.05; done
done

python3 -c 'import json; print(json.dumps([{"item": n, "amount": n} for n in range(1000)]))' >"$dir/upsert.json"
echo '{"note":"x"}' >"$dir/insert.json"
echo '{"n":21}' >"$dir/rpc.json"
cat >"$dir/wrk.lua" <<'LUA'
wrk.path = os.getenv("TARGET")
local body = io.open(os.getenv("BODY"))
if body then
  wrk.method, wrk.body = "POST", body:read("a")
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Prefer"] = os.getenv("PREFER")
end
LUA

# script NAME SQL [SETTINGS]: the messages of the data API. One Sync ends them, and commits.
script() {
  cat >"$dir/$1.sql" <<SQL
\\startpipeline
select ${3:-}set_config('search_path', '"public", "public"', true), set_config('request.jwt.claims', '{"role":"anon"}', true), set_config('app.user_id', '', true), set_config('request.method', 'GET', true), set_config('request.path', '/', true), set_config('request.headers', '{"host":"127.0.0.1:$port"}', true), set_config('request.cookies', '{}', true), set_config('role', 'anon', true);
$2
\\endpipeline
SQL
}
gucs="nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), ''), nullif(current_setting('pgrst.merged', true), ''), null::text"
rows="null::bigint, count(*), coalesce(json_agg(_t.*), '[]'), $gucs"
reads="set_config('transaction_read_only', 'on', true), "
script key "select $rows from (select t0.* from public.book as t0 where t0.book_id = 4711) as _t;" "$reads"
script list "select $rows from (select t0.title, row_to_json(e1.*) as author from (select t0.title, t0.price, t0.author_id from public.book as t0 where t0.author_id = 7 order by t0.price desc limit 20) as t0 left join lateral (select t1.name from public.author as t1 where t1.author_id = t0.author_id) as e1 on true order by t0.price desc) as _t;" "$reads"
script insert "with s as (insert into public.entry (note) select b.note from (select '{\"note\":\"x\"}'::json as data) as p, lateral (select note from json_to_record(p.data) as _(note text)) as b returning 1) select null::bigint, count(*), '', $gucs from (select 1 from s) as _t;"
script upsert "with s as (insert into public.stock (item, amount) select b.item, b.amount from (select '$(cat "$dir/upsert.json")'::json as data) as p, lateral (select item, amount from json_to_recordset(p.data) as _(item int, amount int)) as b on conflict (item) do update set item = excluded.item, amount = excluded.amount returning 1) select null::bigint, count(*), '', $gucs from (select 1 from s) as _t;"
script rpc "with s as (select c.v from (select '{\"n\":21}'::json as data) as p, lateral (select * from json_to_record(p.data) as _(n int)) as b, lateral (select public.double(n := b.n) as v) as c) select null::bigint, count(*), coalesce(json_agg(_t.v) -> 0, 'null'), $gucs from (select v from s) as _t;" "$reads"

declare -A target=(
  [key]='/book?book_id=eq.4711'
  [list]='/book?select=title,author(name)&author_id=eq.7&order=price.desc&limit=20'
  [insert]='/entry' [upsert]='/stock' [rpc]='/rpc/double'
)

http() { # BASE CASE CLIENTS
  TARGET=$(sed -E 's#^[a-z]+://[^/]*##' <<<"$1")${target[$2]} BODY=$dir/$2.json PREFER=resolution=merge-duplicates load "$1" "$3" 1
}
sql() { # CASE CLIENTS: never more connections than the data API has
  pgbench -n -M prepared -U authenticator -c "$(($2 < 16 ? $2 : 16))" -j 1 -T "$seconds" \
    -f "$dir/$1.sql" | awk '/^tps/ {print $3}'
}

heading
for case in ${CASES:-key list insert upsert rpc}; do
  for n in $clients; do
    for _ in $(seq "$rounds"); do
      over_http=$(http "$base" "$case" "$n")
      in_sql=$(sql "$case" "$n")
      peer=0
      [ -z "${PEER_URL:-}" ] || read -r peer _ < <(http "$PEER_URL" "$case" "$n")
      echo "$over_http $in_sql $peer"
    done >"$dir/rounds"
    row "$case" "$n"
  done
done
