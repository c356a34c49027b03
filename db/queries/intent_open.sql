-- rows: many
-- role: signer
-- $1 node
SELECT authority_id, serial, request_id, certificate_id, tbs, profile_version, node, created_at,
    deadline_at
FROM intent
WHERE node = $1::text
ORDER BY authority_id, serial
