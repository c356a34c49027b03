-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 number, $4 sequence
SELECT bytes
FROM crl_ahead_chunk
WHERE authority_id = $1::bigint AND shard = $2::integer AND number = $3::bigint
    AND sequence = $4::integer
