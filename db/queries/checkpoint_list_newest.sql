-- rows: many
-- role: front
-- plan: custom
-- $1 chain, $2 id of the last row seen: NULL is any; $3 most rows
SELECT id, chain, size, root, at, key, note
FROM audit_checkpoint
WHERE ($1::text IS NULL OR chain = $1) AND ($2::bigint IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3::bigint
