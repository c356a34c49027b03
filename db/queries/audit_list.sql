-- rows: many
-- role: front
-- plan: custom
-- $1 chain, $2 actor, $3 action, $4 outcome, $5 object, $6 request id, $7 and $8 microseconds from
-- and to; $9 microseconds, $10 chain and $11 sequence of the last row seen: NULL is any; $12 most
-- rows. The newest first.
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
    AND ($9::bigint IS NULL OR (at_us, chain, sequence) < ($9, $10::text, $11::bigint))
ORDER BY at_us DESC, chain DESC, sequence DESC
LIMIT $12::bigint
