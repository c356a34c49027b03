-- rows: many
-- role: front signer
-- $1 name of the authority that ends, NULL: all.
SELECT r.authority_id, r.next_id, r.prepared_at, r.prepared_by, r.published_at, r.bundle, r.switch_at,
    r.cancelled_at, r.seal, a.name, n.name, coalesce(o.name, ''), a.state
FROM rollover r
    JOIN authority a ON a.id = r.authority_id
    JOIN authority n ON n.id = r.next_id
    LEFT JOIN operator o ON o.id = r.prepared_by
WHERE $1::text IS NULL OR a.name = $1
ORDER BY r.authority_id
