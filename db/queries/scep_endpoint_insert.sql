-- rows: none
-- role: signer
INSERT INTO scep_endpoint (id, name, operator_id, profile, authority, ra_key, enabled, modes, legacy,
    switches, webhook_url, challenge_validity, static_salt, static_hash, created_at, removed_at, seal)
VALUES ($1::uuid, $2::text, $3::uuid, $4::text, $5::text, $6::text, $7::boolean, $8::integer,
    $9::integer, $10::integer, $11::text, $12::integer, $13::bytea, $14::bytea, $15::bigint,
    $16::bigint, $17::bytea)
