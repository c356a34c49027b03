-- rows: many
-- role: signer
SELECT spki_hash FROM blocked_key WHERE unblocked_at IS NULL ORDER BY spki_hash
