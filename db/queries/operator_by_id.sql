-- rows: one
-- role: front signer
-- $1 id
SELECT id, name, roles, fingerprint, enabled, created_at,
    EXISTS (SELECT FROM certificate AS c
            WHERE c.fingerprint = operator.fingerprint AND c.state <> 'valid')
FROM operator
WHERE id = $1::uuid
