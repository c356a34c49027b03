-- rows: one
-- role: signer
-- $1 id, $2 authority, $3 shard, $4 number, … No row: this number or a higher one is published, the
-- stage is another's by now, or octets are missing. The sequence's row decides between two nodes,
-- because its check is made again after a wait for its lock.
WITH staged AS (
    DELETE FROM crl_stage
    WHERE crl_id = $1::bigint AND authority_id = $2::bigint AND shard = $3::integer
    RETURNING crl_id
), next AS (
    UPDATE crl_scope
    SET published = $4::bigint
    FROM staged
    WHERE authority_id = $2 AND crl_scope.shard = $3 AND published < $4
    RETURNING authority_id
)
INSERT INTO crl (id, authority_id, shard, number, base_number, this_update, next_update, entries,
    size, sha256, node)
OVERRIDING SYSTEM VALUE
SELECT $1, next.authority_id, $3, $4, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bigint,
    $10::bytea, $11::text
FROM next
WHERE $9 = (SELECT sum(octet_length(bytes)) FROM crl_chunk WHERE crl_id = $1)
RETURNING id
