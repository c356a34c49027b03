-- rows: many
-- role: front signer
-- $1 action, NULL: all
SELECT r.action, r.policy, r.updated_at, r.updated_by, r.seal, coalesce(o.name, '')
FROM approval_rule r
LEFT JOIN operator o ON o.id = r.updated_by
WHERE $1::text IS NULL OR r.action = $1::text
ORDER BY r.action
