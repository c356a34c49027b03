-- rows: many
-- role: front signer
-- $1 name, NULL: all. Members are joined with newlines.
SELECT name, array_to_string(members, chr(10)), updated_at, seal
FROM operator_group
WHERE $1::text IS NULL OR name = $1::text
ORDER BY name
