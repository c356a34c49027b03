-- rows: one
-- role: signer
-- No row: it is not there.
UPDATE scep_endpoint
SET profile = $2::text, authority = $3::text, ra_key = $4::text, enabled = $5::boolean,
    modes = $6::integer, legacy = $7::integer, switches = $8::integer, webhook_url = $9::text,
    challenge_validity = $10::integer, static_salt = $11::bytea, static_hash = $12::bytea,
    removed_at = $13::bigint, seal = $14::bytea
WHERE id = $1::uuid AND removed_at IS NULL
RETURNING 1
