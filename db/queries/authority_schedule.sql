-- rows: one
-- role: signer
-- $1 authority, $2 validity, $3 interval, $4 interval of deltas or 0, $5 parts,
-- $6 validity of CRLs signed ahead or 0. No row: it has more
-- parts by now; certificates name them, so they stay.
UPDATE authority
SET crl_validity_s = $2::integer, crl_interval_s = $3::integer,
    crl_delta_interval_s = $4::integer, crl_shards = $5::integer,
    crl_emergency_s = $6::integer
WHERE id = $1::bigint AND crl_shards <= $5
RETURNING id
