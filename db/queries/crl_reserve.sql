-- rows: one
-- role: signer
-- $1 authority. Answers the number, and thisUpdate of the newest CRL or NULL.
UPDATE authority
SET crl_number = crl_number + 1
WHERE id = $1::bigint
RETURNING crl_number,
    (SELECT this_update FROM crl WHERE authority_id = $1 ORDER BY number DESC LIMIT 1)
