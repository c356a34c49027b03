-- rows: many
-- role: front
-- What one snapshot shows and the one before did not, below a place: $1 before, $2 now, $3 and $4 the
-- transaction and id that were told last, $5 limit
SELECT s.authority_id, a.name, s.serial, s.at, s.transaction::text::bigint, s.id
FROM status_change AS s
    JOIN authority AS a ON a.id = s.authority_id
WHERE s.transaction >= pg_snapshot_xmin($1::text::pg_snapshot)
    AND (s.transaction, s.id) > ($3::bigint::text::xid8, $4::bigint)
    AND NOT pg_visible_in_snapshot(s.transaction, $1::text::pg_snapshot)
    AND pg_visible_in_snapshot(s.transaction, $2::text::pg_snapshot)
ORDER BY s.transaction, s.id
LIMIT $5::bigint
