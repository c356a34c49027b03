-- rows: many
-- role: signer
-- Per storage period of certificates: how many there are, and how many have their line in the log
-- with the digest of just this certificate.
-- A full join can only be hashed or merged: no nested loop where statistics are behind the rows.
SELECT c.period, count(*), count(a.object)
FROM (SELECT period, id::text AS id, fingerprint FROM certificate WHERE state <> 'burned') AS c
    FULL JOIN (SELECT DISTINCT object, object_hash FROM audit
               WHERE action = 'certificate.issue' AND outcome = 'ok') AS a
    ON a.object = c.id AND a.object_hash = c.fingerprint
GROUP BY c.period
HAVING count(c.id) > 0
ORDER BY c.period
