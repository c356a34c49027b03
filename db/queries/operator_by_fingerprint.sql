-- rows: one
-- role: front signer
-- $1 fingerprint
SELECT id, name, roles, fingerprint, enabled, created_at,
    EXISTS (SELECT FROM certificate AS c
            WHERE c.fingerprint = operator.fingerprint AND c.state <> 'valid')
FROM operator
WHERE fingerprint = $1::bytea
