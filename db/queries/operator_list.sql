-- rows: many
-- role: front signer
SELECT id, name, roles, fingerprint, enabled, created_at, array_to_string(names, chr(10)),
    updated_at, seal
FROM operator
ORDER BY name
