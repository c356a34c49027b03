-- rows: none
-- role: signer
-- $1 name, $2 version or NULL, $3 time, $4 operator, $5 approval, $6 comment, $7 seal
INSERT INTO profile_activation (name, version, at, activated_by, approval_id, comment, seal)
VALUES ($1::text, $2::bytea, $3::bigint, $4::uuid, $5::uuid, $6::text, $7::bytea)
