-- rows: one
-- role: signer
-- $1 name
SELECT id, name, roles, fingerprint, enabled, created_at, array_to_string(names, chr(10)),
    updated_at, seal
FROM operator
WHERE name = $1::text
