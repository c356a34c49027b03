#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: embed_sql.sh ROOT. What EmbedSql and EmbedMigrations have to take and to refuse.
root=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

embed() { # SCRIPT FILE...
    script=$1
    shift
    cmake -D "OUT=$dir/out" "-DIN=$(echo "$@" | tr ' ' ';')" -P "$root/cmake/$script.cmake" >"$dir/log" 2>&1
}
query() { # taken|refused TEXT
    printf '%b' "$2" >"$dir/q.sql"
    if embed EmbedSql "$dir/q.sql"; then is=taken; else is=refused; fi
    [ $is = "$1" ] || { echo "$is: $2"; bad=1; }
}
query taken '-- rows: one\n-- role: front\nSELECT $1\n'
query taken '-- rows: none\n-- role: front signer owner\n-- words\nSELECT 1\n'
query taken '-- rows: copy\n-- role: owner\n-- plan: custom\nSELECT 1\n'
query refused 'SELECT 1\n'
query refused '-- rows: few\n-- role: front\nSELECT 1\n'
query refused '-- rows: one\n-- role: public\nSELECT 1\n'
query refused '-- rows: one\n-- role: front, signer\nSELECT 1\n'
query refused '-- role: front\n-- rows: one\nSELECT 1\n'
query refused '-- rows: one\n-- role: front\n-- plan: generic\nSELECT 1\n'
query refused '-- rows: one\n-- role: front\n-- cache: yes\nSELECT 1\n'
query refused '-- rows: one\n-- role: front\nSELECT 1; SELECT 2\n'

migrations() { # taken|refused NAME...
    want=$1
    shift
    files=
    for name in "$@"; do
        echo 'SELECT 1;' >"$dir/$name.sql"
        files="$files $dir/$name.sql"
    done
    if embed EmbedMigrations $files; then is=taken; else is=refused; fi
    [ $is = "$want" ] || { echo "$is: $*"; bad=1; }
}
migrations taken 0001_one 0002_two
migrations taken 0002_two 0001_one
migrations taken 0001_one 0003_three
migrations refused 0001_one 0001_other
migrations refused 0000_zero
migrations refused one
exit $bad
