-- rows: many
-- role: signer
-- $1 common name, $2 authority, $3 requester, $4 names (lower case, joined with newlines), $5 now. The
-- certificate that has the common name longest, except one of the requester's for the same names.
WITH open AS MATERIALIZED (
    SELECT c.* FROM claim c
    LEFT JOIN LATERAL (
        SELECT true AS is_open FROM intent i
        WHERE i.authority_id = c.authority_id AND i.serial = c.serial
        LIMIT 1
    ) AS intended ON true
    WHERE intended.is_open OR c.transaction_id = pg_current_xact_id_if_assigned()
)
SELECT $1::text, u.serial, u.not_after
FROM (
    SELECT c.serial, c.not_after, c.requester_id, c.search FROM certificate c
    WHERE lower(c.common_name COLLATE "C") = lower($1::text COLLATE "C")
        AND c.authority_id = $2::bigint AND c.state IN ('valid', 'held') AND c.not_after > $5::bigint
    UNION ALL
    SELECT o.serial, o.not_after, o.requester_id, o.search FROM open o
    WHERE lower(o.common_name COLLATE "C") = lower($1::text COLLATE "C")
        AND o.authority_id = $2::bigint
) AS u, string_to_array($4::text, chr(10)) AS names
WHERE u.requester_id IS DISTINCT FROM $3::uuid OR NOT (u.search @> names AND u.search <@ names)
ORDER BY u.not_after DESC LIMIT 1
