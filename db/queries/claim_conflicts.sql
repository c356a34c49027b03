-- rows: many
-- role: signer
-- $1 requester, $2 profile, $3 authority, $4 names (lower case, joined with newlines), $5 common name if it is unique,
-- $6 now, $7 most of one requester (0: any number), $8 since then, $9 the lowest id of that time,
-- $10 most of one name, $11 since then, $12 a valid certificate of the same names that ends later than
-- this is renewed too early (NULL: never too early).
-- Answers what stands against it: the rule (0 limit of the requester, 1 limit of a name, 2 common name,
-- 3 renewal), the name, and a time: when the certificate came that has to leave the window, or when
-- the one that is in the way ends.
WITH asked AS MATERIALIZED (
    SELECT string_to_array($4::text, chr(10)) AS names
), open AS MATERIALIZED (
    SELECT c.* FROM claim c
    WHERE c.transaction_id = pg_current_xact_id_if_assigned()
        OR EXISTS (SELECT FROM intent i WHERE i.authority_id = c.authority_id AND i.serial = c.serial)
), same AS MATERIALIZED (
    SELECT c.not_after, c.serial, c.requester_id = $1::uuid AND c.profile = $2::text AND c.state = 'valid' AS own
    FROM certificate c, asked a
    WHERE $12::bigint IS NOT NULL AND c.search @> a.names AND c.search <@ a.names
        AND c.not_after > $12::bigint AND c.state = 'valid'
    UNION ALL
    SELECT o.not_after, o.serial, o.requester_id = $1::uuid AND o.profile = $2::text
    FROM open o, asked a
    WHERE $12::bigint IS NOT NULL AND o.search @> a.names AND o.search <@ a.names
        AND o.not_after > $12::bigint
)
SELECT 0 AS rule, '' AS name, NULL::bytea AS serial, t.at
FROM (
    SELECT at FROM (
        SELECT c.issued_at AS at FROM certificate c
        WHERE $7::bigint > 0 AND c.requester_id = $1::uuid AND c.id >= $9::uuid
            AND c.profile = $2::text AND c.issued_at > $8::bigint AND c.state <> 'burned'
        UNION ALL
        SELECT o.created_at FROM open o
        WHERE $7::bigint > 0 AND o.requester_id = $1::uuid AND o.profile = $2::text
    ) AS all_of_his ORDER BY at DESC OFFSET greatest($7::bigint - 1, 0) LIMIT 1
) AS t
UNION ALL
SELECT 1, n.name, NULL, t.at
FROM asked a, unnest(a.names) AS n (name), LATERAL (
    SELECT at FROM (
        SELECT c.issued_at AS at FROM certificate c
        WHERE $10::bigint > 0 AND c.search @> ARRAY[n.name] AND c.profile = $2::text
            AND c.issued_at > $11::bigint AND c.state <> 'burned'
        UNION ALL
        SELECT o.created_at FROM open o
        WHERE $10::bigint > 0 AND n.name = ANY (o.search) AND o.profile = $2::text
    ) AS all_of_it ORDER BY at DESC OFFSET greatest($10::bigint - 1, 0) LIMIT 1
) AS t
UNION ALL
(SELECT 2, $5::text, u.serial, u.not_after
FROM (
    SELECT c.serial, c.not_after, c.requester_id, c.search FROM certificate c
    WHERE lower(c.common_name COLLATE "C") = lower($5::text COLLATE "C")
        AND c.authority_id = $3::bigint AND c.state IN ('valid', 'held') AND c.not_after > $6::bigint
    UNION ALL
    SELECT o.serial, o.not_after, o.requester_id, o.search FROM open o
    WHERE lower(o.common_name COLLATE "C") = lower($5::text COLLATE "C")
        AND o.authority_id = $3::bigint
) AS u, asked a
WHERE u.requester_id IS DISTINCT FROM $1::uuid OR NOT (u.search @> a.names AND u.search <@ a.names)
ORDER BY u.not_after DESC LIMIT 1)
UNION ALL
(SELECT 3, '', s.serial, s.not_after FROM same s WHERE s.own ORDER BY s.not_after DESC LIMIT 1)
