-- rows: none
-- role: signer
-- $1 id, $2 URL, $3 events joined with newlines, $4 enabled, $5 time, $6 operator.
WITH one AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtext('ca.webhook'))
)
INSERT INTO webhook (id, url, events, enabled, created_at, created_by, sequence)
SELECT $1::uuid, $2::text, string_to_array($3::text, chr(10)), $4::boolean, $5::bigint, $6::uuid,
    nextval('ca.webhook_change')
FROM one
