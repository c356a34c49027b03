-- rows: none
-- role: signer
INSERT INTO crl_ahead_chunk (authority_id, shard, number, sequence, bytes)
VALUES ($1::bigint, $2::integer, $3::bigint, $4::integer, $5::bytea)
