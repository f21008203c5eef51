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
# The two sides take turns: a busy machine slows both rounds of a pair, so that the median of the
# pairs' ratios says more than two rates from different minutes.
median() { sort -g | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'; }
# The medians of $dir/rounds, whose lines are: rate over HTTP, CPU, rate of pgbench, of a peer.
row() { # name clients
  local column medians=()
  for column in '$1' '$3' '$1 / $3' '$2' ${PEER_URL:+'$4'}; do
    medians+=("$(awk "{print $column}" "$dir/rounds" | median)")
  done
  printf "%-7s %7d %9.0f %10.0f %6.2f %7.0f${PEER_URL:+ %8.0f}\n" "$1" "$2" "${medians[@]}"
}
heading() {
  printf "%-7s %7s %9s %10s %6s %7s${PEER_URL:+ %8s}\n" \
    case clients http/s pgbench/s ratio 'cpu µs' ${PEER_URL:+peer/s}
}
