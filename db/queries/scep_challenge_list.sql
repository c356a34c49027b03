-- rows: many
-- role: front
-- $1 endpoint, $2 ids below this one (NULL: from the newest), $3 most rows.
SELECT id, endpoint_id, salt, hash, profile, subject, names, any_name, comment, created_at,
    created_by, expires_at, seal, used_at, request_id, revoked_at
FROM scep_challenge
WHERE endpoint_id = $1::uuid AND ($2::uuid IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3::bigint
