-- rows: one
-- role: owner
SELECT to_regclass('ca.migration') IS NOT NULL
