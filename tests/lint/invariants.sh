#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: invariants.sh ROOT. Each invariant I1 to I19 has a test that carries its number: iNN_ in
# tests/unit/*.c, test_iNN_ in tests/integration/*.py.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

# Numbers without a test, and why. Whoever writes the test takes the line out.
# (Of I10 the digest is tested; votes are not built. Of I15 challenges are not built.)
missing='
19 the journal of the signer is not built
'

# A static function that no list runs does not compile (-Wunused-function).
names=$(
    grep -hoE '^static void i[0-9]{2}_' tests/unit/*.c | grep -oE '[0-9]{2}'
    grep -hoE '^( {4})?def test_i[0-9]{2}_' tests/integration/*.py | grep -oE '[0-9]{2}'
)
for n in $(seq 1 19); do
    excused=$(echo "$missing" | grep -E "^$n ")
    if echo "$names" | grep -qx "$(printf '%02d' "$n")"; then
        [ -z "$excused" ] || say "I$n has a test now: take it off the list of invariants.sh"
    else
        [ -n "$excused" ] || say "I$n has no test"
    fi
done
finish
