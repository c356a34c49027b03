-- rows: one
-- role: signer
-- $1 id, $2 profile version, $3 PKCS#10, $4 what was asked besides, $5 comment, $6 subject, $7 plan digest.
-- The content of one that waits; its idempotency key and hash stay those of the first submission.
UPDATE request
SET profile_version = $2::bytea, csr = $3::bytea, overrides = $4::bytea, comment = $5::text,
    subject = $6::text, plan_digest = $7::bytea
WHERE id = $1::uuid AND state = 'pending'
RETURNING id
