-- rows: many
-- role: front signer
SELECT id, uuid, name, parent_id, state, key_label, signature, csr, certificate, chain, crl_url,
    aia_url, ocsp_url, crl_validity_s, crl_interval_s, crl_number, created_at, profile,
    crl_shards, crl_delta_interval_s, crl_emergency_s
FROM authority
ORDER BY name
