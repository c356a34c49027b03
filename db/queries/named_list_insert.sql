-- rows: one
-- role: signer
-- $1 id, $2 authority, NULL: any; $3 time, $4 whose, $5 when it is dropped, $6 seal; $7 lists of one operator
-- and $8 of all that there may be. No row: there are as many already.
INSERT INTO named_list (id, authority_id, created_at, created_by, expires_at, seal)
SELECT $1::uuid, $2::bigint, $3::bigint, $4::uuid, $5::bigint, $6::bytea
WHERE (SELECT count(*) FROM named_list WHERE created_by = $4) < $7::bigint
    AND (SELECT count(*) FROM named_list) < $8::bigint
RETURNING id
