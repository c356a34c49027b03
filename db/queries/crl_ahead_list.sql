-- rows: many
-- role: front signer
SELECT h.authority_id, a.name, h.shard, h.number, h.this_update, h.next_update, h.entries, h.size,
    h.sha256, h.node
FROM crl_ahead AS h JOIN authority AS a ON a.id = h.authority_id
ORDER BY a.name, h.shard
