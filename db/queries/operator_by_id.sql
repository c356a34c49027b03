-- rows: one
-- role: front signer
-- $1 id
SELECT id, name, roles, fingerprint, enabled, created_at, array_to_string(names, chr(10)),
    updated_at, seal
FROM operator
WHERE id = $1::uuid
