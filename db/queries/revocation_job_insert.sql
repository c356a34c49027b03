-- rows: one
-- role: signer
-- $1 id, $2 profile, $3 authority, $4 requester, $5 key, $6 and $7 issued from and to, $8 exactly these,
-- $9 when it was selected, $10 how many, $11 digest, $12 reason, $13 invalidity date, $14 words, $15 and $16
-- when and by whom, $17 seal; $18 a list, $19 how many it names, $20 their digest, NULL: none. No row: it is
-- there already.
INSERT INTO revocation_job (id, profile, authority_id, requester_id, spki_hash, issued_from, issued_to,
    listed, selected_at, total, digest, reason, invalidity_date, comment, created_at, created_by, seal,
    list_id, list_named, list_digest)
VALUES ($1::uuid, $2::text, $3::bigint, $4::uuid, $5::bytea, $6::bigint, $7::bigint, $8::bytea, $9::bigint,
    $10::bigint, $11::bytea, $12::integer, $13::bigint, $14::text, $15::bigint, $16::uuid, $17::bytea,
    $18::uuid, $19::bigint, $20::bytea)
ON CONFLICT (id) DO NOTHING
RETURNING id
