-- rows: none
-- role: signer
INSERT INTO operator (id, name, roles, fingerprint, enabled, created_at)
VALUES ($1::uuid, $2::text, $3::integer, $4::bytea, $5::boolean, $6::bigint)
