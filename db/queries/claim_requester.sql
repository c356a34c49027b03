-- rows: many
-- role: signer
-- $1 requester, $2 profile, $3 most of them, $4 since then. When the one came that has to leave the
-- window first; no row: there is room.
WITH open AS MATERIALIZED (
    SELECT c.* FROM claim c
    LEFT JOIN LATERAL (
        SELECT true AS is_open FROM intent i
        WHERE i.authority_id = c.authority_id AND i.serial = c.serial
        LIMIT 1
    ) AS intended ON true
    WHERE intended.is_open OR c.transaction_id = pg_current_xact_id_if_assigned()
)
SELECT ''::text, NULL::bytea, at
FROM (
    (SELECT c.issued_at AS at FROM certificate c
    WHERE c.requester_id = $1::uuid AND c.profile = $2::text AND c.issued_at > $4::bigint
        AND c.state <> 'burned'
    ORDER BY c.issued_at DESC LIMIT $3::bigint)
    UNION ALL
    SELECT o.created_at FROM open o WHERE o.requester_id = $1::uuid AND o.profile = $2::text
) AS all_of_his
ORDER BY at DESC OFFSET $3::bigint - 1 LIMIT 1
