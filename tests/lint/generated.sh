#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: generated.sh PROGRAM ROOT. What is printed from tables in the program is what is committed.
bad=0
same() {
    file=$1
    shift
    "$@" | cmp -s - "$file" && return
    echo "$file is not what '$*' prints"
    bad=1
}
same "$2/deploy/ca-server.yaml" "$1" config sample
same "$2/docs/reference/configuration.md" "$1" config reference
exit $bad
