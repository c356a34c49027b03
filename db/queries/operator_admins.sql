-- rows: one
-- role: signer
-- $1 id. Other enabled administrators who can call; after operator_lock nobody else changes them.
SELECT count(*) FROM operator AS o
WHERE o.id <> $1::uuid AND o.enabled AND o.roles & 4 <> 0 AND o.seal IS NOT NULL
    AND EXISTS (SELECT FROM credential AS c WHERE c.operator_id = o.id AND c.revoked_at IS NULL)
