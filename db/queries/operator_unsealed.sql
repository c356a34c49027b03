-- rows: many
-- role: signer
-- Enrolled before there were seals; the last column: SHA-256 of the key of his certificate, where it
-- is one of ours and the key is nobody's credential yet.
SELECT o.id, o.name, o.roles, o.fingerprint, o.enabled, o.created_at,
    array_to_string(o.names, chr(10)), o.updated_at, o.seal,
    (SELECT x.spki_hash FROM certificate AS x
     WHERE x.fingerprint = o.fingerprint
        AND NOT EXISTS (SELECT FROM credential AS c WHERE c.hash = x.spki_hash) LIMIT 1)
FROM operator AS o
WHERE o.seal IS NULL
ORDER BY o.id
