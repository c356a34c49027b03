-- rows: none
-- role: signer
-- Names are joined with newlines.
INSERT INTO operator (id, name, roles, fingerprint, enabled, created_at, names, updated_at, seal)
VALUES ($1::uuid, $2::text, $3::integer, $4::bytea, $5::boolean, $6::bigint,
    string_to_array($7::text, chr(10)), $8::bigint, $9::bytea)
