-- rows: one
-- role: signer
-- $1 id, $2 operator or NULL
UPDATE approval
SET assigned_to = $2::uuid
WHERE id = $1::uuid AND state = 'pending'
RETURNING id
