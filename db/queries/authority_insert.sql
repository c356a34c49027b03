-- rows: one
-- role: signer
-- $1 id or NULL, $2 … in the order of the columns
INSERT INTO authority (id, uuid, name, parent_id, state, key_label, signature, csr, certificate,
    chain, crl_url, aia_url, ocsp_url, crl_validity_s, crl_interval_s, crl_number, created_at,
    profile, crl_shards, crl_delta_interval_s, crl_emergency_s)
VALUES (coalesce($1::bigint, (SELECT coalesce(max(id), 0) + 1 FROM authority)), $2::uuid,
    $3::text, $4::bigint, $5::authority_state, $6::text, $7::text, $8::bytea, $9::bytea,
    $10::bytea, $11::text, $12::text, $13::text, $14::integer, $15::integer, $16::bigint,
    $17::bigint, $18::text, $19::integer, $20::integer, $21::integer)
RETURNING id
