-- rows: one
-- role: signer
-- $1 id, $2 authority, $3 number, … No row: this number or a higher one is published, the stage is
-- another's by now, or octets are missing. The authority's row decides between two nodes, because
-- its check is made again after a wait for its lock.
WITH staged AS (
    DELETE FROM crl_stage WHERE crl_id = $1::bigint AND authority_id = $2::bigint RETURNING crl_id
), next AS (
    UPDATE authority
    SET crl_published = $3::bigint
    FROM staged
    WHERE authority.id = $2 AND crl_published < $3
    RETURNING authority.id
)
INSERT INTO crl (id, authority_id, number, this_update, next_update, entries, size, sha256, node)
OVERRIDING SYSTEM VALUE
SELECT $1, next.id, $3, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bytea, $9::text
FROM next
WHERE $7 = (SELECT sum(octet_length(bytes)) FROM crl_chunk WHERE crl_id = $1)
RETURNING id
