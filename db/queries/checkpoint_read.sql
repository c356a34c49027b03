-- rows: many
-- role: signer
-- $1 chain, $2 longer than this, $3 most rows
SELECT id, chain, size, root, at, key, note
FROM audit_checkpoint
WHERE chain = $1::text AND size > $2::bigint
ORDER BY size
LIMIT $3::bigint
