-- rows: one
-- role: signer
-- $1 authority
SELECT crl_number FROM authority WHERE id = $1::bigint
