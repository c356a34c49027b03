-- rows: none
-- role: signer
INSERT INTO scep_challenge (id, endpoint_id, salt, hash, profile, subject, names, any_name, comment,
    created_at, created_by, expires_at, seal)
VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bytea, $5::text, $6::text, $7::text, $8::boolean,
    $9::text, $10::bigint, $11::uuid, $12::bigint, $13::bytea)
