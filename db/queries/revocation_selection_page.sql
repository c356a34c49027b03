-- rows: many
-- role: signer
-- plan: custom
-- $1 profile, $2 authority, $3 requester, $4 SHA-256 of a SubjectPublicKeyInfo, $5 issued then or later:
-- NULL is any; $6 issued before, $7 not expired then; $8 exactly these, none: any; $9 id of the last row
-- seen, NULL: from the start; $10 most rows.
-- The pages are limited below the names, so that a page is read in the order of the index.
SELECT p.id, p.authority_id, a.name, p.serial, p.fingerprint, p.subject, p.profile, p.state, p.not_after
FROM (SELECT c.id, c.authority_id, c.serial, c.fingerprint, c.subject, c.profile, c.state, c.not_after
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
          AND ($9::uuid IS NULL OR c.id > $9)
      ORDER BY c.id
      LIMIT $10::bigint) AS p
    LEFT JOIN authority AS a ON a.id = p.authority_id
ORDER BY p.id
