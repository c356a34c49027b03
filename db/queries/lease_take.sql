-- rows: one
-- role: signer
-- $1 name, $2 node, $3 now, $4 until. No row: another node holds it.
INSERT INTO lease (name, node, expires_at)
VALUES ($1::text, $2::text, $4::bigint)
ON CONFLICT (name) DO UPDATE SET node = excluded.node, expires_at = excluded.expires_at
WHERE lease.node = excluded.node OR lease.expires_at <= $3::bigint
RETURNING expires_at
