-- rows: one
-- role: front signer
SELECT coalesce(max(sequence), 0) FROM profile_activation
