-- rows: many
-- role: signer
-- Certificates of which the log knows nothing, or another content. $1 most rows
-- A full join can only be hashed or merged: no nested loop where statistics are behind the rows.
SELECT c.uuid, c.serial, c.issued_at
FROM (SELECT id AS uuid, id::text AS id, fingerprint, serial, issued_at
      FROM certificate
      WHERE state <> 'burned') AS c
    FULL JOIN (SELECT object, object_hash FROM audit
               WHERE action = 'certificate.issue' AND outcome = 'ok') AS a
    ON a.object = c.id AND a.object_hash = c.fingerprint
WHERE a.object IS NULL
LIMIT $1::bigint
