#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: format.sh ROOT. Sources are as clang-format 14 writes them. 77: there is only another one,
# which would write them differently.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

for tool in clang-format-14 clang-format; do
    "$tool" --version 2>/dev/null | grep -q 'version 14\.' && break
    tool=
done
[ -n "$tool" ] || { echo 'no clang-format 14'; exit 77; }

out=$(mktemp)
# It may crash on a table with nested braces: that one stands between "clang-format off" and "on".
c_files | xargs -r -n 40 -P 2 "$tool" --dry-run --Werror --ferror-limit=1 >"$out" 2>&1 || say 'not formatted:'
grep -E 'error:|Program arguments' "$out"
rm -f "$out"
finish
