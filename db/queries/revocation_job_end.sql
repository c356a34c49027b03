-- rows: one
-- role: signer
-- $1 id, $2 what it is then, $3 now, $4 who, NULL: nobody; $5 why it failed. No row: it has ended.
UPDATE revocation_job
SET state = $2::revocation_job_state, ended_at = $3::bigint, ended_by = $4::uuid, failure = $5::text
WHERE id = $1::uuid AND state = 'running'
RETURNING id
