-- rows: many
-- role: front signer
SELECT id, name, roles, fingerprint, enabled, created_at FROM operator ORDER BY name
