-- rows: many
-- role: front signer
-- Of each part of each authority, complete and delta. Parts are numbered without a gap.
SELECT l.id, l.authority_id, a.name, l.shard, l.number, l.base_number, l.this_update, l.next_update,
    l.entries, l.size, l.sha256, l.node, l.emergency
FROM authority AS a
    CROSS JOIN LATERAL generate_series(0, a.crl_shards) AS s (shard)
    CROSS JOIN (VALUES (true), (false)) AS k (complete)
    CROSS JOIN LATERAL (SELECT * FROM crl
                        WHERE authority_id = a.id AND shard = s.shard
                            AND (base_number IS NULL) = k.complete
                        ORDER BY number DESC LIMIT 1) AS l
ORDER BY a.name, l.shard, l.number
