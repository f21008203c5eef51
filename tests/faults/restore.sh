#!/usr/bin/env bash
# Step 2 of "Restore" in docs/operations.md, for a PostgreSQL of one's own: a base backup, and a
# new server at a second that is past. Run it as the user of the server.
#
#   restore.sh backup PORT FOLDER               take a base backup of the server at PORT
#   restore.sh restore FOLDER ARCHIVE SECOND    make the backup a server that ends at SECOND
#
# Then start the server of FOLDER. It reads WAL from ARCHIVE until SECOND, and then accepts writes.
set -euo pipefail
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

case $1 in
  backup)
    "$bin/pg_basebackup" --host 127.0.0.1 --port "$2" --username postgres --pgdata "$3" \
      --wal-method stream --checkpoint fast
    ;;
  restore)
    touch "$2/recovery.signal"
    cat >>"$2/postgresql.auto.conf" <<CONF
restore_command = 'cp $3/%f %p'
recovery_target_time = '$4'
recovery_target_action = 'promote'
archive_mode = 'off'
CONF
    ;;
  *)
    sed -n 2,8p "$0"
    exit 2
    ;;
esac
