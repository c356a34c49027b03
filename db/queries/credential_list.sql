-- rows: many
-- role: front signer
-- $1 operator, NULL: of all; $2 kind, NULL: both
SELECT c.id, c.operator_id, c.kind, c.name, c.hash, c.salt, c.profiles IS NOT NULL,
    array_to_string(c.profiles, chr(10)), c.names IS NOT NULL, array_to_string(c.names, chr(10)),
    c.expires_at, c.created_at, c.revoked_at, c.seal, o.name
FROM credential AS c JOIN operator AS o ON o.id = c.operator_id
WHERE ($1::uuid IS NULL OR c.operator_id = $1::uuid)
    AND ($2::text IS NULL OR c.kind = $2::text::credential_kind)
ORDER BY c.id
