-- rows: none
-- role: signer
-- $1 id, $2 kind, $3 owner, $4 key label, $5 authority, $6 certificate's id, $7 DER, $8 and $9 its
-- dates, $10 time.
INSERT INTO service_certificate (id, kind, owner, key_label, authority_id, certificate_id,
    certificate, not_before, not_after, created_at)
VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::bigint, $6::uuid, $7::bytea, $8::bigint,
    $9::bigint, $10::bigint)
