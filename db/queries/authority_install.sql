-- rows: one
-- role: signer
-- $1 id, $2 certificate, $3 chain, $4 parent or NULL
UPDATE authority
SET state = 'active', certificate = $2::bytea, chain = $3::bytea, parent_id = $4::bigint
WHERE id = $1::bigint AND state = 'pending'
RETURNING id
