#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: sql.sh ROOT. Statements live in db/queries/ alone, each with rows and role on top; each table
# of a migration has its comment.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

for file in db/queries/*.sql; do
    sed -n 1p "$file" | grep -qE '^-- rows: (none|one|many|copy)$' || say "$file: no rows on its first line"
    sed -n 2p "$file" | grep -qE '^-- role: (front|signer|owner)( (front|signer|owner))*$' || say "$file: no role on its second line"
done
for table in $(cat db/migrations/*.sql | sed -nE 's/^CREATE TABLE ([a-z_]+) \(.*/\1/p'); do
    cat db/migrations/*.sql | grep -qE "^COMMENT ON TABLE $table " || say "table $table has no COMMENT"
done
# dev makes its own cluster, as its owner.
refuse "$(product_files | grep -v '^ca-server/dev' | code)" '(SELECT|INSERT INTO|UPDATE|DELETE FROM) ' \
    'SQL comes from db/queries/ only'
finish
