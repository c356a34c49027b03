-- rows: none
-- role: signer
-- Arrays, one element a line.
INSERT INTO audit (chain, sequence, at_us, actor, channel, action, outcome, object, request_id,
    detail, object_hash, previous, hash)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::bytea[])
