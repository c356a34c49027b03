-- rows: many
-- role: signer
-- $1 chain, $2 behind this sequence, $3 most rows
SELECT sequence, hash FROM audit WHERE chain = $1::text AND sequence > $2::bigint
ORDER BY sequence LIMIT $3::bigint
