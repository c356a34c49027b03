-- rows: many
-- role: front signer
-- $1 exactly this one, NULL: all.
SELECT w.id, w.url, array_to_string(w.events, chr(10)), w.enabled, w.created_at, w.created_by,
    coalesce(o.name, '')
FROM webhook w
LEFT JOIN operator o ON o.id = w.created_by
WHERE w.removed_at IS NULL AND ($1::uuid IS NULL OR w.id = $1)
ORDER BY w.id
