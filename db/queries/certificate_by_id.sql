-- rows: one
-- role: front signer
-- $1 id, $2 period of its time, $3 one before, $4 one after: the serial may be of the other side
-- of a turn of the quarter
SELECT c.id, c.authority_id, a.name, c.serial, c.state, c.der, c.fingerprint, c.spki_hash,
    c.subject, c.common_name, c.names, c.not_before, c.not_after, c.profile, c.profile_version,
    c.request_id, c.requester_id, o.name, c.issued_at, c.reason, c.revoked_at, c.invalidity_date,
    c.comment
FROM certificate AS c
    LEFT JOIN operator AS o ON o.id = c.requester_id
    LEFT JOIN authority AS a ON a.id = c.authority_id
WHERE c.id = $1::uuid AND c.period IN (0, $2::integer, $3::integer, $4::integer)
