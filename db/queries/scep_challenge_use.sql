-- rows: one
-- role: signer
-- $1 id, $2 now, $3 request. Compare-and-set: no row means that it is used, revoked or expired.
UPDATE scep_challenge
SET used_at = $2::bigint, request_id = $3::uuid
WHERE id = $1::uuid AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2::bigint
RETURNING 1
