-- rows: one
-- role: signer
SELECT count(*) FROM approval WHERE state = 'pending'
