-- rows: none
-- role: signer
-- Arrays, one element a claim; names are joined with newlines.
INSERT INTO claim (authority_id, serial, requester_id, profile, spki_hash, common_name, search,
    not_after, created_at)
SELECT authority_id, serial, requester_id, profile, spki_hash, common_name,
    string_to_array(search, chr(10)), not_after, created_at
FROM unnest($1::bigint[], $2::bytea[], $3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::text[],
    $8::bigint[], $9::bigint[])
    AS r (authority_id, serial, requester_id, profile, spki_hash, common_name, search, not_after,
        created_at)
