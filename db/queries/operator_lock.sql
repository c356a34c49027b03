-- rows: one
-- role: signer
-- The number is ours: "ca" and "op". Until the end of the transaction, on all nodes.
SELECT pg_advisory_xact_lock(x'63616f70'::integer)
