#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: scripts.sh ROOT. Scripts parse, can be run, and shellcheck (where it is installed) has no
# warning.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

check_shell() { # SHELL FILE
    "$1" -n "$2" || say "$2: does not parse"
    command -v shellcheck >/dev/null || return 0
    shellcheck -x -S warning "$2" || say "$2: shellcheck"
}

for file in $(files); do
    first=$(head -c 64 "$file" | head -n 1 | tr -d '\0')
    case $first in
    '#!'*bash*) check_shell bash "$file" ;;
    '#!'*/sh*) check_shell sh "$file" ;;
    '#!'*python*) ;;
    '#!'*) say "$file: whose script is '$first'?" ;;
    esac
    case $first in '#!'*) [ -x "$file" ] || say "$file: cannot be run" ;; esac
    case $first,$file in
    '#!'*python*,* | *,*.py)
        python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], "rb").read(), sys.argv[1])' "$file" 2>/dev/null ||
            say "$file: does not parse"
        ;;
    esac
done
finish
