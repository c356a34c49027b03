-- rows: one
-- role: front signer
-- $1 id
SELECT id, endpoint_id, salt, hash, profile, subject, names, any_name, comment, created_at,
    created_by, expires_at, seal, used_at, request_id, revoked_at
FROM scep_challenge
WHERE id = $1::uuid
