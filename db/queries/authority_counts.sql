-- rows: many
-- role: front signer
-- $1 now. Read from the index on not_after alone.
SELECT authority_id,
    count(*) FILTER (WHERE state = 'valid' AND not_after >= $1::bigint),
    count(*) FILTER (WHERE state = 'held'),
    count(*) FILTER (WHERE state = 'revoked'),
    count(*) FILTER (WHERE state = 'valid' AND not_after < $1::bigint)
FROM certificate
GROUP BY authority_id
ORDER BY authority_id
