-- rows: many
-- role: signer
-- Lines about certificates that are not there, or have another content. $1 most rows
-- A full join can only be hashed or merged: no nested loop where statistics are behind the rows.
SELECT a.chain, a.sequence, a.at_us, a.actor, a.channel, a.action, a.outcome, a.object, a.request_id,
    a.detail, a.object_hash, a.previous, a.hash
FROM (SELECT * FROM audit WHERE action = 'certificate.issue' AND outcome = 'ok') AS a
    FULL JOIN (SELECT id::text AS id, fingerprint FROM certificate WHERE state <> 'burned') AS c
    ON c.id = a.object AND c.fingerprint = a.object_hash
WHERE c.id IS NULL
LIMIT $1::bigint
