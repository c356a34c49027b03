-- rows: many
-- role: front signer
-- $1 exactly this name, NULL: all.
SELECT id, name, operator_id, profile, authority, ra_key, enabled, modes, legacy, switches,
    webhook_url, challenge_validity, static_salt, static_hash, created_at, removed_at, seal
FROM scep_endpoint
WHERE removed_at IS NULL AND ($1::text IS NULL OR name = $1)
ORDER BY name
