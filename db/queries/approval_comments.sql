-- rows: many
-- role: front signer
-- $1 approval
SELECT c.id, c.approval_id, c.operator_id, c.comment, c.at, o.name
FROM approval_comment c
JOIN operator o ON o.id = c.operator_id
WHERE c.approval_id = $1::uuid
ORDER BY c.id
