-- rows: many
-- role: front
-- $1 webhook, $2 ids below this one (NULL: from the newest), $3 most rows.
SELECT id, event, body, created_at, next_at, attempts, delivered_at, last_status, last_error
FROM webhook_delivery
WHERE webhook_id = $1::uuid AND ($2::uuid IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3::bigint
