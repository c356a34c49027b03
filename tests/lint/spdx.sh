#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: spdx.sh ROOT. Every source names its licence in its first lines: what is compiled or run.
# Statements have rows and role on top instead, profiles and settings are data.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

for file in $(files); do
    case $file in
    *.[ch] | *.py | *.sh | *.cmake | */CMakeLists.txt | CMakeLists.txt | db/migrations/*.sql | *.service | *.socket) ;;
    *) [ "$(head -c 2 "$file")" = '#!' ] || continue ;;
    esac
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2\.0' || say "$file: no SPDX line"
done
finish
