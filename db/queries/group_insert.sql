-- rows: none
-- role: signer
-- $1 name, $2 members joined with newlines, $3 time, $4 seal
INSERT INTO operator_group (name, members, updated_at, seal)
VALUES ($1::text, string_to_array($2::text, chr(10))::uuid[], $3::bigint, $4::bytea)
