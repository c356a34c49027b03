-- rows: one
-- role: signer
-- $1 authority, $2 parts. No row: it has as many by now.
UPDATE authority
SET crl_shards = $2::integer
WHERE id = $1::bigint AND crl_shards > 0 AND crl_shards < $2
RETURNING id
