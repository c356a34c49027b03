-- rows: one
-- role: front signer
-- $1 id. The last columns: names of authority and operator, pieces and how many they name.
SELECT l.id, l.authority_id, l.created_at, l.created_by, l.expires_at, l.named, l.digest, l.parts, l.unknown_n,
    coalesce(l.unknown, ''), l.seal, coalesce(a.name, ''), coalesce(o.name, ''),
    (SELECT count(*) FROM named_list_piece p WHERE p.list_id = l.id),
    (SELECT coalesce(sum(p.named), 0) FROM named_list_piece p WHERE p.list_id = l.id)::bigint
FROM named_list l
    LEFT JOIN authority a ON a.id = l.authority_id
    LEFT JOIN operator o ON o.id = l.created_by
WHERE l.id = $1::uuid
