-- rows: one
-- role: signer
-- $1 id, $2 when it is dropped, $3 how many are named, $4 digest, $5 parts, $6 how many are unknown, $7 the
-- first of these, $8 seal, $9 pieces that it was made of. No row: it is complete, gone, or has other pieces.
WITH gone AS (
    DELETE FROM named_list_piece WHERE list_id = $1::uuid RETURNING number
)
UPDATE named_list
SET expires_at = $2::bigint, named = $3::bigint, digest = $4::bytea, parts = $5::integer,
    unknown_n = $6::bigint, unknown = $7::text, seal = $8::bytea
WHERE id = $1 AND digest IS NULL AND (SELECT count(*) FROM gone) = $9::bigint
RETURNING id
