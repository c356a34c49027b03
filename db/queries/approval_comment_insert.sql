-- rows: none
-- role: signer
-- $1 id, $2 approval, $3 operator, $4 comment, $5 time
INSERT INTO approval_comment (id, approval_id, operator_id, comment, at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::bigint)
