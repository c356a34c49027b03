-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 node. Drops what earlier builds of this part left behind.
WITH stale AS (
    DELETE FROM crl_stage WHERE authority_id = $1::bigint AND shard = $2::integer RETURNING crl_id
), dropped AS (
    DELETE FROM crl_chunk USING stale WHERE crl_chunk.crl_id = stale.crl_id
)
INSERT INTO crl_stage (crl_id, authority_id, shard, node)
VALUES (nextval('ca.crl_id_seq'), $1, $2, $3::text)
RETURNING crl_id
