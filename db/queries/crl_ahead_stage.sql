-- rows: none
-- role: signer
-- $1 authority, $2 shard. Octets that belong to nothing: a build that was cut off left them.
DELETE FROM crl_ahead_chunk AS k
WHERE k.authority_id = $1::bigint AND k.shard = $2::integer
    AND NOT EXISTS (SELECT FROM crl_ahead AS h
                    WHERE h.authority_id = $1 AND h.shard = $2 AND h.number = k.number)
