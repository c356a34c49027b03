-- rows: many
-- role: front signer
-- plan: custom
-- $1 state, $2 requester, $3 profile, $4 before this id: NULL is any; $5 most rows
SELECT r.id, r.state, r.requester_id, o.name, r.channel, r.idempotency_key, r.content_hash,
    r.profile, r.profile_version, r.authority_id, a.name, r.csr, r.overrides, r.comment, r.subject,
    r.plan_digest, r.certificate_id, r.serial, r.created_at, r.decided_at, r.interrupted
FROM (SELECT *
      FROM request
      WHERE ($1::request_state IS NULL OR state = $1)
          AND ($2::uuid IS NULL OR requester_id = $2)
          AND ($3::text IS NULL OR profile = $3)
          AND ($4::uuid IS NULL OR id < $4)
      ORDER BY id DESC
      LIMIT $5::bigint) AS r
    LEFT JOIN operator AS o ON o.id = r.requester_id
    LEFT JOIN authority AS a ON a.id = r.authority_id
ORDER BY r.id DESC
