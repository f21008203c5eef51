#!/bin/bash
# How long a search takes: random questions to api.search_offerings and api.search_providers as an
# anonymous caller, beside plain SQL of the same plan, in one session of one database.
#
#   bench/search.sh
#   PROVIDERS=20000 QUESTIONS=400 bench/search.sh
#
# Needs PostgreSQL's binaries. A question has a random half of what can be asked, in any order. The
# load of the machine is printed, because times of a busy one say nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
providers=${PROVIDERS:-20000} questions=${QUESTIONS:-400}
source bench/postgres.sh

psql -qX -v ON_ERROR_STOP=1 -f sql/install.sql >/dev/null
psql -qX -v ON_ERROR_STOP=1 -v providers="$providers" -f bench/search.sql >/dev/null
echo "$((providers * 5)) offerings of $providers providers"
uptime
psql -qXAt -v ON_ERROR_STOP=1 -v questions="$questions" -f bench/search_questions.sql
uptime
