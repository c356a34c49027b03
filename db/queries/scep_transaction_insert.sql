-- rows: none
-- role: signer
INSERT INTO scep_transaction (endpoint_id, transaction_id, spki_hash, csr_hash, request_id, renews,
    remote, created_at)
VALUES ($1::uuid, $2::text, $3::bytea, $4::bytea, $5::uuid, $6::uuid, $7::text, $8::bigint)
