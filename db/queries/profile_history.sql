-- rows: many
-- role: front signer
-- $1 name, $2 limit
SELECT a.name, a.version, a.at, a.activated_by, a.approval_id, a.comment, a.seal, a.sequence,
    coalesce(o.name, ''), v.yaml
FROM profile_activation a
LEFT JOIN operator o ON o.id = a.activated_by
LEFT JOIN profile_version v ON v.version = a.version
WHERE a.name = $1::text
ORDER BY a.sequence DESC
LIMIT $2::bigint
