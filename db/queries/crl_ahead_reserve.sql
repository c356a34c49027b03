-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 how far above the regular numbers. Never the same twice; the regular
-- ones follow it once it is published (crl_ahead_publish).
UPDATE crl_scope
SET ahead = greatest(coalesce(ahead, 0) + 1, reserved + $3::bigint)
WHERE authority_id = $1::bigint AND shard = $2::integer
RETURNING ahead
