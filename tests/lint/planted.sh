#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: planted.sh ROOT. Each lint finds what is planted for it in a copy of the tree, and says
# where; a lint that cannot fail is none.
set -u
root=$(cd "$1" && pwd)
lint=$root/tests/lint
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
bad=0
plants=0

. "$lint/common.sh"
cd "$root" || exit 2
{ files; find tests/data -type f; } | tar -cf - -T - | tar -xf - -C "$copy"
cd "$copy" || exit 2

# plant LINT FILE EXPECTED TEXT: with TEXT behind FILE's end, LINT fails and prints each line of
# EXPECTED.
plant() {
    local name=$1 file=$2 expected=$3 text=$4 before=
    [ ! -e "$file" ] || { before=$(mktemp -p "$copy" .before.XXXXXX) && cp -p "$file" "$before"; }
    mkdir -p "$(dirname "$file")"
    printf '%b\n' "$text" >>"$file"
    judge "$name" "$expected" "'$text' in $file"
    if [ -n "$before" ]; then mv "$before" "$file"; else rm -f "$file"; fi
}

# without LINT FILE EXPECTED: once FILE is gone, LINT fails and prints EXPECTED.
without() {
    mv "$2" "$copy/.gone"
    judge "$1" "$3" "without $2"
    mv "$copy/.gone" "$2"
}

judge() { # LINT EXPECTED WHAT
    local said line rc
    plants=$((plants + 1))
    said=$("$lint/$1.sh" "$copy" 2>&1)
    rc=$?
    if [ $rc -eq 0 ]; then
        echo "$1 passes: $3"
        bad=1
        return
    fi
    [ $rc -ne 77 ] || return # it has not its tool
    while IFS= read -r line; do
        grep -qF -- "$line" <<<"$said" && continue
        echo "$1 does not say '$line': $3"
        printf '%s\n' "$said"
        bad=1
    done <<<"$2"
}

c='/* SPDX-License-Identifier: Apache-2.0 */\n'
calls='strcpy(a, b)|strcat(a, b)|sprintf(a, b)|vsprintf(a, b, c)|strtok(a, b)|atoi(a)|atol(a)|system(a)|popen(a, b)
alloca(3)|gets(a)|clock_gettime(a, b)|time(NULL)|gettimeofday(a, b)|d2i_X509_REQ(a, b, c)|OSSL_DECODER_from_data(a)'
calls=$(tr '|' '\n' <<<"$calls")
expected=$(nl -ba -v2 -w1 -s':    x = ' <<<"$calls" | sed 's|^|ca/planted.c:|')
plant banned ca/planted.c "$expected" "$c$(sed 's/^/    x = /' <<<"$calls")"
plant banned tests/unit/planted.c tests/unit/planted.c:3 "$c/* a\n comment */ strcpy(a, b);"
plant spdx ca/planted.c ca/planted.c 'int x;'
plant spdx tests/planted 'tests/planted: no SPDX line' '#!/bin/sh\ntrue'
plant words ca/signer.c ca/signer.c: '/* TO''DO later */'
plant words docs/planted.md docs/planted.md:1 'see FIX''ME'
plant words tests/planted.sh tests/planted.sh:1 'cd /wo''rk/main'
plant words console/package-lock.json console/package-lock.json:1 'https://registry.npm''js.org/x'
plant headers ca/planted.h 'ca/planted.h: no #pragma once' "${c}int x(void);"
plant headers ca/planted.h 'ca/planted.h: an umbrella' "$c#pragma once\n#include \"base/rc.h\"\n#include \"base/buf.h\""
plant headers ca/planted.c ca/planted.c "$c#include <microhttpd.h>"
plant headers policy/planted.c policy/planted.c:2 "${c}x = ca_time_now();"
plant headers policy/planted.c policy/planted.c:2 "$c#include \"base/file.h\""
plant headers db/planted.c db/planted.c:2 "${c}CA_LOG(CA_LOG_INFO, \"x\");"
plant layers policy/planted.c 'policy/ must not include db/db.h' "$c#include \"db/db.h\""
plant layers api/planted.c 'api/ must not include ca/wire.h' "$c#include \"ca/wire.h\""
plant layers ca/planted.c 'ca/ must not include <libpq-fe>' "$c#include <libpq-fe.h>"
plant layers api/planted.c 'api/ must not include hsm/hsm_internal.h' "$c#include \"hsm/hsm_internal.h\""
plant format ca/planted.c ca/planted.c "${c}int  x ;"
plant problems ca/planted.c "'no-such-problem' has no row" "${c}return CA_FAIL_AS(err, CA_DENIED,\n   \"no-such-problem\", \"x\");"
plant problems docs/reference/problems/planted.md planted.md '# Planted'
without problems docs/reference/problems/policy.md 'problems/policy.md is missing'
plant actions ca/planted.c "'cat.feed' has no row in docs/reference/audit.md" "${c}x.action = \"cat.feed\";"
plant docs docs/planted.md 'docs/planted.md: the link nowhere.md leads nowhere' '[x](nowhere.md)'
plant docs docs/planted.md 'README.md has no heading #no-such' '[x](../README.md#no-such)'
plant docs docs/planted.md "docs/planted.md:2: no command 'cactl cart list'" '```\n$ cactl cart list\n```'
plant docs docs/planted.md "docs/planted.md:2: 'cactl cert list' has no flag --colour" '```\n$ cactl cert list --colour x\n```'
plant docs docs/planted.md "docs/planted.md:2: 'ca-server init' has no flag --organisation" '```\n$ ca-server init --organisation x\n```'
plant docs docs/reference/problems/planted.md 'docs/reference/problems.md does not link planted.md' '# Planted'
plant scripts tests/planted.sh 'tests/planted.sh: does not parse' '#!/bin/sh\nif true'
plant scripts tests/planted.sh 'tests/planted.sh: cannot be run' '#!/bin/sh\ntrue'
plant scripts tests/planted.py 'tests/planted.py: does not parse' 'def x(:'
plant sql db/queries/planted.sql 'db/queries/planted.sql: no rows' 'SELECT 1'
plant sql db/queries/planted.sql 'db/queries/planted.sql: no role' '-- rows: one\nSELECT 1'
plant sql db/migrations/9999_planted.sql 'table planted has no COMMENT' 'CREATE TABLE planted ('
plant sql ca/planted.c ca/planted.c:2 "${c}x = \"SELECT 1\";"
# Invariant 19 is excused; the test of another is taken away, and one of its own is written.
plant invariants tests/unit/planted.c 'I19 has a test now' 'static void i19_planted(void **state)'
grep -rlE '(void |def test_)i?18_|i18_' tests/unit tests/integration | xargs sed -i -E 's/i18_/w18_/g'
judge invariants 'I18 has no test' 'no test of I18'

echo "$plants plants"
exit $bad
