-- rows: many
-- role: front signer
-- plan: custom
-- $1 state, $2 action, $3 requester, $4 who has not voted yet and did not ask, $5 before this id:
-- NULL is any; $6 most rows
SELECT a.id, a.action, a.object, a.requester_id, a.revision, a.digest, a.policy, a.question, a.state,
    a.created_at, a.expires_at, a.seal, o.name, a.assigned_to, coalesce(t.name, ''), a.decided_at,
    a.decided_by, coalesce(d.name, ''), a.result
FROM approval a
LEFT JOIN operator o ON o.id = a.requester_id
LEFT JOIN operator t ON t.id = a.assigned_to
LEFT JOIN operator d ON d.id = a.decided_by
WHERE ($1::approval_state IS NULL OR a.state = $1)
    AND ($2::text IS NULL OR a.action = $2)
    AND ($3::uuid IS NULL OR a.requester_id = $3)
    AND ($4::uuid IS NULL OR a.requester_id <> $4 AND NOT EXISTS (
        SELECT FROM approval_vote v
        WHERE v.approval_id = a.id AND v.revision = a.revision AND v.operator_id = $4))
    AND ($5::uuid IS NULL OR a.id < $5)
ORDER BY a.id DESC
LIMIT $6::bigint
