-- rows: many
-- role: front
-- plan: custom
-- Parameters as in audit_list, but $9 only says that there was a last row. In the order of the
-- chains, as verifiers read them.
SELECT chain, sequence, at_us, actor, channel, action, outcome, object, request_id, detail,
    object_hash, previous, hash
FROM audit
WHERE ($1::text IS NULL OR chain = $1)
    AND ($2::text IS NULL OR actor = $2)
    AND ($3::text IS NULL OR action = $3)
    AND ($4::text IS NULL OR outcome = $4)
    AND ($5::text IS NULL OR object = $5)
    AND ($6::text IS NULL OR request_id = $6)
    AND ($7::bigint IS NULL OR at_us >= $7)
    AND ($8::bigint IS NULL OR at_us < $8)
    AND ($9::bigint IS NULL OR (chain, sequence) > ($10::text, $11::bigint))
ORDER BY chain, sequence
LIMIT $12::bigint
