#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: problems.sh ROOT. Each problem that the code names has a row in api/problem.c, each row has
# a page in docs/reference/problems/, and each page a row.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

# Between two parts of one process: these never leave it.
internal='repeated'

rows=$(sed -nE 's/^ *\{\{"([a-z-]+)", [0-9]{3}, ".*/\1/p' api/problem.c)
[ -n "$rows" ] || say 'api/problem.c: no rows'
has_row() { echo "$rows" | grep -qx -- "$1"; }

# A CA_FAIL_AS may be broken over two lines. cactl's are its own: they become exit codes.
named=$(product_files | grep -v '^cactl/' | code | sed 's/^[^:]*:[0-9]*://' | tr '\n' ' ' |
    grep -oE '(CA_FAIL_AS\([^,;]*, *CA_[A-Z_]+, *|err->problem, sizeof\(err->problem\), *)"[a-z-]+"' |
    sed -E 's/.*"([a-z-]+)"$/\1/' | sort -u)
[ -n "$named" ] || say 'nothing names a problem: the pattern of problems.sh does not fit'
for problem in $named; do
    case " $internal " in *" $problem "*) continue ;; esac
    has_row "$problem" || say "'$problem' has no row in api/problem.c"
done
for problem in $rows; do
    [ -f "docs/reference/problems/$problem.md" ] || say "docs/reference/problems/$problem.md is missing"
done
for page in docs/reference/problems/*.md; do
    has_row "$(basename "$page" .md)" || say "$page is about no row of api/problem.c"
done
finish
