-- rows: one
-- role: signer
-- $1 authority, $2 shard, $3 not 0: of all parts together, $4 pages to look at, $5 fewest entries. The
-- serial number in the middle, out of a sample of pages; no row: there are fewer.
WITH size AS (
    SELECT greatest(pg_relation_size('crl_entry') / current_setting('block_size')::bigint, 1) AS pages
)
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY e.serial)
FROM crl_entry AS e
    TABLESAMPLE SYSTEM (least((SELECT 100.0 * $4::integer / pages FROM size), 100))
WHERE e.authority_id = $1::bigint AND ($3::integer <> 0 OR e.shard = $2::integer)
HAVING count(*) * greatest((SELECT pages FROM size) / $4, 1) >= $5::bigint
