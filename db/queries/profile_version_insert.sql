-- rows: none
-- role: signer
-- $1 version, $2 name, $3 YAML, $4 time, $5 operator or NULL, $6 comment
INSERT INTO profile_version (version, name, yaml, created_at, created_by, comment)
VALUES ($1::bytea, $2::text, $3::bytea, $4::bigint, $5::uuid, $6::text)
ON CONFLICT (version) DO NOTHING
