-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 number, $4 the published one of the same entries, … It takes the place of
-- the one before. No row: octets are missing.
WITH dropped AS (
    DELETE FROM crl_ahead_chunk
    WHERE authority_id = $1::bigint AND shard = $2::integer AND number <> $3::bigint
)
INSERT INTO crl_ahead (authority_id, shard, number, beside, this_update, next_update, entries,
    size, sha256, node)
SELECT $1, $2, $3, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bytea, $10::text
WHERE $8 = (SELECT sum(octet_length(bytes)) FROM crl_ahead_chunk
            WHERE authority_id = $1 AND shard = $2 AND number = $3)
ON CONFLICT (authority_id, shard) DO UPDATE
SET number = excluded.number, beside = excluded.beside, this_update = excluded.this_update,
    next_update = excluded.next_update, entries = excluded.entries, size = excluded.size,
    sha256 = excluded.sha256, node = excluded.node
RETURNING number
