-- rows: many
-- role: front signer
-- $1 exactly this one, $2 state, $3 before this one: NULL is any; $4 most rows. The newest first.
SELECT j.id, j.profile, j.authority_id, j.requester_id, j.spki_hash, j.issued_from, j.issued_to, j.listed,
    j.selected_at, j.total, j.digest, j.reason, j.invalidity_date, j.comment, j.created_at, j.created_by,
    j.seal, j.list_id, j.list_named, j.list_digest, j.state, j.position, j.done, j.revoked, j.node, j.started_at, j.ended_at, j.ended_by, j.failure,
    coalesce(a.name, ''), coalesce(r.name, ''), coalesce(o.name, ''), coalesce(e.name, '')
FROM revocation_job j
    LEFT JOIN authority a ON a.id = j.authority_id
    LEFT JOIN operator r ON r.id = j.requester_id
    LEFT JOIN operator o ON o.id = j.created_by
    LEFT JOIN operator e ON e.id = j.ended_by
WHERE ($1::uuid IS NULL OR j.id = $1)
    AND ($2::revocation_job_state IS NULL OR j.state = $2)
    AND ($3::uuid IS NULL OR j.id < $3)
ORDER BY j.id DESC
LIMIT $4::bigint
