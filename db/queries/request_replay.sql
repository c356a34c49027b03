-- rows: many
-- role: signer
-- $1 profile, $2 after this id, $3 most rows. Oldest first: ids sort by age.
SELECT r.id, r.state, r.requester_id, o.name, r.channel, r.idempotency_key, r.content_hash,
    r.profile, r.profile_version, r.authority_id, a.name, r.csr, r.overrides, r.comment, r.subject,
    r.plan_digest, r.certificate_id, r.serial, r.created_at, r.decided_at, r.interrupted
FROM (SELECT *
      FROM request
      WHERE profile = $1::text AND id > $2::uuid
      ORDER BY id
      LIMIT $3::bigint) AS r
    LEFT JOIN operator AS o ON o.id = r.requester_id
    LEFT JOIN authority AS a ON a.id = r.authority_id
ORDER BY r.id
