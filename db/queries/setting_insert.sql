-- rows: none
-- role: signer
-- $1 name, $2 value
INSERT INTO setting (name, value) VALUES ($1::text, $2::text) ON CONFLICT (name) DO NOTHING
