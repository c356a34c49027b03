-- rows: one
-- role: signer
-- $1 authority: of its whole CRL
SELECT coalesce(c.reserved, a.crl_number)
FROM authority AS a LEFT JOIN crl_scope AS c ON c.authority_id = a.id AND c.shard = 0
WHERE a.id = $1::bigint
