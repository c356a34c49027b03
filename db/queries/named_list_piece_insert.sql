-- rows: one
-- role: signer
-- $1 list, $2 number, $3 how many it names, $4 names, $5 ids, $6 how many are unknown, $7 the first of these,
-- $8 seal, $9 most that a list names. No row: it would name more.
INSERT INTO named_list_piece (list_id, number, named, names, ids, unknown_n, unknown, seal)
SELECT $1::uuid, $2::integer, $3::integer, $4::bytea, $5::bytea, $6::integer, $7::text, $8::bytea
WHERE (SELECT coalesce(sum(p.named), 0) FROM named_list_piece p WHERE p.list_id = $1) + $3 <= $9::bigint
RETURNING number
