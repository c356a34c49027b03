#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: postgres.sh [-c NAME=VALUE]…
# A private PostgreSQL cluster: unix socket in a temporary folder, no TCP, gone when standard input
# ends, however whoever holds its other end dies. Prints "ready CONNINFO" when it serves; then reads
# lines, and answers each with "ready CONNINFO" or "stopped":
#   restart [-c NAME=VALUE]…   stop at once, as if it had crashed, and start with these settings
#   stop                       the same without the start
# The user postgres is its superuser and "ca" its database. Root runs it as the user postgres.
set -eu
settings="$*"
bin=${CA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$bin/initdb" ] || { echo "postgres.sh: no initdb in '$bin'" >&2; exit 1; }
# In memory where there is enough of it: what is synced is not what these tests wait for.
room=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)
if [ -w /dev/shm ] && [ "${room:-0}" -gt 2000000 ]; then base=/dev/shm; else base=/tmp; fi
dir=$(mktemp -d "$base/ca-pg.XXXXXX")
if [ "$(id -u)" = 0 ]; then
    chown postgres: "$dir"
    as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
else
    as() { "$@"; }
fi
cd "$dir"
stop() { as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true; }
start() {
    as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" \
        -o "-k $dir -c listen_addresses= -c dynamic_shared_memory_type=mmap $*" start >/dev/null 2>&1 </dev/null ||
        { cat "$dir/log" >&2; exit 1; }
}
trap 'stop; cd /; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP PIPE # the last: whoever asked is gone before its answer
as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb" 2>&1 ||
    { cat "$dir/initdb" >&2; exit 1; }
start $settings
as "$bin/createdb" -h "$dir" -U postgres ca
ready="ready host=$dir user=postgres dbname=ca"
echo "$ready"
while read -r command rest; do
    case $command in
    restart) stop; start $rest; echo "$ready" ;;
    stop) stop; echo stopped ;;
    *) echo "postgres.sh: no such command: $command" >&2; exit 1 ;;
    esac
done
