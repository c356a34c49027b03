-- rows: one
-- role: signer
-- $1 authority, $2 number, … No row: this number or a higher one is published. The authority's row
-- decides, because its check is made again after a wait for its lock.
WITH next AS (
    UPDATE authority
    SET crl_published = $2::bigint
    WHERE id = $1::bigint AND crl_published < $2
    RETURNING id
)
INSERT INTO crl (authority_id, number, this_update, next_update, entries, size, sha256, node)
SELECT id, $2, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bytea, $8::text FROM next
RETURNING id
