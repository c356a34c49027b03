-- rows: one
-- role: front signer
-- $1 SHA-256 of the SubjectPublicKeyInfo, $2 of the certificate that was shown, $3 time. At the end,
-- is it out? That certificate is one of ours and revoked or held; or such ones have this key, and
-- none is valid.
SELECT c.id, c.operator_id, c.kind, c.name, c.hash, c.salt, c.profiles IS NOT NULL,
    array_to_string(c.profiles, chr(10)), c.names IS NOT NULL, array_to_string(c.names, chr(10)),
    c.expires_at, c.created_at, c.revoked_at, c.seal,
    o.id, o.name, o.roles, o.fingerprint, o.enabled, o.created_at,
    array_to_string(o.names, chr(10)), o.updated_at, o.seal,
    EXISTS (SELECT FROM certificate AS x
            WHERE x.fingerprint = $2::bytea AND x.state IN ('revoked', 'held'))
    OR (c.kind = 'certificate'
        AND EXISTS (SELECT FROM certificate AS x
                    WHERE x.spki_hash = c.hash AND x.state IN ('revoked', 'held'))
        AND NOT EXISTS (SELECT FROM certificate AS x
                        WHERE x.spki_hash = c.hash AND x.state = 'valid' AND x.not_after > $3::bigint))
FROM credential AS c JOIN operator AS o ON o.id = c.operator_id
WHERE c.hash = $1::bytea AND c.kind = 'certificate'
