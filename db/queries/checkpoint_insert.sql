-- rows: one
-- role: signer
-- $1 chain, $2 size, $3 root, $4 time, $5 key, $6 note, $7 edge
-- No row: there is one as long, or a longer one.
WITH made AS (
    INSERT INTO audit_checkpoint (chain, size, root, at, key, note)
    SELECT $1::text, $2::bigint, $3::bytea, $4::bigint, $5::bytea, $6::text
    WHERE NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE chain = $1 AND size >= $2)
    RETURNING chain, size)
INSERT INTO audit_edge (chain, size, edge)
SELECT chain, size, $7::bytea FROM made
ON CONFLICT (chain) DO UPDATE SET size = excluded.size, edge = excluded.edge
RETURNING size
