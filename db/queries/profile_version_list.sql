-- rows: many
-- role: front signer
-- $1 name, $2 limit
SELECT v.version, v.name, v.yaml, v.created_at, v.created_by, v.comment, coalesce(o.name, '')
FROM profile_version v
LEFT JOIN operator o ON o.id = v.created_by
WHERE v.name = $1::text
ORDER BY v.created_at DESC, v.version
LIMIT $2::bigint
