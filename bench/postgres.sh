# A private Postgres for the benchmarks beside this file: sourced, not run.
#
# Sets $dir, a scratch folder; exports PGHOST, PGUSER and PGDATABASE; stops and removes all of
# it, and whatever `$server` is the process id of, when the script ends.
bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)}
dir=$(mktemp -d)
server=
as=()
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; as=(runuser -u postgres --); fi
stop() {
  [ -z "$server" ] || kill "$server" || true
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null || true
  rm -rf "$dir"
}
trap stop EXIT

"${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust >/dev/null
# Commits do not wait for the disk: it would hide what the code costs, on both sides.
"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" start -o "-k $dir \
  -c listen_addresses= -c max_connections=200 -c synchronous_commit=off -c shared_buffers=1GB \
  -c max_wal_size=8GB ${PG_OPTIONS:-}" >/dev/null
export PGHOST=$dir PGUSER=postgres PGDATABASE=postgres
