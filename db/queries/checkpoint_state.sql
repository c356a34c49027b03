-- rows: many
-- role: signer
-- Each chain, its last line, its newest checkpoint, and where the next one goes on.
WITH RECURSIVE chains AS (
    (SELECT chain FROM audit ORDER BY chain LIMIT 1)
    UNION ALL
    SELECT (SELECT a.chain FROM audit AS a WHERE a.chain > c.chain ORDER BY a.chain LIMIT 1)
    FROM chains AS c
    WHERE c.chain IS NOT NULL)
SELECT c.chain,
    (SELECT a.sequence FROM audit AS a WHERE a.chain = c.chain ORDER BY a.sequence DESC LIMIT 1),
    p.size, p.at, p.root, p.key, p.note, e.size, e.edge
FROM chains AS c
    LEFT JOIN audit_edge AS e ON e.chain = c.chain
    LEFT JOIN LATERAL (SELECT * FROM audit_checkpoint AS k WHERE k.chain = c.chain
                       ORDER BY k.size DESC LIMIT 1) AS p ON true
WHERE c.chain IS NOT NULL
