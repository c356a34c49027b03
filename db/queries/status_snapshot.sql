-- rows: one
-- role: front
-- $1 snapshot of the reading before; NULL: none. Answers the one of now, its time, and whether what
-- comes after the one before can be told: not by another server's history, nor after so long that
-- rows may have gone.
SELECT pg_current_snapshot()::text, floor(extract(epoch FROM clock_timestamp()))::bigint,
    coalesce(pg_snapshot_xmax($1::text::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot()), false)
