-- rows: one
-- role: signer
-- $1 id, $2 to $4 its period and those beside it
UPDATE certificate
SET state = 'valid', reason = -1, revoked_at = NULL, invalidity_date = NULL, comment = ''
WHERE id = $1::uuid AND period IN (0, $2::integer, $3::integer, $4::integer) AND state = 'held'
RETURNING id
