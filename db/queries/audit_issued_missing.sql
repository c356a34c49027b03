-- rows: many
-- role: signer
-- Certificates of which the log knows nothing, or another content. $1 most rows
SELECT c.id, c.serial, c.issued_at
FROM certificate AS c
WHERE c.state <> 'burned' AND NOT EXISTS (
    SELECT 1 FROM audit AS a
    WHERE a.action = 'certificate.issue' AND a.outcome = 'ok' AND a.object = c.id::text
        AND a.object_hash = c.fingerprint)
LIMIT $1::bigint
