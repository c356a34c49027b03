-- rows: one
-- role: signer
-- $1 id, $2 revision, $3 object, $4 who wrote it, $5 digest, $6 policy, $7 expiry, $8 seal
UPDATE approval
SET revision = $2::integer, object = $3::text, author_id = $4::uuid, digest = $5::bytea,
    policy = $6::text, expires_at = $7::bigint, seal = $8::bytea
WHERE id = $1::uuid AND revision = $2::integer - 1 AND state = 'pending'
RETURNING id
