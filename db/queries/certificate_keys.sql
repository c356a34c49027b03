-- rows: many
-- role: signer
-- plan: custom
-- $1 id of the last row seen, NULL: from the start; $2 most rows.
-- Every certificate that there ever was, in the order of their ids.
SELECT id, der
FROM certificate
WHERE state <> 'burned' AND ($1::uuid IS NULL OR id > $1)
ORDER BY id
LIMIT $2::bigint
