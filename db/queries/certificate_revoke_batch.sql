-- rows: many
-- role: signer
-- $1 ids, $2 CRLReason, $3 when, $4 invalidity date, $5 words
-- As certificate_revoke, many at once: a hold (6) from valid only, anything else from valid or held. Those
-- that are not in the answer are it already.
UPDATE certificate
SET state = CASE WHEN $2::integer = 6 THEN 'held' ELSE 'revoked' END::certificate_state,
    reason = $2, revoked_at = $3::bigint, invalidity_date = $4::bigint, comment = $5::text
WHERE id = ANY ($1::uuid[]) AND (state = 'valid' OR (state = 'held' AND $2 <> 6))
RETURNING id
