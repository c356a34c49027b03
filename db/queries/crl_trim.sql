-- rows: none
-- role: signer
-- $1 authority, $2 how many newest CRLs keep their octets
DELETE FROM crl_chunk
WHERE crl_id IN (SELECT id FROM crl WHERE authority_id = $1::bigint
                 ORDER BY number DESC OFFSET $2::integer)
