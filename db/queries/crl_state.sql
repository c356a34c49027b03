-- rows: many
-- role: signer
SELECT a.id, a.crl_number, l.number, l.this_update, l.next_update, l.entries, l.size,
    EXISTS (SELECT FROM crl_entry AS e
            WHERE e.authority_id = a.id AND e.shard = 0 AND e.revoked_at >= l.this_update)
FROM authority AS a
    LEFT JOIN LATERAL (SELECT * FROM crl WHERE authority_id = a.id
                       ORDER BY number DESC LIMIT 1) AS l ON true
WHERE a.state <> 'pending'
ORDER BY a.id
