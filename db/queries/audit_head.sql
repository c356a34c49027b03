-- rows: one
-- role: signer
-- $1 chain
SELECT chain, sequence, at_us, actor, channel, action, outcome, object, request_id, detail,
    object_hash, previous, hash
FROM audit
WHERE chain = $1::text
ORDER BY sequence DESC
LIMIT 1
