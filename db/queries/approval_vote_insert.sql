-- rows: none
-- role: signer
-- $1 approval, $2 revision, $3 operator, $4 approves, $5 step, $6 digest, $7 comment, $8 time,
-- $9 seal
INSERT INTO approval_vote (approval_id, revision, operator_id, approves, step, digest, comment, at,
    seal)
VALUES ($1::uuid, $2::integer, $3::uuid, $4::boolean, $5::integer, $6::bytea, $7::text,
    $8::bigint, $9::bytea)
