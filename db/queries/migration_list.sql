-- rows: many
-- role: owner
SELECT number, name, sha256, applied_at FROM migration ORDER BY number
