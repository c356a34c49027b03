-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 number, $4 time, $5 seconds that building takes at most. Its number is
-- above all that were ever reserved, so the next regular one follows it (I12). No row: it is not held
-- any more or is over, a higher number is published, or what was published since it was made lists a
-- certificate that it does not (I11). A release that it does not know does no harm.
WITH held AS (
    SELECT h.*
    FROM crl_ahead AS h
    WHERE h.authority_id = $1::bigint AND h.shard = $2::integer AND h.number = $3::bigint
        AND h.next_update > $4::bigint
        AND NOT EXISTS (
            SELECT FROM crl AS c JOIN crl_entry AS e ON e.authority_id = c.authority_id
            WHERE c.authority_id = h.authority_id AND c.shard = h.shard AND c.number > h.beside
                AND (h.shard = 0 OR e.shard = h.shard) AND e.reason <> 8
                AND e.revoked_at BETWEEN h.this_update AND c.this_update + $5::bigint)
), next AS (
    UPDATE crl_scope AS s
    SET published = held.number, reserved = greatest(s.reserved, s.ahead)
    FROM held
    WHERE s.authority_id = $1 AND s.shard = $2 AND s.published < held.number
    RETURNING s.authority_id
), gone AS (
    DELETE FROM crl_ahead AS h USING next WHERE h.authority_id = $1 AND h.shard = $2
), made AS (
    INSERT INTO crl (authority_id, shard, number, this_update, next_update, entries, size, sha256,
        node, emergency)
    SELECT held.authority_id, held.shard, held.number, held.this_update, held.next_update,
        held.entries, held.size, held.sha256, held.node, true
    FROM held JOIN next ON true
    RETURNING id
), moved AS (
    INSERT INTO crl_chunk (crl_id, sequence, bytes)
    SELECT made.id, k.sequence, k.bytes
    FROM made JOIN crl_ahead_chunk AS k
        ON k.authority_id = $1 AND k.shard = $2 AND k.number = $3
), dropped AS (
    DELETE FROM crl_ahead_chunk AS k USING made WHERE k.authority_id = $1 AND k.shard = $2
)
SELECT id FROM made
