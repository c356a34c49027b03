#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: docs.sh ROOT. In *.md each relative link leads somewhere (anchors too), each command of cactl
# and ca-server in a fenced block has a verb and flags that docs/man knows (which other tests hold to
# the tables in the programs), and the index of the problems has each page.
. "$(dirname "$0")/common.sh"
reader=$(cd "$(dirname "$0")" && pwd)/docs.py
cd "$1" || exit 2
command -v python3 >/dev/null || exit 77

files -name '*.md' | python3 "$reader" || say 'docs.py: see above'

index=docs/reference/problems.md
[ -f "$index" ] || say "$index is missing"
for page in docs/reference/problems/*.md; do
    name=$(basename "$page")
    grep -qF "](problems/$name)" "$index" || say "$index does not link $name"
done
finish
