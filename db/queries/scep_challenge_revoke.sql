-- rows: one
-- role: signer
-- $1 id, $2 now. Compare-and-set: no row means that it is used or revoked.
UPDATE scep_challenge
SET revoked_at = $2::bigint
WHERE id = $1::uuid AND used_at IS NULL AND revoked_at IS NULL
RETURNING 1
