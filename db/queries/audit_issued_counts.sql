-- rows: many
-- role: signer
-- Per storage period of certificates: how many there are, and how many have their line in the log
-- with the digest of just this certificate.
SELECT c.period, count(*), count(a.object)
FROM certificate AS c
    LEFT JOIN (SELECT DISTINCT object, object_hash FROM audit
               WHERE action = 'certificate.issue' AND outcome = 'ok') AS a
    ON a.object = c.id::text AND a.object_hash = c.fingerprint
WHERE c.state <> 'burned'
GROUP BY c.period
ORDER BY c.period
