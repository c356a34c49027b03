-- rows: none
-- role: signer
-- Arrays, one element an intent.
INSERT INTO intent (authority_id, serial, request_id, certificate_id, tbs, profile_version, node,
    created_at, deadline_at)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::uuid[], $4::uuid[], $5::bytea[], $6::bytea[],
    $7::text[], $8::bigint[], $9::bigint[])
