-- rows: many
-- role: signer
-- $1 now. Read from the index on not_after alone.
SELECT authority_id, count(*)
FROM certificate
WHERE not_after >= $1::bigint
GROUP BY authority_id
