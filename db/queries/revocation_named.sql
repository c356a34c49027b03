-- rows: many
-- role: signer
-- Arrays, one element a certificate that is named: $1 its place, $2 1 id, 2 serial, 3 fingerprint, $3 the
-- octets; $4 authority, NULL: any. A place without a row names none; with several, more than one.
WITH named AS MATERIALIZED (
    SELECT place, octets,
        CASE WHEN kind = 1 THEN encode(octets, 'hex')::uuid END AS id,
        CASE WHEN kind = 2 THEN octets END AS serial,
        CASE WHEN kind = 3 THEN octets END AS fingerprint
    FROM unnest($1::integer[], $2::integer[], $3::bytea[]) AS n (place, kind, octets)
)
SELECT n.place, c.id FROM named n JOIN certificate c ON c.id = n.id
WHERE c.state <> 'burned' AND ($4::bigint IS NULL OR c.authority_id = $4)
UNION ALL
SELECT n.place, c.id FROM named n JOIN certificate c ON c.serial = n.serial
WHERE c.state <> 'burned' AND ($4::bigint IS NULL OR c.authority_id = $4)
UNION ALL
SELECT n.place, c.id FROM named n JOIN certificate c ON c.fingerprint = n.fingerprint
WHERE c.state <> 'burned' AND ($4::bigint IS NULL OR c.authority_id = $4)
ORDER BY 1
