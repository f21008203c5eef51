#!/bin/bash
# What a beacon of progress, a completed lesson and the pages of a course of 500 lessons cost with
# 10 and with 10,000 people in it, asked by the same ten: milliseconds in the median, one client, in
# the database alone.
#
#   bench/courses.sh
#   ENROLLED="10 1000" SECONDS_EACH=2 bench/courses.sh
#
# Needs PostgreSQL's binaries with pgbench. `page` is chapters, lessons and texts as one JSON, as a
# learner reads them; `list` the same without texts, as a stranger does; `progress` a learner's rows.
set -euo pipefail
cd "$(dirname "$0")/.."
enrolled=${ENROLLED:-10 10000} seconds=${SECONDS_EACH:-5}
source bench/postgres.sh
psql() { command psql -qXAt -v ON_ERROR_STOP=1 "$@"; }

# A script of pgbench: what a learner (or anon) does in one transaction, as the data API asks it.
case_of() { # name role statement
  cat >"$dir/$1.sql" <<SQL
\set who random(1, 10)
\set lesson 2 * random(1, 250)
begin;
select set_config('role', '$2', true),
       set_config('app.user_id', case '$2' when 'anon' then ''
         else '00000002-0000-7000-8000-' || lpad(:who::text, 12, '0') end, true);
$3;
commit;
SQL
}
lesson="('00000005-0000-7000-8000-' || lpad((:lesson - :odd)::text, 12, '0'))"
beacon() { echo "select api.save_progress(jsonb_build_object('lesson_id', ${lesson/:odd/$1}, $2))"; }
pages='select json_agg(c) from (select c.*, (select json_agg(l) from (select L from fitness."Lesson"
  as l where l."chapterId" = c.id order by l.position) as l) as lessons
  from fitness."Chapter" as c order by c.position) as c'
case_of beacon authenticated "$(beacon 0 "'watch_pct', 50")"
case_of watched authenticated "$(beacon 1 "'watch_pct', random() * 99")"
case_of completed authenticated "$(beacon 1 "'is_completed', true")"
case_of page authenticated "${pages/select L from/select * from}"
case_of list anon "${pages/select L from/select id, title, position, \"isPublished\" from}"
case_of progress authenticated 'select json_agg(p) from fitness."LessonProgress" as p'

echo "case enrolled ms"
for n in $enrolled; do
  psql -d postgres -c 'drop database if exists bench' -c 'create database bench'
  psql -d bench -f sql/install.sql >/dev/null
  psql -d bench -v enrolled="$n" -f bench/courses.sql >/dev/null
  for name in beacon watched completed page list progress; do
    "$bin/pgbench" -n -d bench -D "enrolled=$n" -T "$seconds" -c 1 -f "$dir/$name.sql" \
      -l --log-prefix="$dir/$name.$n" >/dev/null 2>&1
    ms=$(cut -d' ' -f3 "$dir/$name.$n".* | sort -n |
      awk '{ us[NR] = $1 } END { printf "%.2f", us[int((NR + 1) / 2)] / 1000 }')
    echo "$name $n $ms"
  done
done
