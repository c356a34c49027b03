-- rows: one
-- role: signer
-- $1 id. No row: it was not active.
UPDATE authority SET state = 'retired' WHERE id = $1::bigint AND state = 'active'
RETURNING id
