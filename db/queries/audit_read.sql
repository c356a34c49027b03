-- rows: many
-- role: signer
-- $1 chain, $2 from this sequence on, $3 most rows
SELECT chain, sequence, at_us, actor, channel, action, outcome, object, request_id, detail,
    object_hash, previous, hash
FROM audit
WHERE chain = $1::text AND sequence >= $2::bigint
ORDER BY sequence
LIMIT $3::bigint
