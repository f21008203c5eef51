# How the benchmarks of the data API measure: sourced after postgres.sh, not run.
#
# Needs $seconds, $dir/wrk.lua, and the data API's process id in $server.
ticks() { awk '{print $14 + $15}' "/proc/$server/stat"; }
# Requests per second, and microseconds of the data API's own CPU for one.
load() { # url clients threads
  local before after
  before=$(ticks)
  wrk -t "$3" -c "$2" -d "${seconds}s" -s "$dir/wrk.lua" "$1" >"$dir/wrk"
  after=$(ticks)
  grep -E 'Non-2xx|Socket errors' "$dir/wrk" >&2 || true
  awk -v t="$((after - before))" \
    '/requests in/ {n = $1} /^Requests\/sec/ {r = $2} END {print r, n ? t * 10000 / n : 0}' "$dir/wrk"
}
# The faster of two rounds, with what goes with it.
faster() { # rate cpu rate cpu
  awk -v a="$1" -v c="$2" -v b="$3" -v d="$4" 'BEGIN {print (b > a ? b " " d : a " " c)}'
}
