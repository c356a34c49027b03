-- rows: one
-- role: signer
-- $1 authority, $2 shard. Answers the number, and thisUpdate of the newest complete CRL or NULL.
INSERT INTO crl_scope AS c (authority_id, shard, reserved)
SELECT id, $2::integer, crl_number + 1 FROM authority WHERE id = $1::bigint
ON CONFLICT (authority_id, shard) DO UPDATE SET reserved = c.reserved + 1
RETURNING reserved,
    (SELECT this_update FROM crl
     WHERE authority_id = $1 AND shard = $2 AND base_number IS NULL
     ORDER BY number DESC LIMIT 1)
