-- rows: many
-- role: front signer
SELECT l.id, l.authority_id, a.name, l.number, l.this_update, l.next_update, l.entries, l.size,
    l.sha256, l.node
FROM authority AS a
    CROSS JOIN LATERAL (SELECT * FROM crl WHERE authority_id = a.id
                        ORDER BY number DESC LIMIT 1) AS l
ORDER BY a.name
