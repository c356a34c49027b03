-- rows: many
-- role: signer
-- Each part of each authority's CRL, and its delta where it has one. The whole shows what is in any
-- part; a delta lasts as long as its authority wants deltas.
SELECT a.id, s.shard, NOT k.complete, coalesce(c.reserved, a.crl_number), l.number, l.base_number,
    l.this_update, l.next_update, l.entries, l.size, coalesce(l.emergency, false), h.next_update,
    EXISTS (SELECT FROM crl_entry AS e
            WHERE e.authority_id = a.id AND (s.shard = 0 OR e.shard = s.shard)
                AND e.revoked_at >= l.this_update)
FROM authority AS a
    CROSS JOIN LATERAL generate_series(0, a.crl_shards) AS s (shard)
    CROSS JOIN (VALUES (true), (false)) AS k (complete)
    LEFT JOIN crl_scope AS c ON c.authority_id = a.id AND c.shard = s.shard
    LEFT JOIN crl_ahead AS h ON h.authority_id = a.id AND h.shard = s.shard AND k.complete
    LEFT JOIN LATERAL (SELECT * FROM crl
                       WHERE authority_id = a.id AND shard = s.shard
                           AND (base_number IS NULL) = k.complete
                       ORDER BY number DESC LIMIT 1) AS l ON true
WHERE a.state <> 'pending' AND (k.complete OR a.crl_delta_interval_s > 0)
ORDER BY a.id, s.shard, k.complete DESC
