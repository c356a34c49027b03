-- rows: many
-- role: front
-- $1 name, $2 and $3: from this version to that
-- Two rows say that there are several.
SELECT v.version, v.name, v.yaml, v.created_at, v.created_by, v.comment, coalesce(o.name, '')
FROM profile_version v
LEFT JOIN operator o ON o.id = v.created_by
WHERE v.name = $1::text AND v.version BETWEEN $2::bytea AND $3::bytea
ORDER BY v.version
LIMIT 2
