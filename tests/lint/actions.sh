#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: actions.sh ROOT. Each action that the audit log can have stands in the table of
# docs/reference/audit.md, and each row of the table in the code.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

# In ca/ only actions have the form "noun.verb"; the front has two of its own.
named=$(
    c_files | grep '^ca/' | code | grep -v '#include' | grep -oE '"[a-z]+\.[a-z]+"' | tr -d '"'
    code <<FILE | grep -oE '"(http|login)\.[a-z]+"' | tr -d '"'
api/finalize.c
FILE
)
rows=$(sed -nE '/^\| action /,/^$/p' docs/reference/audit.md | sed -nE 's/^\| (`[^|]*`) \|.*/\1/p' | grep -oE '[a-z]+\.[a-z]+')
[ -n "$named" ] || say 'ca/ names no action: the pattern of actions.sh does not fit'
for action in $(echo "$named" | sort -u); do
    echo "$rows" | grep -qx "$action" || say "'$action' has no row in docs/reference/audit.md"
done
for action in $rows; do
    echo "$named" | grep -qx "$action" || say "docs/reference/audit.md: nothing does '$action'"
done
finish
