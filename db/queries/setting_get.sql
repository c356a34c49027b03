-- rows: one
-- role: front signer
-- $1 name
SELECT value FROM setting WHERE name = $1::text
