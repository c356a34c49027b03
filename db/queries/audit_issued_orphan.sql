-- rows: many
-- role: signer
-- Lines about certificates that are not there, or have another content. $1 most rows
SELECT a.chain, a.sequence, a.at_us, a.actor, a.channel, a.action, a.outcome, a.object, a.request_id,
    a.detail, a.object_hash, a.previous, a.hash
FROM audit AS a
WHERE a.action = 'certificate.issue' AND a.outcome = 'ok' AND NOT EXISTS (
    SELECT 1 FROM certificate AS c
    WHERE c.state <> 'burned' AND c.id::text = a.object AND c.fingerprint = a.object_hash)
LIMIT $1::bigint
