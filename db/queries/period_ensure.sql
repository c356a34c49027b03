-- rows: one
-- role: signer
-- $1 a period, $2 the next
SELECT period_ensure($1::integer), period_ensure($2::integer)
