-- rows: none
-- role: owner
-- $1 number, $2 name, $3 SHA-256 of the file
INSERT INTO migration (number, name, sha256) VALUES ($1::integer, $2::text, $3::bytea)
