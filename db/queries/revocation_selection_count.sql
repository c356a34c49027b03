-- rows: one
-- role: signer
-- plan: custom
-- $1 profile, $2 authority, $3 requester, $4 SHA-256 of a SubjectPublicKeyInfo, $5 issued then or later:
-- NULL is any; $6 issued before, $7 not expired then; $8 exactly these, none: any; $9 when there are more,
-- they are only counted.
-- The last column is an authority whose own certificate is among them.
WITH chosen AS MATERIALIZED (
    SELECT c.id, c.state, c.fingerprint
    FROM certificate c
    WHERE
        ($1::text IS NULL OR c.profile = $1)
        AND ($2::bigint IS NULL OR c.authority_id = $2)
        AND ($3::uuid IS NULL OR c.requester_id = $3)
        AND ($4::bytea IS NULL OR c.spki_hash = $4)
        AND ($5::bigint IS NULL OR c.issued_at >= $5)
        AND c.issued_at < $6::bigint
        AND c.not_after > $7::bigint
        AND (cardinality($8::uuid[]) = 0 OR c.id = ANY ($8))
        AND c.state <> 'burned'
    LIMIT $9::bigint + 1
)
SELECT count(*), count(*) FILTER (WHERE state = 'valid'), count(*) FILTER (WHERE state = 'held'),
    sha256(coalesce(string_agg(uuid_send(id), ''::bytea ORDER BY id), ''::bytea)),
    coalesce((SELECT min(a.name) FROM authority a
              WHERE sha256(a.certificate) IN (SELECT fingerprint FROM chosen)), '')
FROM chosen
