-- rows: one
-- role: signer
-- $1 list, $2 number
SELECT list_id, number, named, names, ids, unknown_n, unknown, seal
FROM named_list_piece
WHERE list_id = $1::uuid AND number = $2::integer
