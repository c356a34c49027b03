-- rows: one
-- role: front signer
-- $1 CRL, $2 sequence
SELECT k.bytes, l.size
FROM crl AS l LEFT JOIN crl_chunk AS k ON k.crl_id = l.id AND k.sequence = $2::integer
WHERE l.id = $1::bigint
