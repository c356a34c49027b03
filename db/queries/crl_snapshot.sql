-- rows: one
-- role: signer
-- The name of this transaction's snapshot, by which another connection reads the same.
SELECT pg_export_snapshot()
