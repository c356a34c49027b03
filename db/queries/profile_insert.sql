-- rows: none
-- role: signer
-- $1 name, $2 version, $3 YAML
INSERT INTO profile_version (name, version, yaml) VALUES ($1::text, $2::bytea, $3::bytea)
ON CONFLICT (version) DO NOTHING
