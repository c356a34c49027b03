-- rows: one
-- role: signer
SELECT coalesce(max(sequence), 0) FROM webhook
