-- rows: one
-- role: signer
-- $1 id, $2 to $4 its period and those beside it, $5 CRLReason, $6 when, $7 invalidity date, $8 words
-- Compare-and-set: a hold (6) from valid only, anything else from valid or held.
UPDATE certificate
SET state = CASE WHEN $5::integer = 6 THEN 'held' ELSE 'revoked' END::certificate_state,
    reason = $5, revoked_at = $6::bigint, invalidity_date = $7::bigint, comment = $8::text
WHERE id = $1::uuid AND period IN (0, $2::integer, $3::integer, $4::integer)
    AND (state = 'valid' OR (state = 'held' AND $5 <> 6))
RETURNING id
