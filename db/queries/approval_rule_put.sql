-- rows: none
-- role: signer
-- $1 action, $2 policy, $3 time, $4 operator or NULL, $5 seal
INSERT INTO approval_rule (action, policy, updated_at, updated_by, seal)
VALUES ($1::text, $2::text, $3::bigint, $4::uuid, $5::bytea)
ON CONFLICT (action) DO UPDATE
SET policy = excluded.policy, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
    seal = excluded.seal
