-- rows: many
-- role: front signer
-- The newest line of each name.
SELECT DISTINCT ON (a.name) a.name, a.version, a.at, a.activated_by, a.approval_id, a.comment,
    a.seal, a.sequence, coalesce(o.name, ''), v.yaml
FROM profile_activation a
LEFT JOIN operator o ON o.id = a.activated_by
LEFT JOIN profile_version v ON v.version = a.version
ORDER BY a.name, a.sequence DESC
