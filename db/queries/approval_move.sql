-- rows: one
-- role: signer
-- $1 id, $2 state it is in, $3 state it gets, $4 time of decision or NULL, $5 who, $6 result
UPDATE approval
SET state = $3::approval_state, decided_at = coalesce($4::bigint, decided_at),
    decided_by = coalesce($5::uuid, decided_by), result = $6::text
WHERE id = $1::uuid AND state = $2::approval_state
RETURNING id
