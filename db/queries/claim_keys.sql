-- rows: many
-- role: signer
-- Arrays, one element a claim: $1 SHA-256 of the SubjectPublicKeyInfo, $2 requester, $3 not even his
-- own again. Answers the numbers, from 1, of those whose key is taken. The two comparisons with < and
-- > let the index answer without reading the requester's own certificates, of which there may be many.
-- An operator's certificate is his own, but on record as asked for by whoever enrolled him.
WITH open AS MATERIALIZED (
    SELECT c.spki_hash, c.requester_id FROM claim c
    LEFT JOIN LATERAL (
        SELECT true AS is_open FROM intent i
        WHERE i.authority_id = c.authority_id AND i.serial = c.serial
        LIMIT 1
    ) AS intended ON true
    WHERE c.spki_hash = ANY ($1::bytea[])
        AND (intended.is_open OR c.transaction_id = pg_current_xact_id_if_assigned())
)
SELECT k.n
FROM unnest($1::bytea[], $2::uuid[], $3::boolean[]) WITH ORDINALITY
    AS k (spki_hash, requester_id, never, n)
WHERE EXISTS (SELECT FROM certificate c
        WHERE c.spki_hash = k.spki_hash AND c.requester_id < k.requester_id
            AND c.profile <> 'operator')
    OR EXISTS (SELECT FROM certificate c
        WHERE c.spki_hash = k.spki_hash AND c.requester_id > k.requester_id
            AND c.profile <> 'operator')
    OR k.never AND EXISTS (SELECT FROM certificate c
        WHERE c.spki_hash = k.spki_hash AND c.requester_id = k.requester_id
            AND c.profile <> 'operator')
    OR EXISTS (SELECT FROM open o
        WHERE o.spki_hash = k.spki_hash AND (k.never OR o.requester_id <> k.requester_id))
