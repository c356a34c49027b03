-- rows: one
-- role: signer
-- $1 id, $2 time, $3 seal. Compare-and-set; no row: it is revoked already.
UPDATE credential
SET revoked_at = $2::bigint, seal = $3::bytea
WHERE id = $1::uuid AND revoked_at IS NULL
RETURNING id
