-- rows: one
-- role: signer
-- $1 SHA-256 of the SubjectPublicKeyInfo, $2 reason, $3 comment, $4 time, $5 operator. No row: it is
-- blocked already. Changes come one after the other, so that their numbers become visible in order.
WITH one AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtext('ca.blocked_key'))
)
INSERT INTO blocked_key AS b (spki_hash, reason, comment, blocked_at, blocked_by, sequence)
SELECT $1::bytea, $2::integer, $3::text, $4::bigint, $5::uuid,
    nextval('ca.blocked_key_change')
FROM one
ON CONFLICT (spki_hash) DO UPDATE
SET reason = excluded.reason, comment = excluded.comment, blocked_at = excluded.blocked_at,
    blocked_by = excluded.blocked_by, unblocked_at = NULL, sequence = excluded.sequence
WHERE b.unblocked_at IS NOT NULL
RETURNING 1
