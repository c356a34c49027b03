-- rows: one
-- role: signer
-- $1 id, $2 events joined with newlines, $3 enabled, $4 time of removal, NULL: it stays. No row: it is
-- not there.
WITH one AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtext('ca.webhook'))
)
UPDATE webhook
SET events = string_to_array($2::text, chr(10)), enabled = $3::boolean, removed_at = $4::bigint,
    sequence = nextval('ca.webhook_change')
FROM one
WHERE id = $1::uuid AND removed_at IS NULL
RETURNING 1
