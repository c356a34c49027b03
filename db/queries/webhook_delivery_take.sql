-- rows: many
-- role: front
-- plan: custom
-- $1 now, $2 until when they are the caller's, $3 most of one webhook, $4 most of all. What another
-- node is taking is passed over.
UPDATE webhook_delivery d
SET next_at = $2::bigint, attempts = d.attempts + 1
FROM (
    SELECT due.id, w.url
    FROM webhook w, LATERAL (
        SELECT id FROM webhook_delivery
        WHERE webhook_id = w.id AND next_at <= $1::bigint
        ORDER BY next_at
        LIMIT $3::bigint
        FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE w.enabled AND w.removed_at IS NULL
    LIMIT $4::bigint
) AS taken
WHERE d.id = taken.id
RETURNING d.id, taken.url, d.event, d.body, d.created_at, d.attempts
