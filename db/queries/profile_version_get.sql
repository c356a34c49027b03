-- rows: one
-- role: front signer
-- $1 version
SELECT v.version, v.name, v.yaml, v.created_at, v.created_by, v.comment, coalesce(o.name, '')
FROM profile_version v
LEFT JOIN operator o ON o.id = v.created_by
WHERE v.version = $1::bytea
