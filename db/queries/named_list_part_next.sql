-- rows: one
-- role: signer
-- $1 list, $2 an id, NULL: from the start. The part in which those behind it begin.
SELECT list_id, number, ids, last, seal
FROM named_list_part
WHERE list_id = $1::uuid AND ($2::uuid IS NULL OR last > $2)
ORDER BY number
LIMIT 1
