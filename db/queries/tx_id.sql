-- rows: one
-- role: front signer owner
-- NULL: nothing was written, so nothing can be lost.
SELECT pg_current_xact_id_if_assigned()::text
