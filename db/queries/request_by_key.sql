-- rows: one
-- role: front signer
-- $1 requester, $2 idempotency key
-- A range of one key, in order: only the unique index gives that without a sort. With two equalities
-- a table that was empty when this was planned is read by request_requester, which has every request
-- of that requester, until statistics are made.
SELECT r.id, r.state, r.requester_id, o.name, r.channel, r.idempotency_key, r.content_hash,
    r.profile, r.profile_version, r.authority_id, a.name, r.csr, r.overrides, r.comment, r.subject,
    r.plan_digest, r.certificate_id, r.serial, r.created_at, r.decided_at, r.interrupted
FROM request AS r
    LEFT JOIN operator AS o ON o.id = r.requester_id
    LEFT JOIN authority AS a ON a.id = r.authority_id
WHERE r.requester_id = coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
    AND r.idempotency_key >= $2::text AND r.idempotency_key <= $2::text
ORDER BY r.idempotency_key
LIMIT 1
