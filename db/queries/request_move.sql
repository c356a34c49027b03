-- rows: one
-- role: signer
-- $1 id, $2 from, $3 to. Compare-and-set; leaving PENDING is the decision.
UPDATE request
SET state = $3::request_state,
    decided_at = CASE WHEN state = 'pending' THEN extract(epoch FROM statement_timestamp())::bigint
                 ELSE decided_at END
WHERE id = $1::uuid AND state = $2::request_state
RETURNING id
