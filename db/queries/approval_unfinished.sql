-- rows: many
-- role: signer
-- $1 limit. Guarded acts that were agreed to and not carried out: the signer ended in between.
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
WHERE a.state = 'approved' AND a.question IS NOT NULL
ORDER BY a.id
LIMIT $1::bigint
