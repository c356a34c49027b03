-- rows: none
-- role: front
-- $1 id, $2 attempt that ended, $3 when to try again (NULL: never), $4 accepted at (NULL: it was not),
-- $5 HTTP status (NULL: none), $6 what went wrong (NULL: nothing). Only if nobody tried since.
UPDATE webhook_delivery
SET next_at = $3::bigint, delivered_at = $4::bigint, last_status = $5::integer, last_error = $6::text
WHERE id = $1::uuid AND attempts = $2::integer AND delivered_at IS NULL
