-- rows: one
-- role: signer
-- $1 name, $2 members joined with newlines, $3 time, $4 seal, $5 seal before. Compare-and-set.
UPDATE operator_group
SET members = string_to_array($2::text, chr(10))::uuid[], updated_at = $3::bigint, seal = $4::bytea
WHERE name = $1::text AND seal = $5::bytea
RETURNING name
