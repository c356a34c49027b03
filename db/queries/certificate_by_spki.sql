-- rows: many
-- role: signer
-- $1 SHA-256 of a SubjectPublicKeyInfo, $2 time, $3 most rows. What may still be relied on.
SELECT id, authority_id, fingerprint
FROM certificate
WHERE spki_hash = $1::bytea AND state IN ('valid', 'held') AND not_after > $2::bigint
ORDER BY id
LIMIT $3::bigint
