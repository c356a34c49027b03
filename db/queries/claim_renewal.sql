-- rows: many
-- role: signer
-- $1 requester, $2 profile, $3 names (lower case, joined with newlines), $4 time. His valid
-- certificate for the same names that ends last, if that is later.
WITH open AS MATERIALIZED (
    SELECT c.* FROM claim c
    LEFT JOIN LATERAL (
        SELECT true AS is_open FROM intent i
        WHERE i.authority_id = c.authority_id AND i.serial = c.serial
        LIMIT 1
    ) AS intended ON true
    WHERE intended.is_open OR c.transaction_id = pg_current_xact_id_if_assigned()
), asked AS MATERIALIZED (
    SELECT string_to_array($3::text, chr(10)) AS names
), named AS MATERIALIZED (
    SELECT c.serial, c.not_after, c.requester_id, c.profile FROM certificate c, asked a
    WHERE c.search @> a.names AND c.search <@ a.names AND c.state = 'valid' AND c.not_after > $4::bigint
    UNION ALL
    SELECT o.serial, o.not_after, o.requester_id, o.profile FROM open o, asked a
    WHERE o.search @> a.names AND o.search <@ a.names AND o.not_after > $4::bigint
)
SELECT ''::text, n.serial, n.not_after
FROM named n
WHERE n.requester_id = $1::uuid AND n.profile = $2::text
ORDER BY n.not_after DESC LIMIT 1
