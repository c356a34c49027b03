-- rows: one
-- role: signer
-- $1 authority, $2 node. Drops what earlier builds of this authority left behind.
WITH stale AS (
    DELETE FROM crl_stage WHERE authority_id = $1::bigint RETURNING crl_id
), dropped AS (
    DELETE FROM crl_chunk USING stale WHERE crl_chunk.crl_id = stale.crl_id
)
INSERT INTO crl_stage (crl_id, authority_id, node)
VALUES (nextval('ca.crl_id_seq'), $1, $2::text)
RETURNING crl_id
