#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: tidy.sh BUILD [FILE...]. clang-tidy 14, one file a run, and cppcheck. Without FILE: what
# differs from the main branch; "all" instead of a FILE: every source of the product. Takes some
# seconds a file, so it is no part of ctest. BUILD has the compile_commands.json.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 1 ] && [ -f "$1/compile_commands.json" ] || { sed -n '3,5s/^# //p' "$0"; exit 2; }
build=$(cd "$1" && pwd)
shift
cd "$root" || exit 2

case ${1:-} in
all) mapfile -t list < <(find base hsm db policy ca api ca-server cactl -name '*.c' | LC_ALL=C sort) ;;
'') mapfile -t list < <({ git diff --name-only --diff-filter=d main -- '*.c' && git ls-files -o --exclude-standard '*.c'; } | sort -u) ;;
*) list=("$@") ;;
esac
[ ${#list[@]} -gt 0 ] || { echo 'nothing to look at'; exit 0; }

tool=$(command -v clang-tidy-14 || command -v clang-tidy) || { echo 'no clang-tidy'; exit 2; }
bad=0
# Findings of function-size and cognitive-complexity are printed and fail nothing (.clang-tidy).
printf '%s\0' "${list[@]}" |
    xargs -0 -n 1 -P "$(nproc)" "$tool" --quiet -p "$build" 2>/dev/null || bad=1

# unknownMacro and the like say what cppcheck does not understand, not what is wrong.
printf '%s\n' "${list[@]}" |
    cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --suppress=memleak \
        --suppress='*:/usr/*' -D_GNU_SOURCE -I "$root" --error-exitcode=1 -j "$(nproc)" --file-list=- || bad=1
exit $bad
