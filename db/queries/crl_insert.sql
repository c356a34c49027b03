-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 number, … No row: this number or a higher one is published. The
-- sequence's row decides, because its check is made again after a wait for its lock.
WITH next AS (
    UPDATE crl_scope
    SET published = $3::bigint
    WHERE authority_id = $1::bigint AND shard = $2::integer AND published < $3
    RETURNING authority_id
)
INSERT INTO crl (authority_id, shard, number, base_number, this_update, next_update, entries, size,
    sha256, node)
SELECT authority_id, $2, $3, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bytea,
    $10::text
FROM next
RETURNING id
