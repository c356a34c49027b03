-- rows: one
-- role: front signer
SELECT coalesce(max(number), 0), count(*) FROM migration
