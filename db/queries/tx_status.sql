-- rows: one
-- role: front signer owner
-- $1 transaction
SELECT pg_xact_status($1::text::xid8)
