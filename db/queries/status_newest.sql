-- rows: many
-- role: front
-- plan: custom
-- $1 below this id, NULL: from the newest on, $2 now, $3 limit
SELECT c.id, c.authority_id, a.name, c.serial
FROM certificate AS c
    JOIN authority AS a ON a.id = c.authority_id
WHERE ($1::uuid IS NULL OR c.id < $1) AND c.not_after >= $2::bigint AND c.state <> 'burned'
ORDER BY c.id DESC
LIMIT $3::bigint
