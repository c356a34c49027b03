-- rows: one
-- role: signer
-- $1 authority, $2 next, $3 and $4 when and by whom it was prepared, $5 published, $6 bundle, $7 switch,
-- $8 cancelled, $9 seal, $10 seal of the row that this replaces, NULL: there is none.
-- Compare-and-set: no row means that somebody else was faster.
INSERT INTO rollover (authority_id, next_id, prepared_at, prepared_by, published_at, bundle, switch_at,
    cancelled_at, seal)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::uuid, $5::bigint, $6::bytea, $7::bigint, $8::bigint, $9::bytea)
ON CONFLICT (authority_id) DO UPDATE
SET next_id = excluded.next_id, prepared_at = excluded.prepared_at, prepared_by = excluded.prepared_by,
    published_at = excluded.published_at, bundle = excluded.bundle, switch_at = excluded.switch_at,
    cancelled_at = excluded.cancelled_at, seal = excluded.seal
WHERE rollover.seal = $10::bytea
RETURNING authority_id
