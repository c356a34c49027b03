-- rows: many
-- role: front
-- $1 exactly this SHA-256 of a SubjectPublicKeyInfo, NULL: any; $2 the last one seen, NULL: from the
-- start; $3 most rows. With the number of certificates that may still be relied on.
SELECT b.spki_hash, b.reason, b.comment, b.blocked_at, b.blocked_by, coalesce(o.name, ''),
    (SELECT count(*) FROM certificate c
     WHERE c.spki_hash = b.spki_hash AND c.state IN ('valid', 'held')
         AND c.not_after > extract(epoch FROM now())::bigint)
FROM blocked_key b
LEFT JOIN operator o ON o.id = b.blocked_by
WHERE b.unblocked_at IS NULL AND ($1::bytea IS NULL OR b.spki_hash = $1)
    AND ($2::bytea IS NULL OR b.spki_hash > $2)
ORDER BY b.spki_hash
LIMIT $3::bigint
