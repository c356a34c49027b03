-- rows: one
-- role: front signer
-- $1 authority, $2 serial, $3 its period
SELECT c.id, c.authority_id, a.name, c.serial, c.state, c.der, c.fingerprint, c.spki_hash,
    c.subject, c.common_name, c.names, c.not_before, c.not_after, c.profile, c.profile_version,
    c.request_id, c.requester_id, o.name, c.issued_at, c.reason, c.revoked_at, c.invalidity_date,
    c.comment
FROM certificate AS c
    LEFT JOIN operator AS o ON o.id = c.requester_id
    LEFT JOIN authority AS a ON a.id = c.authority_id
WHERE c.authority_id = $1::bigint AND c.serial = $2::bytea AND c.period = $3::integer
