-- rows: many
-- role: front signer
-- plan: custom
-- $1 serial, $2 and $3 first and last fingerprint, $4 name, $5 front of the CN, $6 state, $7 profile,
-- $8 authority, $9 requester, $10 and $11 notAfter from and to, $12 id of the last row seen: NULL is any;
-- $13 most rows.
-- The plan is made for the parameters at hand. With a name it must begin at the index of names,
-- however common PostgreSQL believes that name to be: so the order is then by an expression.
SELECT c.id, c.authority_id, a.name, c.serial, c.state, c.der, c.fingerprint, c.spki_hash,
    c.subject, c.common_name, c.names, c.not_before, c.not_after, c.profile, c.profile_version,
    c.request_id, c.requester_id, o.name, c.issued_at, c.reason, c.revoked_at, c.invalidity_date,
    c.comment
FROM (SELECT *
      FROM certificate
      WHERE ($1::bytea IS NULL OR serial = $1)
          AND ($2::bytea IS NULL OR fingerprint BETWEEN $2 AND $3::bytea)
          AND ($4::text IS NULL OR search @> ARRAY[$4])
          AND ($5::text IS NULL OR lower(common_name COLLATE "C") ^@ $5)
          AND (($6::certificate_state IS NULL AND state <> 'burned') OR state = $6)
          AND ($7::text IS NULL OR profile = $7)
          AND ($8::text IS NULL OR authority_id = (SELECT id FROM authority WHERE name = $8))
          AND ($9::uuid IS NULL OR requester_id = $9)
          AND ($10::bigint IS NULL OR not_after >= $10)
          AND ($11::bigint IS NULL OR not_after < $11)
          AND ($12::uuid IS NULL OR id < $12)
      ORDER BY CASE WHEN $4 IS NULL THEN id ELSE id::text::uuid END DESC
      LIMIT $13::bigint) AS c
    LEFT JOIN operator AS o ON o.id = c.requester_id
    LEFT JOIN authority AS a ON a.id = c.authority_id
ORDER BY c.id DESC
