-- rows: none
-- role: signer
-- $1 authority: none is wanted any more
WITH dropped AS (
    DELETE FROM crl_ahead_chunk WHERE authority_id = $1::bigint
)
DELETE FROM crl_ahead WHERE authority_id = $1
