-- rows: one
-- role: signer
-- $1 SHA-256 of a SubjectPublicKeyInfo, $2 profile. The newest one, whatever became of it.
SELECT c.id, c.authority_id, a.name, c.serial, c.state, c.der, c.fingerprint, c.spki_hash,
    c.subject, c.common_name, c.names, c.not_before, c.not_after, c.profile, c.profile_version,
    c.request_id, c.requester_id, o.name, c.issued_at, c.reason, c.revoked_at, c.invalidity_date,
    c.comment
FROM certificate AS c
    LEFT JOIN operator AS o ON o.id = c.requester_id
    LEFT JOIN authority AS a ON a.id = c.authority_id
WHERE c.spki_hash = $1::bytea AND c.profile = $2::text AND c.state <> 'burned'
ORDER BY c.id DESC
LIMIT 1
