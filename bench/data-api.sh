#!/bin/bash
# The data API beside pgbench: the same SQL under the same role and claims, in the same run.
#
#   bench/data-api.sh            needs PostgreSQL's binaries, pgbench and `hey`
#   SECONDS_EACH=10 CLIENTS="1 8 64" bench/data-api.sh
#
# A private server is started and removed. Prints requests per second, and the ratio.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-5}
clients=${CLIENTS:-"1 8 64"}
bin=${PG_BIN:-/usr/lib/postgresql/15/bin}
server=${REST_SERVER:-target/release/rest-server}
port=${BENCH_PORT:-3079}
dir=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; as=(runuser -u postgres --); fi
rest=
stop() {
  [ -z "$rest" ] || kill "$rest" || true
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null || true
  rm -rf "$dir"
}
trap stop EXIT

"${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" start \
  -o "-k $dir -c listen_addresses= -c max_connections=200 -c synchronous_commit=off" >/dev/null
export PGHOST=$dir PGUSER=postgres PGDATABASE=postgres
psql -qX -v ON_ERROR_STOP=1 <<'SQL'
create role anon nologin;
create role authenticator login noinherit;
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
  PGRST_DB_POOL=16 PGRST_SERVER_PORT=$port PGRST_SERVER_MAX_BODY=4194304 RUST_LOG=warn "$server" &
rest=$!
until curl -sf -o /dev/null "http://127.0.0.1:$port/author?limit=1"; do sleep 0.05; done

claims='{"role":"anon"}'
rows=$(python3 -c 'import json; print(json.dumps([{"item": n, "amount": n} for n in range(1000)]))')
printf '%s' "$rows" >"$dir/rows.json"

# script NAME BEGIN SQL: the same transaction as the data API's.
script() {
  cat >"$dir/$1.sql" <<SQL
\\startpipeline
begin isolation level read committed $2;
select set_config('search_path', '"public", "public"', true), set_config('request.jwt.claims', '$claims', true), set_config('app.user_id', '', true), set_config('request.method', 'GET', true), set_config('request.path', '/', true), set_config('request.headers', '{}', true), set_config('request.cookies', '{}', true), set_config('role', 'anon', true);
$3
commit;
\\endpipeline
SQL
}
answer="count(_t), coalesce(json_agg(_t), '[]'), nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), '')"
script key 'read only' "select null::bigint, $answer from (select t0.* from public.book as t0 where t0.book_id = 4711) as _t;"
script list 'read only' "select null::bigint, $answer from (select t0.title, row_to_json(e1.*) as author from public.book as t0 left join lateral (select t1.name from public.author as t1 where t1.author_id = t0.author_id) as e1 on true where t0.author_id = 7 order by t0.price desc limit 20) as _t;"
script insert 'read write' "with s as (insert into public.entry (note) select b.note from (select '{\"note\":\"x\"}'::json as data) as p, lateral (select note from json_to_record(p.data) as _(note text)) as b returning 1) select null::bigint, count(_t), '' from (select 1 from s) as _t;"
script upsert 'read write' "with s as (insert into public.stock (item, amount) select b.item, b.amount from (select '$rows'::json as data) as p, lateral (select item, amount from json_to_recordset(p.data) as _(item int, amount int)) as b on conflict (item) do update set item = excluded.item, amount = excluded.amount returning 1) select null::bigint, count(_t), '' from (select 1 from s) as _t;"
script rpc 'read only' "with s as (select c.v from (select '{\"n\":21}'::json as data) as p, lateral (select * from json_to_record(p.data) as _(n int)) as b, lateral (select public.double(n := b.n) as v) as c) select null::bigint, count(_t), coalesce(json_agg(_t.v) -> 0, 'null') from (select v from s) as _t;"

base=http://127.0.0.1:$port
json=(-T application/json -m POST)
request() {
  case $1 in
    key) echo "$base/book?book_id=eq.4711" ;;
    list) echo "$base/book?select=title,author(name)&author_id=eq.7&order=price.desc&limit=20" ;;
    insert) echo "${json[@]}" -d '{"note":"x"}' "$base/entry" ;;
    upsert) echo "${json[@]}" -H Prefer:resolution=merge-duplicates -D "$dir/rows.json" "$base/stock" ;;
    rpc) echo "${json[@]}" -d '{"n":21}' "$base/rpc/double" ;;
  esac
}

printf '%-8s %8s %12s %12s %8s\n' case clients http/s pgbench/s ratio
for case in key list insert upsert rpc; do
  for n in $clients; do
    # shellcheck disable=SC2046
    hey -z 1s -c "$n" $(request "$case") >/dev/null
    # shellcheck disable=SC2046
    hey -z "${seconds}s" -c "$n" $(request "$case") >"$dir/hey"
    http=$(awk '/Requests\/sec/ {print $2}' "$dir/hey")
    bad=$(awk '/^  \[[345]/ {print $0}' "$dir/hey")
    [ -z "$bad" ] || echo "not all were answered: $bad"
    sql=$(pgbench -n -M prepared -U authenticator -c "$((n < 16 ? n : 16))" -j 2 -T "$seconds" \
      -f "$dir/$case.sql" | awk '/^tps/ {print $3}')
    awk -v c="$case" -v n="$n" -v a="$http" -v b="$sql" \
      'BEGIN {printf "%-8s %8d %12.0f %12.0f %8.2f\n", c, n, a, b, a / b}'
  done
done
