-- rows: none
-- role: signer
-- $1 authority, $2 shard, $3 not 0: delta CRLs, else the others, $4 how many newest ones keep their octets
DELETE FROM crl_chunk
WHERE crl_id IN (SELECT id FROM crl
                 WHERE authority_id = $1::bigint AND shard = $2::integer
                     AND (base_number IS NULL) <> ($3::integer <> 0)
                 ORDER BY number DESC OFFSET $4::integer)
