-- rows: many
-- role: front signer
-- $1 approval
SELECT v.approval_id, v.revision, v.operator_id, v.approves, v.step, v.digest, v.comment, v.at,
    v.seal, o.name
FROM approval_vote v
JOIN operator o ON o.id = v.operator_id
WHERE v.approval_id = $1::uuid
ORDER BY v.revision, v.at, v.operator_id
