#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: actions.sh ROOT. Each action that the audit log can have stands in the table of
# docs/reference/audit.md, and each row of the table in the code.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

rows=$(sed -nE '/^\| action /,/^$/p' docs/reference/audit.md | sed -nE 's/^\| (`[^|]*`) \|.*/\1/p' | grep -oE '[a-z_]+\.[a-z_]+')
nouns=$(echo "$rows" | cut -d. -f1 | sort -u | tr '\n' '|')

# "noun.verb" is an action in the dispatcher's table, in a line that says so, and wherever the noun
# is that of another action; the rules of findings have nouns of their own.
literals=$(c_files | grep -E '^(ca/|api/finalize)' | code | grep -v '#include' | grep -E '"[a-z_]+\.[a-z_]+"')
named=$(echo "$literals" | grep -E "^ca/dispatch|action|\"(${nouns%|})\\." | grep -oE '"[a-z_]+\.[a-z_]+"' | tr -d '"')
[ -n "$named" ] || say 'ca/ names no action: the pattern of actions.sh does not fit'
for action in $(echo "$named" | sort -u); do
    echo "$rows" | grep -qx "$action" || say "'$action' has no row in docs/reference/audit.md"
done
for action in $rows; do
    echo "$named" | grep -qx "$action" || say "docs/reference/audit.md: nothing does '$action'"
done
finish
