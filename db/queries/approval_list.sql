-- rows: many
-- role: front signer
-- plan: custom
-- $1 state, $2 action, $3 requester, $4 who may still vote: pending, neither asked nor written by him,
-- without a vote of his; $5 before this id, $6 assignee, $7 one of these words stands in the policy (a
-- line each), $8 not expired then: NULL is any; $9 most rows
SELECT a.id, a.action, a.object, a.requester_id, a.author_id, a.revision, a.digest, a.policy, a.question,
    a.state, a.created_at, a.expires_at, a.seal, o.name, a.assigned_to, coalesce(t.name, ''), a.decided_at,
    a.decided_by, coalesce(d.name, ''), a.result, coalesce(w.name, ''),
    (SELECT count(*) FROM approval_vote v
     WHERE v.approval_id = a.id AND v.revision = a.revision AND v.approves)::integer
FROM approval a
LEFT JOIN operator o ON o.id = a.requester_id
LEFT JOIN operator w ON w.id = a.author_id
LEFT JOIN operator t ON t.id = a.assigned_to
LEFT JOIN operator d ON d.id = a.decided_by
WHERE ($1::approval_state IS NULL OR a.state = $1)
    AND ($2::text IS NULL OR a.action = $2)
    AND ($3::uuid IS NULL OR a.requester_id = $3)
    AND ($4::uuid IS NULL OR a.state = 'pending' AND a.requester_id <> $4 AND a.author_id <> $4
        AND NOT EXISTS (
            SELECT FROM approval_vote v
            WHERE v.approval_id = a.id AND v.revision = a.revision AND v.operator_id = $4))
    AND ($5::uuid IS NULL OR a.id < $5)
    AND ($6::uuid IS NULL OR a.assigned_to = $6)
    AND ($7::text IS NULL
        OR regexp_split_to_array(a.policy, '[ ,|]+') && string_to_array($7, chr(10)))
    AND ($8::bigint IS NULL OR a.expires_at > $8)
ORDER BY a.id DESC
LIMIT $9::bigint
