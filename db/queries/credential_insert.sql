-- rows: none
-- role: signer
-- Profiles and names are joined with newlines; $7 and $9: is there such a limit?
INSERT INTO credential (id, operator_id, kind, name, hash, salt, profiles, names, expires_at,
    created_at, revoked_at, seal)
VALUES ($1::uuid, $2::uuid, $3::text::credential_kind, $4::text, $5::bytea, $6::bytea,
    CASE WHEN $7::boolean THEN string_to_array($8::text, chr(10)) END,
    CASE WHEN $9::boolean THEN string_to_array($10::text, chr(10)) END,
    $11::bigint, $12::bigint, $13::bigint, $14::bytea)
