-- rows: one
-- role: signer
-- $1 id, $2 roles, $3 names joined with newlines, $4 enabled, $5 time, $6 seal, $7 seal before.
-- Compare-and-set; no row: somebody else was first.
UPDATE operator
SET roles = $2::integer, names = string_to_array($3::text, chr(10)), enabled = $4::boolean,
    updated_at = $5::bigint, seal = $6::bytea
WHERE id = $1::uuid AND seal IS NOT DISTINCT FROM $7::bytea
RETURNING id
