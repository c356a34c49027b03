-- rows: one
-- role: front signer owner
-- An empty commit behind the one that was settled: it waits for the standby as that one did.
SELECT pg_logical_emit_message(true, 'ca', 'settled')::text
