-- rows: one
-- role: signer
-- $1 SHA-256 of the SubjectPublicKeyInfo, $2 time. No row: it is not blocked.
WITH one AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtext('ca.blocked_key'))
)
UPDATE blocked_key
SET unblocked_at = $2::bigint, sequence = nextval('ca.blocked_key_change')
FROM one
WHERE spki_hash = $1::bytea AND unblocked_at IS NULL
RETURNING 1
