-- rows: one
-- role: signer
-- $1 id, $2 where it stood, NULL: at its start; $3 the last one looked at, $4 how many were, $5 how many of
-- them were revoked, $6 node, $7 now.
-- Compare-and-set: no row means that it was cancelled, or that another node moved it.
UPDATE revocation_job
SET position = $3::uuid, done = done + $4::bigint, revoked = revoked + $5::bigint, node = $6::text,
    started_at = coalesce(started_at, $7::bigint)
WHERE id = $1::uuid AND state = 'running' AND position IS NOT DISTINCT FROM $2::uuid
    AND done + $4 <= total
RETURNING id
