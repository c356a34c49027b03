-- rows: none
-- role: signer
INSERT INTO crl_chunk (crl_id, sequence, bytes) VALUES ($1::bigint, $2::integer, $3::bytea)
