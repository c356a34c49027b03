-- rows: one
-- role: signer
-- $1 action, $2 requester, $3 digest, $4 time: one that waits for the same already
SELECT id
FROM approval
WHERE state = 'pending' AND action = $1::text AND requester_id = $2::uuid AND digest = $3::bytea
    AND expires_at > $4::bigint
ORDER BY id
LIMIT 1
