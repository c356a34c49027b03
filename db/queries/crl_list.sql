-- rows: many
-- role: front signer
-- $1 authority, $2 most rows
SELECT l.id, l.authority_id, a.name, l.shard, l.number, l.base_number, l.this_update, l.next_update,
    l.entries, l.size, l.sha256, l.node, l.emergency
FROM crl AS l JOIN authority AS a ON a.id = l.authority_id
WHERE l.authority_id = $1::bigint
ORDER BY l.id DESC
LIMIT $2::bigint
