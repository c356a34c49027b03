-- rows: many
-- role: signer
-- Arrays, one element a request. Answers the ids that were new. Nobody (NULL) is kept as the nil UUID,
-- so that the key of a request at set-up is unique too.
INSERT INTO request (id, state, requester_id, channel, idempotency_key, content_hash, profile,
    profile_version, authority_id, csr, overrides, comment, subject, plan_digest, created_at,
    decided_at)
SELECT id, state::request_state, coalesce(requester_id, '00000000-0000-0000-0000-000000000000'),
    channel, idempotency_key, content_hash, profile, profile_version, authority_id, csr, overrides, comment, subject, plan_digest, created_at,
    decided_at
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::text[],
    $8::bytea[], $9::bigint[], $10::bytea[], $11::bytea[], $12::text[], $13::text[], $14::bytea[],
    $15::bigint[], $16::bigint[])
    AS r (id, state, requester_id, channel, idempotency_key, content_hash, profile,
        profile_version, authority_id, csr, overrides, comment, subject, plan_digest, created_at,
        decided_at)
ON CONFLICT (requester_id, idempotency_key) DO NOTHING
RETURNING id
