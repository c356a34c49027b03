-- rows: none
-- role: signer
-- $1 list, $2 number, $3 ids, $4 the last of them, $5 seal. Of a list whose completion was begun before, too.
INSERT INTO named_list_part (list_id, number, ids, last, seal)
VALUES ($1::uuid, $2::integer, $3::bytea, $4::uuid, $5::bytea)
ON CONFLICT (list_id, number) DO UPDATE SET ids = excluded.ids, last = excluded.last, seal = excluded.seal
