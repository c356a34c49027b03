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

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$1" __man --dir "$made" || bad=1
for page in ca-server.8 ca-server.yaml.5; do
    same "$2/docs/man/$page" cat "$made/$page"
    command -v mandoc >/dev/null || continue
    # Whether the pages that are referred to are installed is no matter of this one.
    said=$(mandoc -Tlint "$made/$page" | grep -v 'referenced manual not found') && echo "$said" && bad=1
done
exit $bad
