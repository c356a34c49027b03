-- rows: many
-- role: signer
-- Chains that have a checkpoint.
WITH RECURSIVE chains AS (
    (SELECT chain FROM audit_checkpoint ORDER BY chain, size LIMIT 1)
    UNION ALL
    SELECT (SELECT k.chain FROM audit_checkpoint AS k WHERE k.chain > c.chain
            ORDER BY k.chain, k.size LIMIT 1)
    FROM chains AS c
    WHERE c.chain IS NOT NULL)
SELECT chain FROM chains WHERE chain IS NOT NULL
