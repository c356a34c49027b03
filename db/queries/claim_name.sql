-- rows: many
-- role: signer
-- $1 names (lower case, joined with newlines), $2 profile, $3 most of one, $4 since then. A row for
-- each name that has no room: when the certificate came that has to leave the window first.
WITH open AS MATERIALIZED (
    SELECT c.* FROM claim c
    LEFT JOIN LATERAL (
        SELECT true AS is_open FROM intent i
        WHERE i.authority_id = c.authority_id AND i.serial = c.serial
        LIMIT 1
    ) AS intended ON true
    WHERE intended.is_open OR c.transaction_id = pg_current_xact_id_if_assigned()
)
SELECT n.name, NULL::bytea, t.at
FROM unnest(string_to_array($1::text, chr(10))) AS n (name), LATERAL (
    SELECT at
    FROM (
        SELECT c.issued_at AS at FROM certificate c
        WHERE c.search @> ARRAY[n.name] AND c.profile = $2::text AND c.issued_at > $4::bigint
            AND c.state <> 'burned'
        UNION ALL
        SELECT o.created_at FROM open o WHERE n.name = ANY (o.search) AND o.profile = $2::text
    ) AS all_of_it
    ORDER BY at DESC OFFSET $3::bigint - 1 LIMIT 1
) AS t
