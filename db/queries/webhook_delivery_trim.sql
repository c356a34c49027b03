-- rows: none
-- role: signer
-- $1 time. What is done, or given up, and older.
DELETE FROM webhook_delivery WHERE created_at < $1::bigint
